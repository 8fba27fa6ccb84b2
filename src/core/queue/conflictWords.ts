import { say } from '../say';
import type { ConflictDetails } from './conflict';
import type { ConflictKind } from './operation';

const WORDS: Readonly<Record<ConflictKind, string>> = {
  changed: say`the primary's row is not what the edge changed`,
  gone: say`the row is not on the primary any more`,
  exists: say`the primary has a row with this key and other values`,
  bothChanged: say`the same value was changed on both sides`,
  constraint: say`another constraint of the primary refuses it`,
  drift: say`the primary lacks the table or a column`,
  clockSkew: say`the clocks differ too much to say which is newer`,
};

/** Why an operation is in conflict, in a few words. */
export function conflictWordsOf(kind: ConflictKind): string {
  return WORDS[kind];
}

export function isConflictKind(text: string): text is ConflictKind {
  return Object.hasOwn(WORDS, text);
}

/** What each choice does to this conflict, as sentences for the question and the pick. */
export function choiceWords({ operation, edgeRow, primaryRow }: ConflictDetails): {
  readonly keepPrimary: string;
  readonly keepEdge: string;
} {
  const keepPrimary =
    primaryRow === null
      ? say`The row stays away. The edge's version is kept with the conflict.`
      : say`The primary's row stays as it is. The edge's version is kept with the conflict.`;
  if (operation === 'DELETE' || edgeRow === null) {
    return {
      keepPrimary,
      keepEdge:
        primaryRow === null
          ? say`There is nothing left to delete.`
          : say`The row is deleted on the primary. Its version is kept with the conflict.`,
    };
  }
  return {
    keepPrimary,
    keepEdge:
      primaryRow === null
        ? say`The edge's row is inserted on the primary.`
        : say`The edge's row replaces the primary's, whose version is kept with the conflict.`,
  };
}

/** The same as a sentence, which is what the edge keeps as the error of an operation that no server refused. */
export function conflictSentenceOf(kind: ConflictKind): string {
  const words = conflictWordsOf(kind);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

import type { Endpoint } from '../failure';
import type { Draft } from './draft';
import type { DraftEvidence } from './draftEvidence';
import type { Answer } from './look';

/** A node of the draft that nobody has looked for. */
export interface FurtherPlace {
  readonly key: string;
  /** `null`: no address is known. */
  readonly endpoint: Endpoint | null;
  readonly host: string | null;
  /** Whether the port is that of the server which names it. */
  readonly isPortGuessed: boolean;
  readonly database: string;
  /** Whose user is tried, in the same way. */
  readonly base: Answer;
  readonly evidence: readonly DraftEvidence[];
}

/** Where discovery may go on, in the order of the draft. */
export function furtherPlaces(draft: Draft): readonly FurtherPlace[] {
  const sought = new Set(draft.looks.map(({ soughtKey }) => soughtKey));
  return [...draft.nodes.values()].flatMap((node) =>
    node.answer !== null || node.base === null || sought.has(node.key)
      ? []
      : [
          {
            key: node.key,
            endpoint: node.address,
            host: node.host,
            isPortGuessed: node.isPortGuessed,
            database: node.database,
            base: node.base,
            evidence: node.evidence,
          },
        ],
  );
}

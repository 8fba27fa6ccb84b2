import { isProse, isSql } from '../../scripts/l10n/prose';

/** Properties that hold statements, codes, and places that are read again to find a statement. */
const UNREAD = /^(source|copy|sql|parts|query|id|key|code|kind|class|contextValue|line|example)$/u;
/** Properties whose texts are shown, also when they are a single word. */
const SHOWN =
  /^(text|title|label|message|detail|description|effect|button|note|advice|subtitle|tooltip|accessibleLabel|summary|otherwise|whenDown)$/u;
/** Properties that hold names which were made from others, such as that of a node that was found. */
const NAMED = /^(id|name|nodeId|nodeIds|slotName|kind|sql|parts|copy)$/u;
/** Statements are long, and so is what a server says; a text of ours is found in its brackets whatever its length. */
const LONGEST_PLAIN = 400;

/** A line of pg_hba.conf. */
const RULE = /^(host|hostssl|hostnossl|local) /u;

/** A text somewhere in a result. */
export interface ResultText {
  /** The property that holds it; empty for a result that is a text. */
  readonly property: string;
  readonly text: string;
}

/** All texts in a result that a person may read. */
export function resultTexts(result: unknown): readonly ResultText[] {
  const found: ResultText[] = [];
  visit(result, (property, text) => {
    if (!UNREAD.test(property) && isRead(property, text)) found.push({ property, text });
  });
  return found;
}

/** What a function was given, and what it named: all texts, keys too. */
export function givenTexts(values: readonly unknown[], result: unknown): readonly string[] {
  const found: string[] = [];
  for (const value of values) {
    visit(value, (property, text) => {
      found.push(property, text);
    });
  }
  visit(result, (property, text) => {
    if (NAMED.test(property)) found.push(text);
  });
  return found;
}

function isRead(property: string, text: string): boolean {
  if (RULE.test(text)) return false;
  if (text.includes('⟦')) return true;
  if (text.length > LONGEST_PLAIN || isSql(text)) return false;
  return SHOWN.test(property) || isProse(text);
}

/** Calls for every text in a value, with the property nearest above it; for one that is no text with an empty one. */
function visit(value: unknown, found: (property: string, text: string) => void): void {
  const seen = new Set<object>();
  const go = (each: unknown, property: string): void => {
    if (typeof each === 'string') found(property, each);
    if (typeof each !== 'object' || each === null || seen.has(each)) return;
    seen.add(each);
    if (each instanceof Map) {
      for (const [key, part] of each) {
        go(key, property);
        go(part, property);
      }
    } else if (each instanceof Set || Array.isArray(each)) {
      for (const part of each) go(part, property);
    } else {
      for (const [key, part] of Object.entries(each)) {
        found(key, '');
        go(part, key);
      }
    }
  };
  go(value, '');
}

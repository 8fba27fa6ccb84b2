import { getLocation } from 'jsonc-parser';
import type { JsonPath, TextRange } from './problem';

/** What is being written at a place of a text that need not be whole. */
export interface Written {
  /** Of the value, or of the key. */
  readonly path: JsonPath;
  readonly isKey: boolean;
  /** The text that stands there, its quotes included; empty where none does. */
  readonly range: TextRange;
}

/** Also for text that is no JSON yet: somebody types. */
export function writtenAt(text: string, offset: number): Written {
  const { path, isAtPropertyKey, previousNode } = getLocation(text, offset);
  const range = previousNode?.type === 'string' ? previousNode : { offset, length: 0 };
  return {
    path,
    isKey: isAtPropertyKey,
    range: { offset: range.offset, length: range.length },
  };
}

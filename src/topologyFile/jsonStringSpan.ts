import type { Node } from 'jsonc-parser';
import type { TextRange } from './problem';

/** Where a part of a string's value stands in the file: escapes such as `\u0041` take more room there than in the value. */
export function jsonStringSpan(text: string, node: Node, span: TextRange): TextRange {
  const offset = sourceOffset(text, node, span.offset);
  const end = sourceOffset(text, node, span.offset + span.length);
  return { offset, length: end - offset };
}

/** Walks the literal from its opening quote on, one UTF-16 unit of the value at a time. */
function sourceOffset(text: string, node: Node, valueOffset: number): number {
  const end = node.offset + node.length - 1;
  let at = node.offset + 1;
  for (let units = 0; units < valueOffset && at < end; units++) {
    if (text[at] === '\\') at += text[at + 1] === 'u' ? 6 : 2;
    else at++;
  }
  return Math.min(at, end);
}

import type { Node } from 'jsonc-parser';
import { say } from '../core/say';
import { hasInvisible } from '../core/visibleText';
import { readJsonTree } from './jsonTree';
import { jsonStringSpan } from './jsonStringSpan';
import { findNode, propertiesOf } from './positions';
import type { TextEdit, TextRange } from './problem';

/** One place that names a node of the file. */
export interface NodeName {
  readonly name: string;
  /** Inside the quotes. */
  readonly range: TextRange;
  /** The key in `nodes`; false where something refers to it. */
  readonly isDeclaration: boolean;
}

/** Every place that names a node, by where it stands. Nothing for a text that is too large or no JSON at all. */
export function nodeNames(text: string): readonly NodeName[] {
  const { root } = readJsonTree(text);
  if (root === null) return [];
  const found: NodeName[] = [];
  const add = (node: Node | null, isDeclaration: boolean): void => {
    if (node?.type !== 'string') return;
    const name = String(node.value);
    const range = jsonStringSpan(text, node, { offset: 0, length: name.length });
    found.push({ name, range, isDeclaration });
  };
  for (const { key, value } of propertiesOf(findNode(root, ['nodes']))) {
    add(key, true);
    add(findNode(value, ['standbyOf']), false);
    add(findNode(value, ['pendingSync', 'primary']), false);
    for (const subscription of propertiesOf(findNode(value, ['subscriptions']))) {
      add(findNode(subscription.value, ['publisher']), false);
    }
  }
  for (const { value } of propertiesOf(findNode(root, ['consumers']))) {
    add(findNode(value, ['node']), false);
  }
  for (const read of findNode(root, ['routing', 'reads'])?.children ?? []) add(read, false);
  return found.sort((a, b) => a.range.offset - b.range.offset);
}

/** The node that is named at an offset; the quotes count as well. `null` where none is. */
export function nodeNameAt(text: string, offset: number): NodeName | null {
  return (
    nodeNames(text).find(
      ({ range }) => offset >= range.offset - 1 && offset <= range.offset + range.length + 1,
    ) ?? null
  );
}

/** Edits that give a node another name wherever it is named. */
export function renameNode(text: string, name: string, newName: string): readonly TextEdit[] {
  const written = JSON.stringify(newName).slice(1, -1);
  return nodeNames(text)
    .filter((place) => place.name === name)
    .map(({ range }) => ({ ...range, text: written }));
}

/** Why a node cannot be given this name; a finished sentence, or `null`. */
export function refuseNodeName(text: string, name: string, newName: string): string | null {
  if (newName.trim() === '') return say`The name of the node is empty.`;
  if (newName.includes('/')) return say`Names of nodes hold no "/".`;
  if (hasInvisible(newName)) return say`The name holds a character that cannot be seen.`;
  const isTaken = nodeNames(text).some((place) => place.isDeclaration && place.name === newName);
  return isTaken && newName !== name ? say`There is a node ${newName} already.` : null;
}

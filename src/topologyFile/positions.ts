import { findNodeAtOffset, getNodePath } from 'jsonc-parser';
import type { Node } from 'jsonc-parser';
import type { JsonPath, TextRange } from './problem';

/** Where things stand in one version of a file. Valid only for the very text it was made from. */
export interface Positions {
  /** @returns `null` when nothing stands at that path. */
  valueAt(path: JsonPath): TextRange | null;
  /** The key with its quotes; `null` for array elements, the root, and what is not there. */
  keyAt(path: JsonPath): TextRange | null;
  /** The innermost value or key around an offset; `null` outside the root. */
  pathAtOffset(offset: number): JsonPath | null;
  /** Id of the node whose entry holds the offset. */
  nodeAtOffset(offset: number): string | null;
}

/** Looks places up in a tree of jsonc-parser. `root` is `null` for a file without any value. */
export function positionsOf(root: Node | null): Positions {
  const find = (path: JsonPath): Node | null => (root === null ? null : findNode(root, path));
  const pathAtOffset = (offset: number): JsonPath | null => {
    const node = root === null ? undefined : findNodeAtOffset(root, offset, true);
    return node === undefined ? null : getNodePath(node);
  };
  return {
    valueAt: (path) => rangeOf(find(path)),
    keyAt: (path) => {
      const parent = find(path)?.parent;
      return parent?.type === 'property' ? rangeOf(parent.children?.[0] ?? null) : null;
    },
    pathAtOffset,
    nodeAtOffset: (offset) => {
      const [first, id] = pathAtOffset(offset) ?? [];
      return first === 'nodes' && typeof id === 'string' ? id : null;
    },
  };
}

/** The value at a path; of keys that stand twice the last one, which is the one that counts. */
export function findNode(root: Node, path: JsonPath): Node | null {
  let node: Node | undefined = root;
  for (const step of path) {
    if (typeof step === 'number') {
      node = node.type === 'array' ? node.children?.[step] : undefined;
    } else {
      node =
        node.type === 'object'
          ? propertiesOf(node).findLast(({ name }) => name === step)?.value
          : undefined;
    }
    if (node === undefined) return null;
  }
  return node;
}

/** One key of an object with its value. */
export interface Property {
  readonly name: string;
  readonly key: Node;
  readonly value: Node;
  readonly node: Node;
}

/** The properties of an object that have a value, duplicates included; none for anything else. */
export function propertiesOf(node: Node | null): readonly Property[] {
  if (node?.type !== 'object') return [];
  return (node.children ?? []).flatMap((property) => {
    const [key, value] = property.children ?? [];
    if (key === undefined || value === undefined) return [];
    return { name: String(key.value), key, value, node: property };
  });
}

/** The range of a tree node, quotes and brackets included. */
export function rangeOf(node: Node): TextRange;
export function rangeOf(node: Node | null): TextRange | null;
export function rangeOf(node: Node | null): TextRange | null {
  return node === null ? null : { offset: node.offset, length: node.length };
}

import { getNodePath } from 'jsonc-parser';
import type { Node } from 'jsonc-parser';
import { rangeOf } from './positions';
import { makeProblem } from './problem';
import type { Problem } from './problem';

/** Keys that stand twice in one object: two nodes of one name are an error, anything else a warning. Every place is marked. */
export function duplicateKeys(root: Node): readonly Problem[] {
  const problems: Problem[] = [];
  visit(root, problems);
  return problems;
}

function visit(node: Node, problems: Problem[]): void {
  if (node.type === 'object') {
    for (const keys of keysByName(node).values()) {
      if (keys.length > 1) problems.push(...keys.map((key) => duplicate(key, keys)));
      if (keys[0]?.value === '__proto__') problems.push(reserved(keys[0]));
    }
  }
  for (const child of node.children ?? []) visit(child, problems);
}

function keysByName(node: Node): ReadonlyMap<string, readonly Node[]> {
  const byName = new Map<string, Node[]>();
  for (const property of node.children ?? []) {
    const key = property.children?.[0];
    if (key === undefined) continue;
    const name = String(key.value);
    byName.set(name, [...(byName.get(name) ?? []), key]);
  }
  return byName;
}

function duplicate(key: Node, all: readonly Node[]): Problem {
  const path = getNodePath(key);
  const isNode = path.length === 2 && path[0] === 'nodes';
  const name = String(key.value);
  return makeProblem({
    severity: isNode ? 'error' : 'warning',
    code: isNode ? 'duplicate-node' : 'duplicate-key',
    message: isNode
      ? `There are ${all.length} nodes called "${name}". Rename one of them.`
      : `"${name}" stands ${all.length} times in this object; the last one counts.`,
    range: rangeOf(key),
    path,
    related: all
      .filter((other) => other !== key)
      .map((other) => ({ message: `"${name}" stands here as well.`, range: rangeOf(other) })),
    blocks: isNode,
  });
}

function reserved(key: Node): Problem {
  return makeProblem({
    severity: 'error',
    code: 'reserved-key',
    message: '"__proto__" cannot be used as a name.',
    range: rangeOf(key),
    path: getNodePath(key),
    blocks: true,
  });
}

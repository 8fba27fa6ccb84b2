import { getNodePath } from 'jsonc-parser';
import type { Node } from 'jsonc-parser';
import { say } from '../core/say';
import { rangeOf } from './positions';
import { makeProblem } from './problem';
import type { Problem } from './problem';
import { removalEdits } from './removal';

/** Keys that stand twice in one object: two nodes of one name are an error, anything else a warning. Every place is marked. */
export function duplicateKeys(text: string, root: Node): readonly Problem[] {
  const problems: Problem[] = [];
  visit(text, root, problems);
  return problems;
}

function visit(text: string, node: Node, problems: Problem[]): void {
  if (node.type === 'object') {
    for (const keys of keysByName(node).values()) {
      if (keys.length > 1) problems.push(...keys.map((key) => duplicate(text, key, keys)));
      if (keys[0]?.value === '__proto__') problems.push(reserved(keys[0]));
    }
  }
  for (const child of node.children ?? []) visit(text, child, problems);
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

function duplicate(text: string, key: Node, all: readonly Node[]): Problem {
  const path = getNodePath(key);
  const isNode = path.length === 2 && path[0] === 'nodes';
  const name = String(key.value);
  // The last one counts, so the others say nothing; of two nodes each says something.
  const idle = isNode || key === all.at(-1) ? undefined : key.parent;
  return makeProblem({
    severity: isNode ? 'error' : 'warning',
    code: isNode ? 'duplicate-node' : 'duplicate-key',
    message: isNode
      ? say`There are ${all.length} nodes called "${name}". Rename one of them.`
      : say`"${name}" stands ${all.length} times in this object; the last one counts.`,
    range: rangeOf(key),
    path,
    related: all
      .filter((other) => other !== key)
      .map((other) => ({ message: say`"${name}" stands here as well.`, range: rangeOf(other) })),
    fixes:
      idle === undefined
        ? []
        : [{ title: say`Remove it here`, edits: removalEdits(text, idle), command: null }],
    blocks: isNode,
  });
}

function reserved(key: Node): Problem {
  return makeProblem({
    severity: 'error',
    code: 'reserved-key',
    message: say`"__proto__" cannot be used as a name.`,
    range: rangeOf(key),
    path: getNodePath(key),
    blocks: true,
  });
}

import { didYouMean } from '../../core/didYouMean';
import { say } from '../../core/say';
import { problemAt, rangeAt, replaceFix } from '../fileContext';
import type { FileContext } from '../fileContext';
import type { JsonPath, Problem, ProblemFix } from '../problem';

/** Names of nodes that are no nodes, chains of upstreams that end nowhere, and nodes that name themselves. */
export function checkReferences(context: FileContext): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [id, node] of Object.entries(context.file.nodes)) {
    const refer = (path: JsonPath, target: string): void => {
      const problem = checkReference(context, ['nodes', id, ...path], target, id);
      if (problem !== null) problems.push(problem);
    };
    if (node.standbyOf !== undefined) refer(['standbyOf'], node.standbyOf);
    if (node.pendingSync !== undefined) refer(['pendingSync', 'primary'], node.pendingSync.primary);
    for (const [name, subscription] of Object.entries(node.subscriptions ?? {})) {
      refer(['subscriptions', name, 'publisher'], subscription.publisher);
      problems.push(...checkPublications(context, id, name));
    }
  }
  for (const [id, consumer] of Object.entries(context.file.consumers ?? {})) {
    const problem = checkReference(context, ['consumers', id, 'node'], consumer.node, null);
    if (problem !== null) problems.push(problem);
  }
  for (const [index, target] of (context.file.routing?.reads ?? []).entries()) {
    const problem = checkReference(context, ['routing', 'reads', index], target, null);
    if (problem !== null) problems.push(problem);
  }
  return [...problems, ...findCycles(context)];
}

/** @param self id of the node that refers; `null` for a consumer, and for routing */
function checkReference(
  context: FileContext,
  path: JsonPath,
  target: string,
  self: string | null,
): Problem | null {
  // Of a list, the key that holds it.
  const key = String(path.findLast((part) => typeof part === 'string'));
  if (target === self) {
    const message = say`"${key}" of "${self}" names the node itself.`;
    return problemAt(context, path, {
      severity: 'error',
      code: 'self-reference',
      message,
      fixes: onlyOther(context, path, target),
      blocks: true,
    });
  }
  if (Object.hasOwn(context.file.nodes, target)) return null;
  const names = Object.keys(context.file.nodes).filter((name) => name !== self);
  const meant = didYouMean(target, names);
  const hint =
    meant === null ? say`There is no such node in this file.` : say`Did you mean "${meant}"?`;
  return problemAt(context, path, {
    severity: 'error',
    code: 'unknown-node',
    message: `"${key}" names "${target}". ${hint}`,
    fixes: meant === null ? [] : [replaceFix(rangeAt(context.positions, path), meant)],
    blocks: true,
  });
}

/** Where a file has two nodes, one that names itself means the other. */
function onlyOther(context: FileContext, path: JsonPath, self: string): readonly ProblemFix[] {
  const [other, ...more] = Object.keys(context.file.nodes).filter((id) => id !== self);
  if (other === undefined || more.length > 0) return [];
  return [replaceFix(rangeAt(context.positions, path), other)];
}

/** Each cycle is reported once, at the `standbyOf` of its first node in the file. */
function findCycles(context: FileContext): readonly Problem[] {
  const problems: Problem[] = [];
  const settled = new Set<string>();
  for (const start of Object.keys(context.file.nodes)) {
    const chain: string[] = [];
    let id: string | undefined = start;
    while (id !== undefined && !settled.has(id) && !chain.includes(id)) {
      chain.push(id);
      id = upstreamOf(context, id);
    }
    const first = id === undefined ? -1 : chain.indexOf(id);
    for (const visited of chain) settled.add(visited);
    // A node that names itself is reported where it does.
    if (first >= 0 && chain.length - first > 1) problems.push(cycle(context, chain.slice(first)));
  }
  return problems;
}

function cycle(context: FileContext, members: readonly string[]): Problem {
  const [first = '', ...rest] = members;
  const loop = [...members, first].map((id) => `"${id}"`).join(' → ');
  return problemAt(context, ['nodes', first, 'standbyOf'], {
    severity: 'error',
    code: 'upstream-cycle',
    message: say`The upstreams go round in a circle: ${loop}. One of them has to be the primary, without "standbyOf".`,
    related: rest.map((id) => ({
      message: say`"${id}" is part of the circle.`,
      range: rangeAt(context.positions, ['nodes', id, 'standbyOf']),
    })),
    blocks: true,
  });
}

function upstreamOf(context: FileContext, id: string): string | undefined {
  return Object.hasOwn(context.file.nodes, id) ? context.file.nodes[id]?.standbyOf : undefined;
}

/** A subscription may well take a publication that the file leaves out, so this is only worth knowing. */
function checkPublications(context: FileContext, id: string, name: string): readonly Problem[] {
  const subscription = context.file.nodes[id]?.subscriptions?.[name];
  if (subscription === undefined || !Object.hasOwn(context.file.nodes, subscription.publisher)) {
    return [];
  }
  const declared = Object.keys(context.file.nodes[subscription.publisher]?.publications ?? {});
  return subscription.publications.flatMap((publication, index) => {
    if (declared.includes(publication)) return [];
    const path = ['nodes', id, 'subscriptions', name, 'publications', index];
    const meant = didYouMean(publication, declared);
    const hint = meant === null ? '' : say` Did you mean "${meant}"?`;
    return problemAt(context, path, {
      severity: 'information',
      code: 'undeclared-publication',
      message: say`"${subscription.publisher}" declares no publication "${publication}" in this file.${hint}`,
      fixes: meant === null ? [] : [replaceFix(rangeAt(context.positions, path), meant)],
    });
  });
}

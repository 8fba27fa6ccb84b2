import { say } from '../../core/say';
import { truncatedIdentifier } from '../../core/sql';
import { hasInvisible, showEscaped, withoutInvisible } from '../../core/visibleText';
import { editFix, problemAt, rangeAt, replaceFix } from '../fileContext';
import type { FileContext } from '../fileContext';
import { refuseNodeName, renameNode } from '../nodeNames';
import type { FileProblemCode, JsonPath, Problem, ProblemFix } from '../problem';

/** Names of nodes, and identifiers that the server would cut or that people could not tell apart. */
export function checkNames(context: FileContext): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [id, node] of Object.entries(context.file.nodes)) {
    const path: JsonPath = ['nodes', id];
    problems.push(...checkNodeName(context, path, id));
    if (node.adminUser !== undefined) {
      problems.push(...checkIdentifier(context, [...path, 'adminUser'], node.adminUser, 'value'));
    }
    for (const kind of ['publications', 'subscriptions'] as const) {
      for (const name of Object.keys(node[kind] ?? {})) {
        problems.push(...checkIdentifier(context, [...path, kind, name], name, 'key'));
      }
    }
  }
  return problems;
}

/**
 * @param where whether the identifier is the value at the path, or its last key
 * @param write how another identifier is written in its place; what stands there may be more than the identifier
 */
export function checkIdentifier(
  context: FileContext,
  path: JsonPath,
  name: string,
  where: 'value' | 'key',
  write: (other: string) => string = (other) => other,
): readonly Problem[] {
  const change = (other: string): readonly ProblemFix[] =>
    other === '' ? [] : [replaceFix(rangeAt(context.positions, path, where), write(other))];
  if (name === '') {
    return [error(context, path, 'empty-name', say`The name is empty.`, where)];
  }
  if (hasInvisible(name)) {
    const message = say`The name holds a character that cannot be seen: "${showEscaped(name)}".`;
    const fixes = change(withoutInvisible(name));
    return [error(context, path, 'invisible-character', message, where, fixes)];
  }
  const cut = truncatedIdentifier(name);
  if (cut === null) return [];
  const message = say`"${name}" is longer than 63 bytes: the server would cut it to "${cut}".`;
  const fixes = change(cut);
  const details = { severity: 'warning', code: 'identifier-too-long', message, fixes } as const;
  return [problemAt(context, path, details, where)];
}

function checkNodeName(context: FileContext, path: JsonPath, id: string): readonly Problem[] {
  if (id.trim() === '') {
    return [error(context, path, 'node-name', say`The name of the node is empty.`, 'key')];
  }
  if (id.includes('/')) {
    const message = say`"${id}" cannot name a node: names of nodes hold no "/".`;
    const fixes = rename(context, id, id.replaceAll('/', '-'));
    return [error(context, path, 'node-name', message, 'key', fixes)];
  }
  if (!hasInvisible(id)) return [];
  const message = say`The name of the node holds a character that cannot be seen: "${showEscaped(id)}".`;
  const fixes = rename(context, id, withoutInvisible(id));
  return [error(context, path, 'invisible-character', message, 'key', fixes)];
}

/** Wherever the node is named; nothing where the name is taken, or none. */
function rename({ text }: FileContext, id: string, name: string): readonly ProblemFix[] {
  if (refuseNodeName(text, id, name) !== null) return [];
  return [editFix(say`Rename to "${name}"`, renameNode(text, id, name))];
}

function error(
  context: FileContext,
  path: JsonPath,
  code: FileProblemCode,
  message: string,
  where: 'value' | 'key',
  fixes: readonly ProblemFix[] = [],
): Problem {
  return problemAt(context, path, { severity: 'error', code, message, fixes, blocks: true }, where);
}

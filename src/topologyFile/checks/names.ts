import { truncatedIdentifier } from '../../core/sql';
import { hasInvisible, showEscaped } from '../../core/visibleText';
import { problemAt } from '../fileContext';
import type { FileContext } from '../fileContext';
import type { JsonPath, Problem } from '../problem';

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

/** @param where whether the identifier is the value at the path, or its last key */
export function checkIdentifier(
  context: FileContext,
  path: JsonPath,
  name: string,
  where: 'value' | 'key',
): readonly Problem[] {
  if (name === '') {
    return [error(context, path, 'empty-name', 'The name is empty.', where)];
  }
  if (hasInvisible(name)) {
    const message = `The name holds a character that cannot be seen: "${showEscaped(name)}".`;
    return [error(context, path, 'invisible-character', message, where)];
  }
  const cut = truncatedIdentifier(name);
  if (cut === null) return [];
  const message = `"${name}" is longer than 63 bytes: the server would cut it to "${cut}".`;
  const details = { severity: 'warning', code: 'identifier-too-long', message } as const;
  return [problemAt(context, path, details, where)];
}

function checkNodeName(context: FileContext, path: JsonPath, id: string): readonly Problem[] {
  if (id.trim() === '') {
    return [error(context, path, 'node-name', 'The name of the node is empty.', 'key')];
  }
  if (id.includes('/')) {
    const message = `"${id}" cannot name a node: names of nodes hold no "/".`;
    return [error(context, path, 'node-name', message, 'key')];
  }
  if (!hasInvisible(id)) return [];
  const message = `The name of the node holds a character that cannot be seen: "${showEscaped(id)}".`;
  return [error(context, path, 'invisible-character', message, 'key')];
}

function error(
  context: FileContext,
  path: JsonPath,
  code: string,
  message: string,
  where: 'value' | 'key',
): Problem {
  return problemAt(context, path, { severity: 'error', code, message, blocks: true }, where);
}

import { findNodeAtLocation } from 'jsonc-parser';
import type { Node } from 'jsonc-parser';
import { SECRET_KEYWORDS } from '../core/connectionStringKeywords';
import { readConnection } from './connections';
import { removeValue } from './edits';
import { readJsonTree } from './jsonTree';
import { rangeOf } from './positions';
import { makeProblem } from './problem';
import type { JsonPath, Problem, TextEdit, TextRange } from './problem';

/** A secret written into a topology file. */
export interface LiteralSecret {
  readonly nodeId: string;
  /** libpq's keyword: `password`, `sslpassword`, … */
  readonly keyword: string;
  /** Decoded. Only for handing it to the secret store; never for messages. */
  readonly value: string;
  /** `node`: of the connection that this machine dials; `subscription`: of the one that the node's server dials. */
  readonly owner: 'node' | 'subscription';
  readonly path: JsonPath;
  readonly range: TextRange;
  /** Edits that take it out of the file. */
  readonly removal: readonly TextEdit[];
}

/** Every secret in a file, in the order of the nodes; found even where other parts of the file are wrong. */
export function literalSecrets(text: string): readonly LiteralSecret[] {
  const { root } = readJsonTree(text);
  return root === null ? [] : findSecrets(text, root);
}

/** The same for a tree that is there already. */
export function findSecrets(text: string, root: Node): readonly LiteralSecret[] {
  return keysOf(root, ['nodes']).flatMap((nodeId) => {
    const node: JsonPath = ['nodes', nodeId];
    return [
      ...secretsOfConnection(text, root, nodeId, [...node, 'connection'], 'node'),
      ...secretsOfKeys(text, root, nodeId, node, 'node'),
      ...keysOf(root, [...node, 'subscriptions']).flatMap((name) => {
        const subscription = [...node, 'subscriptions', name];
        const connection = [...subscription, 'connection'];
        return [
          ...secretsOfConnection(text, root, nodeId, connection, 'subscription'),
          ...secretsOfKeys(text, root, nodeId, subscription, 'subscription'),
        ];
      }),
    ];
  });
}

/** An error for each secret, with the ways to get it out of the file. */
export function secretProblems(text: string, root: Node): readonly Problem[] {
  return findSecrets(text, root).map((secret) => {
    const edits = secret.removal;
    const isMovable = secret.owner === 'node' && secret.keyword === 'password';
    const move = { title: 'Move to Secret Storage', edits, command: 'moveSecret' as const };
    const remove = { title: 'Remove the password', edits, command: null };
    return makeProblem({
      severity: 'error',
      code: 'literal-password',
      message: secret.owner === 'node' ? NODE_MESSAGE : SUBSCRIPTION_MESSAGE,
      range: secret.range,
      path: secret.path,
      fixes: isMovable ? [move, remove] : [remove],
    });
  });
}

const NODE_MESSAGE =
  'A password must not stand in this file, which others read as well. It is not used. Move it to Secret Storage, or remove it: it is asked for when it is needed.';
const SUBSCRIPTION_MESSAGE =
  'A password must not stand in this file, which others read as well. It is not used. The subscriber’s server can take it from a passfile or a service file of its own.';

function secretsOfConnection(
  text: string,
  root: Node,
  nodeId: string,
  path: JsonPath,
  owner: LiteralSecret['owner'],
): readonly LiteralSecret[] {
  const found = readConnection(text, root, path);
  return (found?.secrets ?? []).map((secret) => ({
    nodeId,
    owner,
    keyword: secret.keyword,
    value: secret.value,
    path: secret.path,
    range: secret.range,
    removal:
      secret.removal === null ? removeValue(text, secret.path) : [{ ...secret.removal, text: '' }],
  }));
}

/** Keys such as `password` beside the connection rather than in it. */
function secretsOfKeys(
  text: string,
  root: Node,
  nodeId: string,
  path: JsonPath,
  owner: LiteralSecret['owner'],
): readonly LiteralSecret[] {
  return keysOf(root, path).flatMap((keyword) => {
    const own = [...path, keyword];
    const node = findNodeAtLocation(root, own);
    if (!SECRET_KEYWORDS.has(keyword) || node?.type !== 'string') return [];
    const value = String(node.value);
    const removal = removeValue(text, own);
    return { nodeId, owner, keyword, value, path: own, range: rangeOf(node), removal };
  });
}

function keysOf(root: Node, path: JsonPath): readonly string[] {
  const node = findNodeAtLocation(root, [...path]);
  if (node?.type !== 'object') return [];
  const keys = (node.children ?? []).map((property) => String(property.children?.[0]?.value));
  return Array.from(new Set(keys));
}

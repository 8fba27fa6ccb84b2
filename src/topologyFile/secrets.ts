import type { Node } from 'jsonc-parser';
import { SECRET_KEYWORDS } from '../core/connectionStringKeywords';
import { say } from '../core/say';
import { readConnectionNode } from './connections';
import { readJsonTree } from './jsonTree';
import { findNode, propertiesOf, rangeOf } from './positions';
import { makeProblem } from './problem';
import type { JsonPath, Problem, TextEdit, TextRange } from './problem';
import { removalEdits } from './removal';

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

/** The same for a tree that is there already. Entries that stand twice are all searched. */
export function findSecrets(text: string, root: Node): readonly LiteralSecret[] {
  return propertiesOf(findNode(root, ['nodes'])).flatMap(({ name: nodeId, value: node }) => {
    const path: JsonPath = ['nodes', nodeId];
    const subscriptions = propertiesOf(node).filter(({ name }) => name === 'subscriptions');
    return [
      ...secretsOfEntry(text, node, path, nodeId, 'node'),
      ...subscriptions
        .flatMap(({ value }) => propertiesOf(value))
        .flatMap(({ name, value }) => {
          const own = [...path, 'subscriptions', name];
          return secretsOfEntry(text, value, own, nodeId, 'subscription');
        }),
    ];
  });
}

/** An error for each secret, with the ways to get it out of the file. */
export function secretProblems(text: string, root: Node): readonly Problem[] {
  return findSecrets(text, root).map((secret) => {
    const edits = secret.removal;
    const isMovable = secret.owner === 'node' && secret.keyword === 'password';
    const move = { title: say`Move to Secret Storage`, edits, command: 'moveSecret' as const };
    const remove = { title: say`Remove the password`, edits, command: null };
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

const NODE_MESSAGE = say`A password must not stand in this file, which others read as well. It is not used. Move it to Secret Storage, or remove it: it is asked for when it is needed.`;
const SUBSCRIPTION_MESSAGE = say`A password must not stand in this file, which others read as well. It is not used. The subscriber’s server can take it from a passfile or a service file of its own.`;

/** Secrets in the connections of one entry, and under keys such as `password` beside them. */
function secretsOfEntry(
  text: string,
  entry: Node,
  path: JsonPath,
  nodeId: string,
  owner: LiteralSecret['owner'],
): readonly LiteralSecret[] {
  return propertiesOf(entry).flatMap((property): readonly LiteralSecret[] => {
    const own = [...path, property.name];
    if (property.name === 'connection') {
      const found = readConnectionNode(text, property.value, own);
      return (found?.secrets ?? []).map((secret) => ({ ...secret, nodeId, owner }));
    }
    if (!SECRET_KEYWORDS.has(property.name) || property.value.type !== 'string') return [];
    const secret: LiteralSecret = {
      nodeId,
      owner,
      keyword: property.name,
      value: String(property.value.value),
      path: own,
      range: rangeOf(property.value),
      removal: removalEdits(text, property.node),
    };
    return [secret];
  });
}

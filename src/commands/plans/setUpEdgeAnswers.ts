import type { SetUpEdgeRequest } from '../../core/plan/queue/setUpEdgeRequest';
import type { ConnectionTest } from '../../core/plan/requests';
import type { ConflictPolicy, DeclaredQueue, TableName } from '../../core/topology';
import { DEFAULT_QUEUE_TABLE } from '../../topologyFile/normalise';
import type { NodeChoice } from './pickNode';
import { toSubscriptionRequest, type SubscriptionAnswers } from './subscriptionAnswers';

/** What is asked about an edge, as far as it was answered. */
export interface SetUpEdgeAnswers {
  readonly given: NodeChoice | null;
  readonly topologyId: string | null;
  readonly node: NodeChoice | null;
  readonly primary: NodeChoice | null;
  /** What the file says of the edge's queue already. */
  readonly declared: DeclaredQueue | null;
  readonly capture: DeclaredQueue['capture'] | null;
  readonly tables: readonly TableName[];
  /** `each`: every table by itself. */
  readonly policy: ConflictPolicy | 'each' | null;
  readonly policies: readonly (TableName & { readonly policy: ConflictPolicy })[];
  readonly subscribes: boolean | null;
  /** How the subscription signs in; its publisher is the primary. */
  readonly subscription: SubscriptionAnswers;
  readonly role: 'none' | 'named' | null;
  readonly roleName: string | null;
  readonly passwordKind: 'made' | 'typed' | 'none' | null;
  readonly password: string | null;
}

/** Name of the secret in the plan. */
export const DRAINER_SECRET = 'drainerVerifier';

/** Where the edge's queue is: as the file says, else ours. */
export function queueOf({ declared }: SetUpEdgeAnswers): TableName {
  return declared?.table ?? DEFAULT_QUEUE_TABLE;
}

export function policiesOf({
  tables,
  policy,
  policies,
}: SetUpEdgeAnswers): SetUpEdgeRequest['tables'] {
  return tables.map(({ schema, name }) => {
    const own = policies.find((one) => one.schema === schema && one.name === name)?.policy;
    const common = policy === null || policy === 'each' ? 'primary-wins' : policy;
    return { schema, name, policy: policy === 'each' ? (own ?? common) : common };
  });
}

/** The request that the answers make, once all were given. */
export function toSetUpRequest(
  answers: SetUpEdgeAnswers,
  connectionTest: ConnectionTest,
): SetUpEdgeRequest | null {
  const { node, primary, capture, role, roleName, password, subscribes, subscription } = answers;
  if (node === null || primary === null || capture === null) return null;
  const create = subscribes === true ? toSubscriptionRequest(subscription, connectionTest) : null;
  const [publication] = subscription.publications;
  return {
    nodeId: node.nodeId,
    primaryId: primary.nodeId,
    queue: queueOf(answers),
    capture,
    tables: policiesOf(answers),
    drainer:
      role === 'named' && roleName !== null
        ? { name: roleName, verifier: password === null ? null : { secret: DRAINER_SECRET } }
        : null,
    subscription: create === null || publication === undefined ? null : { publication, create },
  };
}

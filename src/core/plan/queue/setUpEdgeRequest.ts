import type { DeclaredQueue, TableName } from '../../topology';
import type { CreateSubscriptionRequest } from '../requests';
import type { SecretRef } from '../sqlText';

/** An edge as it shall be. What is there already is left as it is. */
export interface SetUpEdgeRequest {
  readonly nodeId: string;
  readonly primaryId: string;
  readonly queue: TableName;
  /** Who fills the queue. */
  readonly capture: DeclaredQueue['capture'];
  readonly tables: DeclaredQueue['tables'];
  readonly drainer: EdgeDrainer | null;
  /** `null`: what the primary writes does not come here, or does so already. */
  readonly subscription: EdgeSubscription | null;
  /** Whether tables that are captured and not listed are let go; not given: they stay, and are named. */
  readonly releasesUnlisted?: boolean;
}

/** The role that drains, of the same name on both nodes; absent: the `adminUser` of each. */
export interface EdgeDrainer {
  readonly name: string;
  /** SCRAM verifier for a role that is made; `null`: it has no password. */
  readonly verifier: SecretRef | null;
}

/** What brings the primary's writes to the edge. */
export interface EdgeSubscription {
  /** Publication on the primary; made of the edge's tables where it is missing. */
  readonly publication: string;
  /** From the primary, taking that publication. */
  readonly create: CreateSubscriptionRequest;
}

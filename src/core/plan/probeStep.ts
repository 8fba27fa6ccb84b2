import { say } from '../say';
import { escapeIdentifier } from '../sql';
import { subscriptionExists } from './createSubscriptionSteps';
import type { PlanStep } from './plan';
import type { CreateSubscriptionRequest } from './requests';

/** Long enough for a host that answers late, short enough to wait for. */
const DIAL_LIMIT_MS = 20_000;

/** Name of the subscription that is never seen, and of the publication that it asks for in vain. */
const PROBE = 'pgtopology_probe';

/**
 * The subscriber's own server dials the publisher, and nothing is made: what pg_hba.conf, passwords, certificates and
 * firewalls say to it is known before anything has changed. A subscription without a slot is created and dropped in one
 * transaction; it asks for a publication that does not exist, so no table is concerned.
 */
export function probeStep(
  request: Pick<CreateSubscriptionRequest, 'nodeId' | 'publisherId' | 'connection'>,
): PlanStep {
  const { nodeId, publisherId, connection } = request;
  const name = escapeIdentifier(PROBE);
  return {
    nodeId,
    title: say`Try the connection from ${nodeId} to ${publisherId}`,
    effect: say`The server of ${nodeId} connects to ${publisherId} as the subscription will, and leaves nothing: neither subscription nor slot. It says that the publication ${PROBE} does not exist, which is meant so.`,
    risk: 'safe',
    statements: [
      {
        parts: [
          `CREATE SUBSCRIPTION ${name}\n  CONNECTION `,
          { conninfo: connection },
          `\n  PUBLICATION ${name}\n  WITH (connect = true, enabled = false, create_slot = false, slot_name = NONE, copy_data = false)`,
        ],
      },
      { parts: [`DROP SUBSCRIPTION ${name}`] },
    ],
    isTransactional: true,
    statementLimitMs: DIAL_LIMIT_MS,
    precondition: {
      sql: `SELECT NOT pg_catalog.pg_is_in_recovery()\n   AND NOT ${subscriptionExists(PROBE)}`,
      otherwise: say`${nodeId} has a subscription ${PROBE}, or became a standby. Drop it, or make the plan anew.`,
    },
    // Nothing tells afterwards that it was there; that it is gone is all that matters.
    effectCheck: null,
    settle: null,
    undo: [],
    undoNote: null,
  };
}

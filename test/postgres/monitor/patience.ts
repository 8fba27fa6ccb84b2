import type { TopologyNode } from '../../../src/core/topology';
import { MONITOR_LIMITS, type SessionLimits } from '../../../src/pg/session/limits';

/**
 * Limits for tests of what servers say, not of how soon they say it: a busy machine must not look like a server that is away. For locks
 * they are those of watching, since a lock is no slowness.
 */
export const PATIENT_LIMITS: SessionLimits = {
  ...MONITOR_LIMITS,
  statementMs: 60_000,
  readMs: 62_500,
};

/** The same for the dial; what the node says itself goes first. */
export function dialledPatiently(node: TopologyNode): TopologyNode {
  return { ...node, connection: { connect_timeout: '60', ...node.connection } };
}

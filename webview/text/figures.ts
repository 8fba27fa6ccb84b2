import { evidenceQuery } from '../../src/core/diagnosis/evidenceQuery';
import { DEPTH_CAP } from '../../src/core/facts';
import {
  UNKNOWN,
  formatBytes,
  formatCount,
  formatDuration,
  formatEstimate,
} from '../../src/core/format';
import { say } from '../../src/core/say';
import type {
  DashboardState,
  EdgeChecksState,
  EdgeState,
  QueueState,
  SlotState,
} from '../../src/protocol/dashboardState';
import type { Figure } from './figure';

type Scope = Partial<Parameters<typeof evidenceQuery>[1]>;

/** Where something was read: the statement is that of the server's version. */
function readOn(
  state: DashboardState,
  object: string,
  nodeId: string | null,
  scope: Scope = {},
): Pick<Figure, 'source' | 'atMs' | 'query'> {
  const node = state.nodes.find(({ id }) => id === nodeId);
  if (node === undefined) return { source: object, atMs: null, query: null };
  const major = Number.parseInt(node.version ?? '', 10);
  const version = Number.isNaN(major) ? null : major * 10_000;
  return {
    source: say`${object} on ${node.id}`,
    atMs: node.asOfMs,
    query: evidenceQuery(object, { version, slot: null, subscription: null, ...scope }),
  };
}

const OWN = { source: null, atMs: null, query: null } as const;

export function keptFigure(slot: SlotState, text: string, state: DashboardState): Figure {
  return {
    text,
    what: say`WAL that slot ${slot.name} keeps on ${slot.nodeId}: from its restart_lsn to the present position. It is not lag.`,
    ...readOn(state, 'pg_replication_slots', slot.nodeId, { slot: slot.name }),
  };
}

/** How long until the slot reaches its limit, and which that is. */
export function limitFigure(slot: SlotState, text: string, state: DashboardState): Figure {
  const { toLimit } = slot;
  const limit = toLimit?.limitBytes ?? slot.limitBytes;
  const whose =
    toLimit?.by === 'file'
      ? say`thresholds.retainedWal of the topology file, beyond which nothing happens by itself`
      : say`max_slot_wal_keep_size, beyond which the server removes WAL that the slot needs`;
  const left =
    toLimit?.leftBytes === null || toLimit?.leftBytes === undefined
      ? ''
      : say` ${formatBytes(Math.max(0, toLimit.leftBytes))} may still be written.`;
  return {
    text,
    what:
      limit === null
        ? say`Slot ${slot.name} has no limit: it keeps WAL until the disk is full.`
        : say`Time until slot ${slot.name} keeps ${formatBytes(limit)} at the rate that was seen: ${whose}.${left}`,
    ...readOn(state, 'pg_replication_slots', slot.nodeId, { slot: slot.name }),
  };
}

/** `about 13 min`, `steady`, `past`, `no limit`, `unknown`. */
export function timeToLimit({ toLimit, limitBytes, verdict }: SlotState): string {
  if (verdict.code === 'slotLost') return say`past`;
  if (toLimit === null) return limitBytes === null ? say`no limit` : UNKNOWN;
  if (toLimit.leftBytes !== null && toLimit.leftBytes <= 0) return say`past`;
  return toLimit.pace === 'approaching'
    ? formatEstimate(toLimit.ms)
    : toLimit.pace === 'steady'
      ? say`steady`
      : UNKNOWN;
}

export function lagFigure(edge: EdgeState, text: string, state: DashboardState): Figure {
  return { text, what: say`How long ${edge.name} is behind.`, ...readOfEdge(edge, state) };
}

export function behindFigure(edge: EdgeState, text: string, state: DashboardState): Figure {
  return {
    text,
    what: say`WAL that ${edge.from ?? say`its source`} has written and ${edge.name} has not confirmed.`,
    ...readOfEdge(edge, state),
  };
}

function readOfEdge(edge: EdgeState, state: DashboardState) {
  return edge.kind === 'streaming'
    ? readOn(state, 'pg_stat_replication', edge.from)
    : readOn(state, 'pg_replication_slots', edge.from, { slot: edge.slotName });
}

export function queueFigure(queue: QueueState, text: string, what: string): Figure {
  return {
    text,
    what: say`${what} in ${queue.table} on ${queue.nodeId}; counted up to ${formatCount(DEPTH_CAP)}.`,
    source: say`${queue.table} on ${queue.nodeId}`,
    atMs: queue.atMs,
    query: null,
  };
}

export function shareFigure(checks: EdgeChecksState, text: string, share: string): Figure {
  return {
    text,
    what: say`${share} of the ${formatCount(checks.arrivals)} checks of this window that arrived, of ${formatCount(checks.checks)} in all.`,
    ...OWN,
  };
}

export function budgetFigure(budgetMs: number): Figure {
  return {
    text: formatDuration(budgetMs),
    what: say`expect.arrivesWithin of the topology file: a check that takes longer has failed.`,
    source: say`topology file`,
    atMs: null,
    query: null,
  };
}

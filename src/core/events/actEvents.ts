import type { CheckResult } from '../checks/checkResult';
import { checkHealth, checkWords, edgeTitle } from '../describe/checkText';
import { formatCount, formatCounted } from '../format';
import { isComplete, type PlanReport } from '../plan/report';
import type { DrainReport } from '../queue/drain';
import { conflictsOf } from '../queue/drainWords';
import { say } from '../say';
import type { EdgeSnapshot } from '../snapshot';
import type { TopologyEvent } from './topologyEvent';

/** A plan has ended: what was done, or at which step and on which node it stopped. Names no value and no server message. */
export function planEvent(report: PlanReport): TopologyEvent {
  const { plan, outcomes, wasCancelled, endedAtMs } = report;
  const done = outcomes.filter(({ state }) => state === 'done').length;
  const nodes = [...new Set(plan.steps.map(({ nodeId }) => nodeId))];
  const event = {
    atMs: endedAtMs,
    kind: 'change',
    subject: nodes.length === 1 ? (nodes[0] ?? null) : null,
    code: null,
  } as const;
  if (isComplete(report)) {
    return { ...event, health: 'healthy', text: say`${plan.title}: done` };
  }
  const stopped = outcomes.find(({ state }) => state === 'failed' || state === 'unknown');
  if (stopped === undefined) {
    const text = say`${plan.title}: cancelled after ${done} of ${formatCounted(outcomes.length, 'step')}`;
    return { ...event, health: wasCancelled ? 'unknown' : 'warning', text };
  }
  const at = outcomes.indexOf(stopped) + 1;
  const how = stopped.state === 'unknown' ? say`the end is unknown of` : say`stopped at`;
  const state = stopped.failure?.sqlstate ?? null;
  return {
    ...event,
    health: 'warning',
    text: say`${plan.title}: ${how} step ${at} of ${outcomes.length} on ${stopped.step.nodeId}${state === null ? '' : ` (${state})`}`,
  };
}

/** A drain has ended. @returns `null` for an automatic one that found nothing to do, or somebody else at work */
export function drainEvent(report: DrainReport): TopologyEvent | null {
  const { address, primaryId, counts, end, endedAtMs } = report;
  const conflicts = conflictsOf(counts);
  const all = counts.applied + counts.skipped + conflicts + counts.dead;
  if (end.kind === 'busy' || (end.kind === 'drained' && all === 0)) return null;
  const parts = [
    say`${formatCount(counts.applied)} applied`,
    ...(counts.skipped === 0 ? [] : [say`${formatCount(counts.skipped)} skipped`]),
    ...(conflicts === 0 ? [] : [formatCounted(conflicts, 'conflict')]),
    ...(counts.dead === 0 ? [] : [say`${formatCount(counts.dead)} dead`]),
  ];
  const isWell = end.kind === 'drained' && conflicts + counts.dead === 0;
  return {
    atMs: endedAtMs,
    kind: 'drain',
    subject: `queue/${address.nodeId}`,
    health: isWell ? 'healthy' : 'warning',
    code: null,
    text: say`${DRAIN_ENDS[end.kind]} ${address.nodeId} to ${primaryId}: ${parts.join(', ')}`,
  };
}

const DRAIN_ENDS: Readonly<Record<DrainReport['end']['kind'], string>> = {
  drained: say`Drained`,
  cancelled: say`Drain cancelled,`,
  busy: say`Drain not begun,`,
  refused: say`Drain refused,`,
  stopped: say`Drain stopped,`,
};

/** A check that ended otherwise than the one before it. @returns `null` when it says nothing new */
export function checkEvent(
  edge: Pick<EdgeSnapshot, 'id' | 'kind' | 'name' | 'to'>,
  before: CheckResult | null,
  result: CheckResult,
): TopologyEvent | null {
  if (result.outcome === 'cancelled') return null;
  const isFirst = before === null;
  if (isFirst ? result.outcome === 'arrived' : before.outcome === result.outcome) return null;
  const again = result.outcome === 'arrived' ? say` again` : '';
  return {
    atMs: result.endedAtMs,
    kind: 'check',
    subject: edge.id,
    health: checkHealth(result),
    code: result.verdict?.code ?? null,
    text: say`Check of ${edgeTitle(edge)}${again}: ${checkWords(result)}`,
  };
}

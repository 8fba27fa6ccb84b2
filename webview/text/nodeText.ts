import { verdictWord } from '../../src/core/describe/verdictWord';
import { formatCount, formatCounted, formatDuration, formatPart } from '../../src/core/format';
import type { NodeState, QueueState } from '../../src/protocol/dashboardState';
import { DEPTH_CAP } from '../../src/core/facts';
import { say, sayWord } from '../../src/core/say';
import { wholeSeconds } from './edgeText';
import { isNotAsked } from './glyphs';

/** Second line of a node: `publisher · 17.2`, `connecting`, `unreachable for 2 min`. */
export function nodeRole(node: NodeState, nowMs: number): string {
  const { code, sinceMs } = node.verdict;
  const role = roleWord(node);
  if (isNotAsked(code) && node.isDeclared) return role;
  if (SPOKEN_INSTEAD.has(code)) {
    const since = node.failingSinceMs ?? sinceMs;
    if (code !== 'unreachable' || since === null) return verdictWord(code);
    return say`unreachable for ${formatDuration(wholeSeconds(nowMs - since))}`;
  }
  if (!node.isDeclared) return say`${role} · not in the file`;
  if (code === 'roleMismatch' || code === 'splitBrain' || code === 'diverged')
    return verdictWord(code);
  return node.version === null ? role : `${role} · ${node.version}`;
}

const SPOKEN_INSTEAD: ReadonlySet<string> = new Set([
  'connecting',
  'disconnected',
  'unreachable',
  'starting',
  'passwordNeeded',
  'tooOld',
  'notPostgres',
  'notFound',
  'wrongSystem',
]);

function roleWord(node: NodeState): string {
  if (node.role === 'primary' && node.declaredRoles.includes('publisher')) return say`publisher`;
  return sayWord(node.role);
}

/** Roles for the details: `Primary, publisher`. */
export function rolesSentence(node: NodeState): string {
  const roles = node.declaredRoles.length > 0 ? node.declaredRoles : [node.role];
  const text = roles.map((role) => sayWord(role)).join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Lines inside a root's box: what it publishes and keeps, and its connections. */
export function nodeFacts(node: NodeState): readonly string[] {
  const counts = [
    ...(node.publications === null || node.publications === 0
      ? []
      : [formatCounted(node.publications, 'publication')]),
    ...(node.slots === null ? [] : [formatCounted(node.slots, 'slot')]),
  ];
  const facts = counts.length === 0 ? [] : [counts.join(', ')];
  if (node.asOfMs === null)
    return isNotAsked(node.verdict.code) ? [...facts, say`not asked`] : facts;
  if (node.connectionsUsed === null) return facts;
  const connections =
    node.connectionsMax === null
      ? formatCounted(node.connectionsUsed, 'connection')
      : formatPart(node.connectionsUsed, node.connectionsMax, 'connections');
  return [...facts, connections];
}

/** First line of a queue: `3 queued · 1.8 s`, `412 queued · +29/min`, `empty`. */
export function queueTop(queue: QueueState, nowMs: number): string {
  const { facts, verdict } = queue;
  if (facts === null) return isNotAsked(verdict.code) ? say`not asked` : verdictWord(verdict.code);
  if (
    verdict.code === 'stale' ||
    verdict.code === 'connecting' ||
    verdict.code === 'disconnected'
  ) {
    const age =
      queue.atMs === null ? '' : say`, ${formatDuration(wholeSeconds(nowMs - queue.atMs))} ago`;
    return say`was ${formatCount(facts.waiting, DEPTH_CAP)}${age}`;
  }
  if (facts.conflicts > 0) return formatCounted(facts.conflicts, 'conflict');
  if (verdict.code === 'queueFailedOver') return verdictWord(verdict.code);
  if (facts.waiting === 0) return say`empty`;
  const waiting = say`${formatCount(facts.waiting, DEPTH_CAP)} queued`;
  const perMinute = verdict.params.perMinute;
  if (perMinute !== undefined && perMinute > 0)
    return `${waiting} · +${formatCount(Math.round(perMinute))}/min`;
  if (facts.oldestAtMs === null) return waiting;
  return `${waiting} · ${formatDuration(Math.max(0, nowMs - facts.oldestAtMs))}`;
}

/** Second line of a queue: its table, and what is wrong in it. */
export function queueSub(queue: QueueState): string {
  const table = queue.table.split('.').at(-1) ?? queue.table;
  if (queue.facts === null) return table;
  if (queue.facts.dead > 0) return say`${table} · ${formatCount(queue.facts.dead)} dead`;
  if (queue.facts.conflicts > 0)
    return say`${table} · ${formatCount(queue.facts.waiting, DEPTH_CAP)} queued`;
  return table;
}

import { chosenAmong } from '../chosenPrimary';
import { formatAgo, formatDuration } from '../format';
import { verdictWord } from '../describe/verdictWord';
import { say } from '../say';
import type { NodeSnapshot, TopologySnapshot, VerdictCode } from '../snapshot';
import { routedNodes } from './routedNodes';
import { standbyLag } from './standbyLag';

/** One node that was thought of. */
export interface RouteCandidate {
  readonly nodeId: string;
  /** `taken`: it would do. `unknown`: from here it cannot be told whether it would. */
  readonly state: 'taken' | 'refused' | 'unknown';
  /** Phrase: `standby, 12 ms behind`, `unreachable from here`. */
  readonly reason: string;
  /** How far behind, where that is the answer: `12 ms behind`; `null` of a primary and of what is refused. */
  readonly behind: string | null;
}

/** Where one kind of statement goes now. */
export interface Route {
  readonly kind: 'reads' | 'writes';
  /** `unknown`: a node that comes first cannot be told of. `undeclared`: the file says nothing of it. */
  readonly outcome: 'node' | 'nowhere' | 'unknown' | 'undeclared';
  /** With the outcome `node` alone. */
  readonly nodeId: string | null;
  /** Why there, why nowhere, or why nobody can tell; a phrase. */
  readonly reason: string;
  /** What happens when that node is down, a finished sentence; `null` without one. */
  readonly whenDown: string | null;
  /** In the order in which they are thought of. */
  readonly candidates: readonly RouteCandidate[];
}

export interface Routes {
  readonly reads: Route;
  readonly writes: Route;
}

/**
 * Where reads and writes go by the file's `routing` and what the servers said last. Asks no server. Unknown lag is never small, what
 * is out of date is unknown, and where two servers take writes nothing goes to either, nor to what streams from them, until a person
 * has chosen one.
 */
export function routesOf(snapshot: TopologySnapshot, nowMs = snapshot.takenAtMs): Routes {
  const { writes, rivals } = writesOf(snapshot, nowMs);
  return { reads: readsOf(snapshot, { writesTo: writes.nodeId, rivals, nowMs }), writes };
}

interface Writes {
  readonly writes: Route;
  /** Ids of servers that take writes while nobody can tell which of them is meant. */
  readonly rivals: readonly string[];
}

function writesOf(snapshot: TopologySnapshot, nowMs: number): Writes {
  const routed = routedNodes(snapshot.topology);
  if (routed.kind === 'unclear') {
    const reason =
      routed.primaries.length === 0
        ? say`the file has no nodes`
        : say`the file has several primaries (${routed.primaries.join(', ')}): "routing" says which is meant`;
    return { writes: route('writes', 'undeclared', reason, []), rivals: [] };
  }
  const { primary, members } = routed;
  const nodes = nodesOf(snapshot, members);
  const judged = nodes.map((node) => judgeWrite(node, node.id === primary, nowMs));
  const rivals = rivalsOf(
    nodes,
    judged.filter(({ state }) => state === 'taken'),
  );
  const chosen = chosenAmong(snapshot, rivals);
  if (chosen === null && rivals.length > 1) {
    const names = rivals.join(say` and `);
    const refused = judged.map((candidate) =>
      rivals.includes(candidate.nodeId)
        ? refuse(candidate.nodeId, say`takes writes, as ${others(rivals, candidate.nodeId)} does`)
        : candidate,
    );
    const reason = say`${names} take writes: until one is chosen, writes belong to neither`;
    return { writes: route('writes', 'nowhere', reason, refused), rivals };
  }
  const same = nodes.find(({ id }) => id === chosen)?.sameServerAs ?? [];
  const candidates = judged.map((candidate) =>
    chosen === null || candidate.state !== 'taken' || same.includes(candidate.nodeId)
      ? candidate
      : judgeChosen(candidate.nodeId, chosen),
  );
  const decided = decide('writes', candidates);
  if (decided.nodeId === null) return { writes: decided, rivals: [] };
  const isPromoted = decided.nodeId !== primary;
  const first = candidates[0];
  const writes = {
    ...decided,
    reason:
      isPromoted && first !== undefined
        ? `${decided.reason}; ${primary}: ${first.reason}`
        : decided.reason,
    whenDown:
      members.length > 1
        ? say`When ${decided.nodeId} is down, writes go nowhere until a standby is promoted.`
        : say`When ${decided.nodeId} is down, writes go nowhere: it has no standby.`,
  };
  return { writes, rivals: [] };
}

/** Of a server that takes writes, where a person has said which one is the primary. */
function judgeChosen(nodeId: string, chosen: string): RouteCandidate {
  if (nodeId === chosen) return take(nodeId, say`takes writes, chosen as the primary`, null);
  return refuse(nodeId, say`takes writes beside ${chosen}, which was chosen as the primary`);
}

/** Ids of the servers that take writes, each server once; those that are known as a split brain among them. */
function rivalsOf(
  nodes: readonly NodeSnapshot[],
  taken: readonly RouteCandidate[],
): readonly string[] {
  const split = nodes.filter(({ verdict }) => verdict.code === 'splitBrain');
  const known = split.flatMap(({ id, verdict }) => [id, ...(verdict.params.otherNodes ?? [])]);
  const writable = nodes.filter(({ id }) => taken.some(({ nodeId }) => nodeId === id));
  const servers = writable.filter(
    (node, at) => !writable.slice(0, at).some(({ id }) => node.sameServerAs.includes(id)),
  );
  return [...new Set([...known, ...servers.map(({ id }) => id)])];
}

function judgeWrite(node: NodeSnapshot, isPrimary: boolean, nowMs: number): RouteCandidate {
  const unread = judgeUnread(node, nowMs);
  if (unread !== null) return unread;
  if (node.sample.fast?.isInRecovery === true) {
    const words = isPrimary ? say`the file says primary, its server is a standby` : say`standby`;
    return refuse(node.id, words);
  }
  const promoted = say`takes writes, though the file says standby`;
  return take(node.id, isPrimary ? say`primary, takes writes` : promoted, null);
}

function readsOf(snapshot: TopologySnapshot, rule: Omit<ReadRule, 'maxLagMs'>): Route {
  const { routing } = snapshot.topology;
  if (routing === undefined) {
    return route('reads', 'undeclared', say`the file declares no "routing"`, []);
  }
  const { maxLagMs } = routing;
  const candidates = nodesOf(snapshot, routing.reads).map((node) =>
    judgeRead(snapshot, node, { ...rule, maxLagMs }),
  );
  const decided = decide('reads', candidates);
  const { nodeId } = decided;
  if (nodeId === null) return decided;
  const isCutOff = (id: string) =>
    maxLagMs !== null && standbyLag(snapshot, id, rule.nowMs).upstreams.includes(nodeId);
  const same = snapshot.nodes.find(({ id }) => id === nodeId)?.sameServerAs ?? [];
  const next = candidates.find(
    (one) =>
      one.state === 'taken' &&
      one.nodeId !== nodeId &&
      !same.includes(one.nodeId) &&
      // What streams from it can then not tell how far behind it is.
      !isCutOff(one.nodeId),
  );
  const whenDown =
    next === undefined
      ? say`When ${nodeId} is down, reads go nowhere.`
      : say`When ${nodeId} is down, reads go to ${next.nodeId}.`;
  return { ...decided, whenDown };
}

interface ReadRule extends Pick<Writes, 'rivals'> {
  readonly writesTo: string | null;
  readonly maxLagMs: number | null;
  readonly nowMs: number;
}

function judgeRead(
  snapshot: TopologySnapshot,
  node: NodeSnapshot,
  { writesTo, rivals, maxLagMs, nowMs }: ReadRule,
): RouteCandidate {
  const unread = judgeUnread(node, nowMs);
  if (unread !== null) return unread;
  if (node.sample.fast?.isInRecovery !== true) return judgeWritable(snapshot, node, writesTo);
  const lag = standbyLag(snapshot, node.id, nowMs);
  const edge = snapshot.edges.find(({ kind, to }) => kind === 'streaming' && to === node.id);
  const code = edge?.verdict.code;
  if (code === 'diverged' || code === 'wrongSystem') return refuse(node.id, verdictWord(code));
  const end = lag.upstreams.at(-1);
  if (end !== undefined && rivals.includes(end)) {
    return refuse(node.id, say`streams from ${end}, one of several servers that take writes`);
  }
  const source = snapshot.nodes.find(({ id }) => id === end);
  // Its lag is that against a server whose writes are not the ones meant.
  if (writesTo !== null && end !== writesTo && source?.sameServerAs.includes(writesTo) !== true) {
    const upstream = end ?? say`a server that is not in the file`;
    return refuse(node.id, say`streams from ${upstream}, writes go to ${writesTo}`);
  }
  if (lag.ms === null) {
    const words = say`lag unknown: ${lag.unknownBecause ?? say`not measured`}`;
    return maxLagMs === null
      ? take(node.id, say`standby, ${words}`, say`lag unknown`)
      : refuse(node.id, words);
  }
  const behind = behindWords(lag.ms, lag.isAtMost);
  if (maxLagMs === null || lag.ms <= maxLagMs)
    return take(node.id, say`standby, ${behind}`, behind);
  return lag.isAtMost
    ? refuse(node.id, say`lag unknown, may be more than ${formatDuration(maxLagMs)}`)
    : refuse(node.id, say`${behind}, more than ${formatDuration(maxLagMs)}`);
}

/** A server that takes writes has what is written only where writes go there. */
function judgeWritable(
  { topology }: TopologySnapshot,
  { id, verdict }: NodeSnapshot,
  writesTo: string | null,
): RouteCandidate {
  if (id === writesTo) {
    const isStandby = topology.nodes.some((node) => node.id === id && node.standbyOf !== null);
    return take(
      id,
      isStandby ? say`takes writes, though the file says standby` : say`primary`,
      null,
    );
  }
  if (verdict.code === 'splitBrain')
    return refuse(id, say`one of several servers that take writes`);
  return refuse(id, say`takes writes of its own`);
}

function behindWords(ms: number, isAtMost: boolean): string {
  if (isAtMost) return say`at most ${formatDuration(ms)} behind`;
  return ms === 0 ? say`caught up` : say`${formatDuration(ms)} behind`;
}

/** Nothing was asked of them: they may do or not. */
const UNTOLD: readonly VerdictCode[] = [
  'restricted',
  'notConnected',
  'notApproved',
  'disconnected',
  'connecting',
  'passwordNeeded',
];
const UNFIT: readonly VerdictCode[] = ['tooOld', 'notPostgres', 'wrongSystem'];

/** @returns `null` for a node that answers, so that what it says may be looked at. */
function judgeUnread(node: NodeSnapshot, nowMs: number): RouteCandidate | null {
  const { id, sample, verdict } = node;
  const word = verdictWord(verdict.code);
  if (verdict.code === 'stale') {
    const age =
      sample.fastAtMs === null ? word : say`last heard from ${formatAgo(sample.fastAtMs, nowMs)}`;
    return { nodeId: id, state: 'unknown', reason: age, behind: null };
  }
  if (UNTOLD.includes(verdict.code)) {
    return { nodeId: id, state: 'unknown', reason: word, behind: null };
  }
  if (sample.contact === 'failed' || UNFIT.includes(verdict.code)) return refuse(id, word);
  if (sample.fast !== null) return null;
  return { nodeId: id, state: 'unknown', reason: say`not read yet`, behind: null };
}

/** The first that would do, unless one before it cannot be told of. */
function decide(kind: Route['kind'], candidates: readonly RouteCandidate[]): Route {
  const first = candidates.find(({ state }) => state !== 'refused');
  if (first?.state === 'taken') {
    return { ...route(kind, 'node', first.reason, candidates), nodeId: first.nodeId };
  }
  const reasons = candidates.map(({ nodeId, reason }) => `${nodeId}: ${reason}`).join('; ');
  return route(kind, first === undefined ? 'nowhere' : 'unknown', reasons, candidates);
}

function route(
  kind: Route['kind'],
  outcome: Route['outcome'],
  reason: string,
  candidates: readonly RouteCandidate[],
): Route {
  return { kind, outcome, nodeId: null, reason, whenDown: null, candidates };
}

function take(nodeId: string, reason: string, behind: string | null): RouteCandidate {
  return { nodeId, state: 'taken', reason, behind };
}

function refuse(nodeId: string, reason: string): RouteCandidate {
  return { nodeId, state: 'refused', reason, behind: null };
}

function others(names: readonly string[], self: string): string {
  return names.filter((name) => name !== self).join(say` and `);
}

function nodesOf({ nodes }: TopologySnapshot, ids: readonly string[]): readonly NodeSnapshot[] {
  return ids.flatMap((id) => nodes.find((node) => node.id === id) ?? []);
}

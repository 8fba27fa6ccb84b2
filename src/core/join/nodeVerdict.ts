import type { FailureReason } from '../failure';
import { say } from '../say';
import type { EdgeSnapshot, NodeSnapshot, VerdictCode } from '../snapshot';
import { declaredRolesOfAll, type DeclaredRole } from '../topology';
import type { VerdictBook, VerdictDraft } from './draft';
import type { JoinMemory } from './memory';
import { noPrivilege } from './privilege';
import { isSameServer, peersOf, type NodeView, type Scene } from './scene';
import { codeOfContact } from './unread';
import { shownWalRate } from './walRate';

const OLDEST_SUPPORTED = 140_000;

/** Every declared node: contact, role and identity held against the file. Its edges and queue are said apart (`core/nodeHealth`). */
export function joinNodes(
  scene: Scene,
  edges: readonly EdgeSnapshot[],
  book: VerdictBook,
  wal: JoinMemory['wal'],
): readonly NodeSnapshot[] {
  const writables = writableBySystem(scene);
  const declared = declaredRolesOfAll(scene.topology);
  return [...scene.views.values()].map((view) => {
    const roles = declared.get(view.node.id) ?? [];
    return {
      id: view.node.id,
      isDeclared: true,
      declaredRoles: roles,
      role: roleByServer(view, roles),
      sample: view.sample,
      verdict: book.settle(`node/${view.node.id}`, judgeNode(scene, view, roles, edges, writables)),
      sameServerAs: sameServers(scene, view),
      clockSkewMs: clockSkew(view),
      walBytesPerSecond: shownWalRate(wal.get(view.node.id) ?? [], view),
    };
  });
}

function judgeNode(
  scene: Scene,
  view: NodeView,
  roles: readonly DeclaredRole[],
  edges: readonly EdgeSnapshot[],
  writables: ReadonlyMap<string, readonly NodeView[]>,
): VerdictDraft {
  const { sample, fast } = view;
  if (sample.contact === 'failed') return judgeFailure(view, edges);
  if (fast === null) {
    if (view.readability === 'stale') return { code: 'stale', sinceMs: sample.fastAtMs };
    const code = sample.contact === 'connected' ? 'connecting' : codeOfContact(sample.contact);
    return { code };
  }
  if (fast.serverVersionNum < OLDEST_SUPPORTED) return { code: 'tooOld' };
  const rivals = writableRivals(view, writables);
  if (rivals.length > 0) return { code: 'splitBrain', params: { otherNodes: rivals } };
  const mismatch = judgeSystem(scene, view);
  if (mismatch !== null) return mismatch;
  const isStandby = roles.includes('standby');
  if (isStandby !== fast.isInRecovery) {
    return { code: 'roleMismatch', params: { role: fast.isInRecovery ? 'standby' : 'primary' } };
  }
  if (!fast.canSeeReplication && fast.senders.length > 0) return noPrivilege(view);
  return { code: 'healthy' };
}

function judgeFailure(view: NodeView, edges: readonly EdgeSnapshot[]): VerdictDraft {
  const { failure, failingSinceMs: sinceMs } = view.sample;
  const reason = failure?.reason ?? 'other';
  const code = CODE_OF_FAILURE[reason] ?? 'unreachable';
  const streaming = edges
    .filter((edge) => edge.from === view.node.id && isRunning(edge.verdict.code))
    .map((edge) => edge.to);
  const params = streaming.length === 0 ? { reason } : { reason, otherNodes: streaming };
  return { code, sinceMs, params };
}

const CODE_OF_FAILURE: Partial<Readonly<Record<FailureReason, VerdictCode>>> = {
  starting: 'starting',
  passwordNeeded: 'passwordNeeded',
  passwordRefused: 'passwordNeeded',
  tooOld: 'tooOld',
  notPostgres: 'notPostgres',
  privilege: 'noPrivilege',
};

function isRunning(code: VerdictCode): boolean {
  return code === 'streaming' || code === 'idle' || code === 'catchingUp' || code === 'lagging';
}

/** The nodes that accept writes, by system; only where they are more than one server, which is never as it should be. */
function writableBySystem(scene: Scene): ReadonlyMap<string, readonly NodeView[]> {
  const writables = new Map<string, NodeView[]>();
  for (const view of scene.views.values()) {
    const system = view.fast?.isInRecovery === false ? view.fast.systemIdentifier : null;
    if (system === null) continue;
    const known = writables.get(system);
    if (known === undefined) writables.set(system, [view]);
    else known.push(view);
  }
  for (const [system, views] of writables) {
    const [first] = views;
    // Nodes that are certainly one server share one list of peers.
    const peers = first === undefined ? [] : peersOf(scene, first);
    if (views.every((view) => peersOf(scene, view) === peers)) writables.delete(system);
  }
  return writables;
}

/** Other servers that accept writes for the same system. Databases of one server are no rivals. */
function writableRivals(
  view: NodeView,
  writables: ReadonlyMap<string, readonly NodeView[]>,
): readonly string[] {
  if (view.fast?.isInRecovery !== false) return [];
  return (writables.get(view.fast.systemIdentifier ?? '') ?? [])
    .filter((other) => other !== view && !isSameServer(other, view))
    .map((other) => other.node.id);
}

function judgeSystem(scene: Scene, view: NodeView): VerdictDraft | null {
  const identifier = view.fast?.systemIdentifier ?? null;
  if (identifier === null) return null;
  const first = scene.memory.systemIdentifiers.get(view.node.id);
  if (first !== undefined && first !== identifier) {
    const reason = say`system ${first} was seen here before, now ${identifier}`;
    return { code: 'wrongSystem', params: { reason } };
  }
  const upstreamId = view.node.standbyOf;
  const upstream = upstreamId === null ? undefined : scene.views.get(upstreamId);
  const theirs = upstream?.fast?.systemIdentifier ?? null;
  if (upstream === undefined || theirs === null || theirs === identifier) return null;
  const reason = say`system ${identifier}, but ${upstream.node.id} is system ${theirs}`;
  return { code: 'wrongSystem', params: { reason, otherNodes: [upstream.node.id] } };
}

function roleByServer(view: NodeView, roles: readonly DeclaredRole[]): NodeSnapshot['role'] {
  const fast = view.sample.fast;
  if (fast?.isInRecovery === true) return 'standby';
  if (fast === null && roles.includes('standby')) return 'standby';
  if (roles.includes('edge')) return 'edge';
  if (roles.includes('subscriber') && !roles.includes('primary')) return 'subscriber';
  return 'primary';
}

function sameServers(scene: Scene, view: NodeView): readonly string[] {
  const ids: string[] = [];
  for (const peer of peersOf(scene, view)) if (peer !== view) ids.push(peer.node.id);
  return ids;
}

/** The server's clock was read at about the middle of the round trip. */
function clockSkew(view: NodeView): number | null {
  const { fast, fastAtMs, roundTripMs } = view.sample;
  if (fast === null || fastAtMs === null || roundTripMs === null) return null;
  return Math.round(fast.serverTimeMs - (fastAtMs - roundTripMs / 2));
}

import {
  installedSentinels,
  type CheckProbe,
  type InstalledSentinel,
} from '../../core/checks/checkProbe';
import {
  checkFailure,
  nodeOf,
  type CheckGroup,
  type CheckTarget,
} from '../../core/checks/checkTargets';
import { edgesLacking, markUnsafe, wayOf, type CheckWay } from '../../core/checks/checkWay';
import { isServerFailure, ServerFailure } from '../../core/failure';
import { READ_ONLY_ADVICE, readOnlySentence } from '../../core/plan/readOnlyFindings';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import { say } from '../../core/say';
import type { TopologySnapshot } from '../../core/snapshot';
import type { CheckSession, CheckSessions, SessionWish } from './checkSessions';

export interface PreparationParts {
  readonly group: CheckGroup;
  readonly snapshot: TopologySnapshot;
  readonly sessions: CheckSessions;
  readonly signal: CancelSignal;
}

/** An edge with the session that waits for it. */
export interface ReadyEdge {
  readonly target: CheckTarget;
  readonly way: CheckWay;
  readonly key: string;
  readonly held: CheckSession;
}

/** An edge that cannot be checked, and why. */
export interface UnfitEdge {
  readonly target: CheckTarget;
  readonly way: CheckWay;
  readonly failure: ServerFailure;
}

export interface Prepared {
  readonly root: CheckSession;
  readonly ready: readonly ReadyEdge[];
  readonly unfit: readonly UnfitEdge[];
}

export const NO_WAY: CheckWay = { kind: 'marker', note: null };

/** Positions of another system or another timeline compare with nothing. */
const FOREIGN_POSITIONS: readonly string[] = ['diverged', 'wrongSystem', 'roleMismatch'];

interface Seen {
  readonly target: CheckTarget;
  /** Of the downstream node; `null` for a consumer, and where it could not be asked. */
  readonly held: CheckSession | null;
  readonly failure: ServerFailure | null;
}

/**
 * Everything of a round that comes before its token: sessions are open, tables are looked at, and each edge has its way.
 * @throws ServerFailure when the primary can take no token
 */
export async function prepareRound(parts: PreparationParts): Promise<Prepared> {
  const root = await openRoot(parts);
  const sentinels = installedSentinels(root.probe);
  const seen = await Promise.all(
    parts.group.targets.map((target) => {
      const prunes = sentinels.some(
        ({ publication, publishesDeletes }) =>
          publication !== null && target.publications.includes(publication) && !publishesDeletes,
      );
      return look(parts, target, prunes);
    }),
  );
  const probes = new Map<string, CheckProbe>();
  for (const { target, held } of seen) {
    if (target.edge.kind === 'logical' && held !== null) probes.set(target.edge.to, held.probe);
  }
  await askSuspects(parts, sentinels, probes);
  const checkRoot = {
    nodeId: parts.group.root.id,
    user: root.probe.user,
    sentinels: markUnsafe(parts.group.root.id, sentinels, parts.snapshot, probes),
  };
  const settled = await Promise.all(
    seen.map((edge) => {
      const way = wayOf(edge.target, checkRoot, edge.held?.probe ?? null);
      return settle(parts, root, edge, way);
    }),
  );
  return {
    root,
    ready: settled.filter((edge) => 'held' in edge),
    unfit: settled.filter((edge) => 'failure' in edge),
  };
}

/** Key of the session that writes on a primary. */
export function rootKeyOf(nodeId: string): string {
  return `write/${nodeId}`;
}

/** Keys of the sessions that may wait for an edge. */
export function waitKeysOf(edgeId: string): { readonly node: string; readonly slot: string } {
  return { node: `wait/${edgeId}`, slot: `slot/${edgeId}` };
}

/** What the monitor saw may be older than the plan that installed a table: where it misses one, the node itself is asked. */
async function askSuspects(
  parts: PreparationParts,
  sentinels: readonly InstalledSentinel[],
  probes: Map<string, CheckProbe>,
): Promise<void> {
  const { group, snapshot } = parts;
  const lacking = sentinels.flatMap((sentinel) =>
    edgesLacking(group.root.id, sentinel, snapshot, probes),
  );
  const ids = new Set(lacking.map(({ to }) => to).filter((id) => !probes.has(id)));
  await Promise.all(
    [...ids].map(async (id) => {
      const node = nodeOf(snapshot, id);
      if (node === undefined) return;
      const { held } = await tryOpen(parts, { key: `look/${id}`, node, mayWrite: false });
      if (held !== null) probes.set(id, held.probe);
    }),
  );
}

/** Nobody can tell whether a token is meant for this server, so it takes none. */
const DOUBTS: Readonly<Record<string, readonly [what: string, advice: string]>> = {
  splitBrain: [say`two nodes of one system are writable`, say`Choose the primary first.`],
  wrongSystem: [say`it is not the server that was seen before`, say`Accept the server first.`],
};

async function openRoot(parts: PreparationParts): Promise<CheckSession> {
  const { group, snapshot, sessions, signal } = parts;
  const node = group.root;
  const verdict = snapshot.nodes.find(({ id }) => id === node.id)?.verdict.code;
  const doubt = verdict === undefined ? undefined : DOUBTS[verdict];
  if (doubt !== undefined) {
    const [what, advice] = doubt;
    throw new ServerFailure(checkFailure(say`No token is written to ${node.id}: ${what}.`, advice));
  }
  if (node.access === 'readOnly') {
    const text = say`No token is written: ${readOnlySentence(node.id)}`;
    const facts = checkFailure(text, READ_ONLY_ADVICE);
    throw new ServerFailure({ ...facts, reason: 'readOnly' });
  }
  const root = await sessions.get({ key: rootKeyOf(node.id), node, mayWrite: true }, signal);
  if (!root.probe.isInRecovery) return root;
  throw new ServerFailure({
    ...checkFailure(
      say`${node.id} is a standby and takes no token (25006).`,
      say`Use its primary.`,
    ),
    reason: 'readOnly',
  });
}

async function look(
  parts: PreparationParts,
  target: CheckTarget,
  mayWrite: boolean,
): Promise<Seen> {
  if (target.to === null) return { target, held: null, failure: null };
  const key = waitKeysOf(target.edge.id).node;
  const mayPrune = mayWrite && target.to.access !== 'readOnly';
  const opened = await tryOpen(parts, { key, node: target.to, mayWrite: mayPrune });
  return { target, ...opened };
}

async function settle(
  parts: PreparationParts,
  root: CheckSession,
  { target, held, failure }: Seen,
  way: CheckWay,
): Promise<ReadyEdge | UnfitEdge> {
  const keys = waitKeysOf(target.edge.id);
  if (target.edge.kind === 'streaming') {
    const problem =
      failure ?? (way.kind === 'marker' ? foreignPosition(parts, target, held, root) : null);
    if (problem !== null) return { target, way, failure: problem };
  }
  const waitsDownstream = way.kind === 'row' || target.edge.kind === 'streaming';
  if (waitsDownstream && held !== null) return { target, way, key: keys.node, held };
  if (target.edge.slotName === null) {
    const text = say`The slot of ${target.edge.name} is not known, so its position cannot be told.`;
    return { target, way, failure: failure ?? new ServerFailure(checkFailure(text, null)) };
  }
  const wish = { key: keys.slot, node: target.from, mayWrite: false };
  const opened = await tryOpen(parts, wish);
  // A subscriber that cannot be asked may still read on, and its slot tells.
  const told = failure === null ? way : { kind: 'marker' as const, note: failure.facts.text };
  if (opened.held === null) return { target, way: told, failure: opened.failure };
  return { target, way: told, key: keys.slot, held: opened.held };
}

async function tryOpen(
  { sessions, signal }: PreparationParts,
  wish: SessionWish,
): Promise<
  | { readonly held: CheckSession; readonly failure: null }
  | { readonly held: null; readonly failure: ServerFailure }
> {
  try {
    return { held: await sessions.get(wish, signal), failure: null };
  } catch (error) {
    if (!isServerFailure(error)) throw error;
    await sessions.drop(wish.key);
    return { held: null, failure: error };
  }
}

/** A marker is nothing but a position, and a position means something only within one system. */
function foreignPosition(
  { group }: PreparationParts,
  { edge }: CheckTarget,
  held: CheckSession | null,
  root: CheckSession,
): ServerFailure | null {
  const isForeign =
    held?.probe.systemIdentifier !== root.probe.systemIdentifier ||
    FOREIGN_POSITIONS.includes(edge.verdict.code);
  if (!isForeign) return null;
  const text = say`Positions of ${edge.to} and ${group.root.id} cannot be compared: they went different ways.`;
  return new ServerFailure(checkFailure(text, null));
}

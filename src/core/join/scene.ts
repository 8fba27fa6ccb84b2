import type { FastFacts } from '../facts';
import type { Lsn } from '../lsn';
import { say } from '../say';
import type { NodeSample } from '../snapshot';
import type { Topology, TopologyNode } from '../topology';
import type { JoinMemory } from './memory';

/** A sample older than this many polls is no longer "now". */
const POLLS_UNTIL_STALE = 3;

/**
 * Whether a node's facts may be said in the present tense. `fresh`: yes. `stale`: it answered, too long ago.
 * `failed`: the last attempt failed. `off`: it is not asked, or has not answered yet.
 */
export type Readability = 'fresh' | 'stale' | 'failed' | 'off';

/** One declared node with what may be concluded from its sample now. */
export interface NodeView {
  readonly node: TopologyNode;
  readonly sample: NodeSample;
  readonly readability: Readability;
  /** The facts, only while fresh. */
  readonly fast: FastFacts | null;
  /** When `fast` was read; 0 without it. */
  readonly atMs: number;
  /** Highest timeline the node is known to have reached; `null` when not known. */
  readonly timeline: number | null;
}

/** Everything one join looks at; nothing in it changes while the join runs. */
export interface Scene {
  readonly topology: Topology;
  /** By node id, in file order. */
  readonly views: ReadonlyMap<string, NodeView>;
  /** By node id, the nodes that are databases of the same running server, itself among them, in file order. */
  readonly peers: ReadonlyMap<string, readonly NodeView[]>;
  readonly memory: JoinMemory;
  readonly nowMs: number;
  readonly pollIntervalMs: number;
}

/** Sample of a node that nobody has asked yet. */
export const UNASKED_SAMPLE: NodeSample = {
  contact: 'notAsked',
  failure: null,
  failingSinceMs: null,
  fast: null,
  fastAtMs: null,
  roundTripMs: null,
  slow: null,
  slowAtMs: null,
  endpoint: null,
  nextTryAtMs: null,
  isPollingPaused: false,
};

export function buildScene(
  topology: Topology,
  samples: ReadonlyMap<string, NodeSample>,
  memory: JoinMemory,
  nowMs: number,
  pollIntervalMs: number,
): Scene {
  const views = new Map<string, NodeView>();
  for (const node of topology.nodes) {
    const sample = samples.get(node.id) ?? UNASKED_SAMPLE;
    const readability = readabilityOf(sample, nowMs, pollIntervalMs);
    const fast = readability === 'fresh' ? sample.fast : null;
    views.set(node.id, {
      node,
      sample,
      readability,
      fast,
      atMs: fast === null ? 0 : (sample.fastAtMs ?? 0),
      timeline: timelineOf(sample.fast, memory.timelines.get(node.id) ?? null),
    });
  }
  return { topology, views, peers: groupByServer(views), memory, nowMs, pollIntervalMs };
}

function groupByServer(
  views: ReadonlyMap<string, NodeView>,
): ReadonlyMap<string, readonly NodeView[]> {
  const alike = new Map<string, NodeView[]>();
  for (const view of views.values()) {
    const { fast } = view.sample;
    // The port may be hidden behind a socket, so it cannot be part of a key: it is compared within the few that are alike.
    const key = `${fast?.systemIdentifier ?? view.node.id} ${fast?.postmasterStartedAtMs ?? ''}`;
    const group = alike.get(key);
    if (group === undefined) alike.set(key, [view]);
    else group.push(view);
  }
  const peers = new Map<string, readonly NodeView[]>();
  for (const group of alike.values()) {
    // One list for all, where all are one server: of many databases, each its own would be the square of them.
    const isOneServer = new Set(group.map(portOf)).size === 1;
    for (const view of group) {
      const same = isOneServer ? group : group.filter((other) => isSameServer(other, view));
      peers.set(view.node.id, same);
    }
  }
  return peers;
}

/** The nodes that are databases of the same running server, itself among them, in file order. */
export function peersOf(scene: Scene, view: NodeView): readonly NodeView[] {
  return scene.peers.get(view.node.id) ?? [view];
}

function readabilityOf(sample: NodeSample, nowMs: number, pollIntervalMs: number): Readability {
  switch (sample.contact) {
    case 'restricted':
    case 'notAsked':
    case 'notApproved':
    case 'disconnected':
      return 'off';
    case 'failed':
      return 'failed';
    case 'connecting':
    case 'connected':
      break;
  }
  if (sample.fast === null || sample.fastAtMs === null) return 'off';
  // Nobody joins again while polling is paused, so a value that is still young would stay "now" for ever.
  if (sample.isPollingPaused) return 'stale';
  if (nowMs - sample.fastAtMs <= POLLS_UNTIL_STALE * pollIntervalMs) return 'fresh';
  return sample.contact === 'connecting' ? 'off' : 'stale';
}

/** Without a receiver a standby shows the timeline of its last checkpoint, which may be older than what it streamed since. */
function timelineOf(fast: FastFacts | null, remembered: number | null): number | null {
  const received = fast?.receiver?.receivedTimeline ?? null;
  if (received !== null) return received;
  const shown = fast?.timeline ?? null;
  if (shown === null || remembered === null) return shown ?? remembered;
  return fast?.isInRecovery === false ? shown : Math.max(shown, remembered);
}

/**
 * Where a node's own WAL ends, as a downstream of it can reach it: pg_current_wal_lsn(), or on a standby the further of
 * what it received and what it replayed.
 */
export function endOfWal(fast: FastFacts): Lsn | null {
  if (!fast.isInRecovery) return fast.currentLsn;
  const { receiveLsn, replayLsn } = fast;
  if (receiveLsn === null || replayLsn === null) return receiveLsn ?? replayLsn;
  return receiveLsn > replayLsn ? receiveLsn : replayLsn;
}

/** True when two nodes are one running server: the same system, started at the same moment, on the same port. */
export function isSameServer(a: NodeView, b: NodeView): boolean {
  const left = a.sample.fast;
  const right = b.sample.fast;
  if (left === null || right === null || left.systemIdentifier === null) return false;
  if (left.systemIdentifier !== right.systemIdentifier) return false;
  if (left.postmasterStartedAtMs !== right.postmasterStartedAtMs) return false;
  const leftPort = portOf(a);
  const rightPort = portOf(b);
  return leftPort === null || rightPort === null || leftPort === rightPort;
}

function portOf(view: NodeView): number | null {
  return view.sample.slow?.serverPort ?? null;
}

/** True for the first readable node of each server in file order, so that what belongs to a server is said once. */
export function speaksForServer(scene: Scene, view: NodeView): boolean {
  return peersOf(scene, view).find((peer) => peer.fast !== null) === view;
}

/** Why nothing is known of a node now: finished text, lower case, fit to follow a comma. */
export function whyUnreadable(view: NodeView): string {
  const { id } = view.node;
  switch (view.sample.contact) {
    case 'restricted':
      return say`restricted mode`;
    case 'notAsked':
    case 'notApproved':
      return say`${id} is not connected`;
    case 'disconnected':
      return say`${id} is disconnected`;
    case 'connecting':
      return say`${id} is being connected`;
    case 'failed':
      return view.sample.failure?.reason === 'starting'
        ? say`${id} is starting`
        : say`${id} is unreachable from here`;
    case 'connected':
      return view.readability === 'stale'
        ? say`${id} has not answered lately`
        : say`${id} was not read yet`;
  }
}

import { isServerFailure, type FailureFacts } from '../../../src/core/failure';
import type { Diagnosis } from '../../../src/core/diagnosis/diagnosis';
import { diagnosisOf } from '../../../src/core/diagnosis/diagnosisOf';
import { wantedCauses } from '../../../src/core/diagnosis/wantedCauses';
import { joinTopology } from '../../../src/core/join/joinTopology';
import { emptyMemory, type JoinMemory } from '../../../src/core/join/memory';
import { UNASKED_SAMPLE } from '../../../src/core/join/scene';
import type { NodeSession } from '../../../src/core/ports/nodeGateway';
import type {
  EdgeSnapshot,
  NodeSample,
  NodeSnapshot,
  SlotSnapshot,
  TopologySnapshot,
  VerdictCode,
} from '../../../src/core/snapshot';
import { DEFAULT_THRESHOLDS, type Topology, type TopologyNode } from '../../../src/core/topology';
import type { Cluster } from '../../clusters/cluster';
import { sleep, waitFor } from '../../clusters/waitFor';
import { dialledPatiently, PATIENT_LIMITS } from '../monitor/patience';
import { makeGateway, never, nodeAt } from '../pg/support';
import { FAULTS, type FaultId, type InjectedFault } from './faultList';
import { FAULT_TABLE, isExpected, say as sayDiagnosis } from './faultTable';

const POLL_MS = 1_000;
/** Looks follow each other faster than polls would: tests wait for conditions. */
const LOOK_EVERY_MS = 250;

/**
 * Reads real servers through the real gateway, one after the other, and joins what they say, causes among it where a diagnosis
 * wants them: the monitor without its clock, and with patience for a busy machine.
 */
export class Watcher {
  private topology: Topology;
  private readonly movedMs = new Map<string, number>();
  /** Added to every time: what needs a minute to be told need not be waited for. */
  private aheadMs = 0;
  private readonly gateway = makeGateway({ limits: PATIENT_LIMITS });
  private readonly sessions = new Map<string, NodeSession>();
  private readonly samples = new Map<string, NodeSample>();
  private memory: JoinMemory = emptyMemory();
  private version = 0;
  private last: TopologySnapshot | null = null;
  private lookBeganAt = performance.now();

  constructor(nodes: readonly TopologyNode[], differs: Partial<Topology> = {}) {
    this.topology = {
      name: 'Faults',
      environment: 'development',
      nodes,
      consumers: [],
      thresholds: DEFAULT_THRESHOLDS,
      ...differs,
    };
  }

  /** Asks every node once, downstreams before upstreams (against the order of the file), and joins. */
  async look(): Promise<TopologySnapshot> {
    this.lookBeganAt = performance.now();
    for (const node of this.topology.nodes.toReversed()) await this.read(node);
    const snapshot = this.join();
    return (await this.readCauses(snapshot)) ? this.join() : snapshot;
  }

  /** The file says another address for this node now; what was seen before is remembered. */
  async redeclare(node: TopologyNode): Promise<void> {
    await this.sessions.get(node.id)?.close();
    this.sessions.delete(node.id);
    this.samples.delete(node.id);
    const nodes = this.topology.nodes.map((old) => (old.id === node.id ? node : old));
    this.topology = { ...this.topology, nodes };
  }

  /** What changes rarely is read anew with the next look. */
  forgetSlow(): void {
    for (const [id, sample] of this.samples)
      this.samples.set(id, { ...sample, slow: null, slowAtMs: null });
  }

  /** From now on the clock of this node seems to be so much ahead. */
  moveClock(id: string, byMs: number): void {
    this.movedMs.set(id, byMs);
  }

  /** Every clock goes on by so much. */
  skipTime(byMs: number): void {
    this.aheadMs += byMs;
  }

  /** What is said of a subject by the last look. */
  diagnosisOf(subject: string): Diagnosis {
    if (this.last === null) throw new Error('nobody looked');
    return diagnosisOf(this.last, subject);
  }

  /**
   * Looks until verdict and diagnosis of a subject are those of the fault, and all that is said of it names what was injected.
   */
  async untilTold(id: FaultId, major: number, subject: string, names: RegExp): Promise<Diagnosis> {
    const fault: InjectedFault = FAULTS[id];
    let last = '';
    const holds = (snapshot: TopologySnapshot): boolean => {
      const found = diagnosisOf(snapshot, subject);
      const code = verdictIn(snapshot, subject);
      last = `${code}, ${found.code}: ${sayDiagnosis(found)}`;
      return (
        isExpected(fault, code) && found.code === fault.diagnosis && names.test(sayDiagnosis(found))
      );
    };
    const what = `${id} is told as ${fault.verdict}, ${fault.diagnosis} with ${String(names)}`;
    const snapshot = await this.until(what, holds).catch((error: unknown) => {
      throw new Error(`${String(error)}; last: ${last}`, { cause: error });
    });
    const found = diagnosisOf(snapshot, subject);
    FAULT_TABLE.told(id, major, verdictIn(snapshot, subject), found, names);
    return found;
  }

  /** Asks in the order of the file: the upstream first, so that its downstream may seem to be ahead. */
  async lookUpstreamFirst(between: () => Promise<void>): Promise<TopologySnapshot> {
    this.lookBeganAt = performance.now();
    for (const node of this.topology.nodes) {
      await this.read(node);
      await between();
    }
    return this.join();
  }

  /** Looks until it holds. @returns that snapshot. */
  until(
    what: string,
    holds: (snapshot: TopologySnapshot) => boolean,
    timeoutMs?: number,
  ): Promise<TopologySnapshot> {
    let last = '';
    const look = async (): Promise<TopologySnapshot | null> => {
      const snapshot = await this.look();
      last = snapshot.edges.map(say).join('; ');
      return holds(snapshot) ? snapshot : null;
    };
    const patience = timeoutMs === undefined ? {} : { timeoutMs };
    return waitFor(look, { what, everyMs: LOOK_EVERY_MS, ...patience }).catch((error: unknown) => {
      throw new Error(`${String(error)}; edges: ${last}`, { cause: error });
    });
  }

  /** Looks until the edge has this verdict. @returns the edge. */
  async untilEdge(id: string, code: VerdictCode, timeoutMs?: number): Promise<EdgeSnapshot> {
    const holds = (snapshot: TopologySnapshot): boolean =>
      snapshot.edges.some((edge) => edge.id === id && edge.verdict.code === code);
    return edgeOf(await this.until(`${id} is ${code}`, holds, timeoutMs), id);
  }

  /** Looks again and again for a while, and so often at least, however long that takes. @returns every snapshot. */
  async during(forMs: number, atLeast = 1): Promise<readonly TopologySnapshot[]> {
    const snapshots: TopologySnapshot[] = [];
    const end = performance.now() + forMs;
    do {
      snapshots.push(await this.look());
      await sleep(LOOK_EVERY_MS);
    } while (performance.now() < end || snapshots.length < atLeast);
    return snapshots;
  }

  sampleOf(id: string): NodeSample {
    return this.samples.get(id) ?? UNASKED_SAMPLE;
  }

  async close(): Promise<void> {
    await Promise.all([...this.sessions.values()].map((session) => session.close()));
    this.sessions.clear();
  }

  private join(): TopologySnapshot {
    this.version += 1;
    const { snapshot, memory } = joinTopology({
      entryId: 'file:///faults/pg-topology.json',
      topology: this.topology,
      samples: this.samples,
      memory: this.memory,
      nowMs: this.nowMs(),
      // Where a look takes longer than a poll, polls are as far apart: what it read first is not out of date at its end.
      pollIntervalMs: Math.max(POLL_MS, performance.now() - this.lookBeganAt),
      version: this.version,
    });
    this.memory = memory;
    this.last = snapshot;
    return snapshot;
  }

  private nowMs(): number {
    return Date.now() + this.aheadMs;
  }

  /** @returns whether anything was read. */
  private async readCauses(snapshot: TopologySnapshot): Promise<boolean> {
    const wanted = wantedCauses(snapshot);
    for (const [id, sample] of this.samples) {
      const wants = wanted.get(id);
      const session = this.sessions.get(id);
      if (wants === undefined || session === undefined) continue;
      try {
        const causes = await session.readCauses(wants, never());
        this.samples.set(id, { ...sample, causes, causesAtMs: this.nowMs() });
      } catch (error) {
        // The server went away meanwhile; the next look tells.
        if (!isServerFailure(error)) throw error;
      }
    }
    return wanted.size > 0;
  }

  private async read(node: TopologyNode): Promise<void> {
    const before = this.sampleOf(node.id);
    try {
      const session = await this.sessionOf(node);
      const slow = before.slow ?? (await session.readSlow(never()));
      const askedAt = performance.now();
      const fast = await session.readFast(never());
      const atMs = this.nowMs();
      const moved = this.aheadMs + (this.movedMs.get(node.id) ?? 0);
      this.samples.set(node.id, {
        ...UNASKED_SAMPLE,
        contact: 'connected',
        fast: moved === 0 ? fast : { ...fast, serverTimeMs: fast.serverTimeMs + moved },
        fastAtMs: atMs,
        roundTripMs: performance.now() - askedAt,
        slow,
        slowAtMs: before.slowAtMs ?? atMs,
        endpoint: session.endpoint,
      });
    } catch (error) {
      if (!isServerFailure(error)) throw error;
      await this.fail(node, before, error.facts);
    }
  }

  private async sessionOf(node: TopologyNode): Promise<NodeSession> {
    const open = this.sessions.get(node.id);
    if (open?.isClosed === false) return open;
    const session = await this.gateway.open(dialledPatiently(node), never());
    this.sessions.set(node.id, session);
    return session;
  }

  private async fail(node: TopologyNode, before: NodeSample, failure: FailureFacts): Promise<void> {
    await this.sessions.get(node.id)?.close();
    this.sessions.delete(node.id);
    this.samples.set(node.id, {
      ...before,
      contact: 'failed',
      failure,
      failingSinceMs: before.failingSinceMs ?? this.nowMs(),
    });
  }
}

/** The node of the file that this server is, under the server's name. */
export function nodeOf(
  server: Cluster,
  differs: Partial<TopologyNode> = {},
  user = 'postgres',
): TopologyNode {
  return { ...nodeAt(server, { id: server.name, params: { user } }), ...differs };
}

export function edgeOf(snapshot: TopologySnapshot, id: string): EdgeSnapshot {
  const edge = snapshot.edges.find((candidate) => candidate.id === id);
  if (edge === undefined) throw new Error(`no edge ${id}`);
  return edge;
}

export function nodeIn(snapshot: TopologySnapshot, id: string): NodeSnapshot {
  const node = snapshot.nodes.find((candidate) => candidate.id === id);
  if (node === undefined) throw new Error(`no node ${id}`);
  return node;
}

export function slotIn(snapshot: TopologySnapshot, name: string): SlotSnapshot {
  const slot = snapshot.slots.find((candidate) => candidate.name === name);
  if (slot === undefined) throw new Error(`no slot ${name}`);
  return slot;
}

/** The verdict that the snapshot has of a node, an edge, a queue or `slot/<node>/<name>`. */
function verdictIn({ nodes, edges, queues, slots }: TopologySnapshot, subject: string): string {
  const found = [...nodes, ...edges, ...queues].find(({ id }) => id === subject);
  const slot = slots.find(({ nodeId, name }) => `slot/${nodeId}/${name}` === subject);
  return found?.verdict.code ?? slot?.verdict.code ?? 'nothing';
}

/** For messages of failed tests. */
export function say(edge: EdgeSnapshot): string {
  return `${edge.id} ${edge.verdict.code} ${edge.lagMs ?? '?'} ms ${edge.lagBytes ?? '?'} B`;
}

/** More than records of the server's own come to, which it may write at any moment, some bytes every 15 s. */
const NEAR_BYTES = 1_000;
/** Time for such a record to be confirmed on a busy machine; far below the age of the last commit. */
const NEAR_MS = 2_000;

/** Fails when an edge on which nothing waits does not say so: a record of the server's own may be on its way at one look. */
export function assertNear(edge: EdgeSnapshot): void {
  if (edge.lagBytes === null || edge.lagBytes >= NEAR_BYTES) throw new Error(`far: ${say(edge)}`);
  if (edge.lagMs !== null && edge.lagMs >= NEAR_MS) throw new Error(`late: ${say(edge)}`);
}

/** Fails when an edge claims to be near while it is not: a time, or no bytes. */
export function assertNoComfort(snapshots: readonly TopologySnapshot[], id: string): void {
  for (const snapshot of snapshots) {
    const edge = edgeOf(snapshot, id);
    if (edge.lagMs !== null || edge.lagBytes === 0) throw new Error(`comforting: ${say(edge)}`);
  }
}

import { ServerFailure } from '../../core/failure';
import { describeFailure } from '../../core/failureText';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { ChangeGateway } from '../../core/ports/changeGateway';
import type { Clock } from '../../core/ports/clock';
import type { DrainGateway, DrainSession } from '../../core/ports/drainGateway';
import type { Log } from '../../core/ports/log';
import type { SqlSession } from '../../core/ports/sqlSession';
import type { QueueAddress } from '../../core/queue/drain';
import { readingSettingsStatement } from '../../core/queue/readingSettings';
import { say } from '../../core/say';
import type { DeclaredQueue, Topology, TopologyNode } from '../../core/topology';
import { DrainRefused, type DrainJob } from './drainJob';
import { primariesOf } from './jobOf';
import { findPrimary, refuseStandby, type KnownPrimary, type LivePrimary } from './livePrimary';
import { openPrimary } from './primaryEnd';

export interface QueueSessionsDeps {
  /** For sessions that cannot write: they are allowed where the file forbids changes. */
  readonly changes: Pick<ChangeGateway, 'openChange'>;
  readonly gateway: Pick<DrainGateway, 'openDrain'>;
  /** By the file as it is now; `null` when it is gone. */
  readonly topologyOf: (topologyId: string) => Topology | null;
  /** Whether this node may be dialled now. */
  readonly mayContact: (topologyId: string, node: TopologyNode) => Promise<boolean>;
  /**
   * The queue as a drain would take it: by this rule the primary is found that decisions are written to.
   * @throws DrainRefused as for a drain, such as during a split brain
   */
  readonly jobOf: (address: QueueAddress) => DrainJob;
  readonly clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
  readonly log: Log;
}

/** Both ends of a queue, by the file. */
export interface QueueEnds {
  readonly address: QueueAddress;
  readonly edge: TopologyNode;
  /** The declared one first, then those that may have taken its place. */
  readonly primaries: readonly TopologyNode[];
  readonly queue: DeclaredQueue;
}

/** Sessions for what a person does with a queue, a few statements each. Every rejection is a `ServerFailure`. */
export class QueueSessions {
  constructor(private readonly deps: QueueSessionsDeps) {}

  /** @throws ServerFailure when the file does not declare that queue any more */
  endsOf(address: QueueAddress): QueueEnds {
    const { topologyId, nodeId } = address;
    const topology = this.deps.topologyOf(topologyId);
    const edge = topology?.nodes.find(({ id }) => id === nodeId);
    const queue = edge?.pendingSync ?? null;
    const primaries =
      topology === null || queue === null ? [] : primariesOf(topology, queue.primary, nodeId);
    if (edge === undefined || queue === null || primaries.length === 0) {
      throw failureOf(nodeId, say`The topology file declares no queue of ${nodeId}.`, null);
    }
    return { address, edge, primaries, queue };
  }

  /** Reads on the edge, in a session that cannot write. */
  async reading<T>(
    { address, edge, queue }: QueueEnds,
    signal: CancelSignal,
    act: (session: SqlSession) => Promise<T>,
  ): Promise<T> {
    await this.#allow(address, [edge]);
    return closing(await this.#openReading(edge, queue, signal), act);
  }

  /** Writes on the edge, once all is true that a drain needs to be. */
  async writing<T>(
    { address, edge, queue }: QueueEnds,
    signal: CancelSignal,
    act: (session: DrainSession) => Promise<T>,
  ): Promise<T> {
    this.#jobOf(address);
    await this.#allow(address, [edge]);
    const session = await this.deps.gateway.openDrain(edge, 'edge', signal, queue.drainUser);
    return closing(session, act);
  }

  /** Reads on the node that is the primary now, in a session that cannot write. @param known by the edge */
  async readingPrimary<T>(
    { address, primaries, queue }: QueueEnds,
    known: KnownPrimary,
    signal: CancelSignal,
    act: (session: SqlSession, nodeId: string) => Promise<T>,
  ): Promise<T> {
    const open = async (node: TopologyNode): Promise<SqlSession> => {
      const session = await this.#openReading(node, queue, signal);
      try {
        await refuseStandby(node.id, session, signal);
      } catch (error) {
        await session.close();
        throw error;
      }
      return session;
    };
    const allowed = await this.#allow(address, primaries);
    const find = findPrimary(this.deps, allowed, known, open, signal);
    const { session, nodeId } = await asFailure(primaries[0]?.id ?? '', find);
    return closing(session, async () => act(session, nodeId));
  }

  /** Writes on the node that is the primary now: the one that a drain would go to. @param known by the edge */
  async writingPrimary<T>(
    { address }: QueueEnds,
    known: KnownPrimary,
    signal: CancelSignal,
    act: (session: DrainSession) => Promise<T>,
  ): Promise<T> {
    const job = this.#jobOf(address);
    const primaries = await this.#allow(address, job.primaries);
    const find: Promise<LivePrimary<DrainSession>> = openPrimary(
      this.deps,
      { ...job, primaries },
      known,
      signal,
    );
    const { session } = await asFailure(job.queue.primary, find);
    return closing(session, act);
  }

  async #openReading(
    node: TopologyNode,
    { drainUser }: DeclaredQueue,
    signal: CancelSignal,
  ): Promise<SqlSession> {
    const access = { user: drainUser ?? null, mayWrite: false };
    const session = await this.deps.changes.openChange(node, access, signal);
    try {
      await session.query(readingSettingsStatement(), signal);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  #jobOf(address: QueueAddress): DrainJob {
    try {
      return this.deps.jobOf(address);
    } catch (error) {
      throw error instanceof DrainRefused ? failureOfRefusal(address.nodeId, error) : error;
    }
  }

  /** Those that may be dialled; the first one has to be. */
  async #allow(
    { topologyId }: QueueAddress,
    nodes: readonly TopologyNode[],
  ): Promise<readonly TopologyNode[]> {
    const allowed: TopologyNode[] = [];
    for (const node of nodes) {
      if (await this.deps.mayContact(topologyId, node)) allowed.push(node);
      else if (node === nodes[0]) {
        throw failureOf(node.id, say`${node.id} may not be contacted.`, say`Connect to it first.`);
      }
    }
    return allowed;
  }
}

async function closing<Session extends SqlSession, T>(
  session: Session,
  act: (session: Session) => Promise<T>,
): Promise<T> {
  try {
    return await act(session);
  } finally {
    await session.close();
  }
}

async function asFailure<T>(nodeId: string, promise: Promise<T>): Promise<T> {
  return promise.catch((error: unknown) => {
    throw error instanceof DrainRefused ? failureOfRefusal(nodeId, error) : error;
  });
}

function failureOfRefusal(nodeId: string, { reasons }: DrainRefused): ServerFailure {
  return failureOf(nodeId, reasons.join(' '), null);
}

function failureOf(nodeId: string, text: string, advice: string | null): ServerFailure {
  return new ServerFailure({ ...describeFailure('configuration', { nodeId }), text, advice });
}

import { ServerFailure } from '../../core/failure';
import { describeFailure } from '../../core/failureText';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { ChangeGateway } from '../../core/ports/changeGateway';
import type { DrainGateway, DrainSession, QueueEnd } from '../../core/ports/drainGateway';
import type { SqlSession } from '../../core/ports/sqlSession';
import type { QueueAddress } from '../../core/queue/drain';
import { readingSettingsStatement } from '../../core/queue/readingSettings';
import type { DeclaredQueue, Topology, TopologyNode } from '../../core/topology';

export interface QueueSessionsDeps {
  /** For sessions that cannot write: they are allowed where the file forbids changes. */
  readonly changes: Pick<ChangeGateway, 'openChange'>;
  readonly gateway: Pick<DrainGateway, 'openDrain'>;
  /** By the file as it is now; `null` when it is gone. */
  readonly topologyOf: (topologyId: string) => Topology | null;
  /** Whether this node may be dialled now. */
  readonly mayContact: (topologyId: string, node: TopologyNode) => Promise<boolean>;
}

/** Both ends of a queue, by the file. */
export interface QueueEnds {
  readonly topologyId: string;
  readonly edge: TopologyNode;
  readonly primary: TopologyNode;
  readonly queue: DeclaredQueue;
}

/** Sessions for what a person does with a queue, a few statements each. */
export class QueueSessions {
  constructor(private readonly deps: QueueSessionsDeps) {}

  /** @throws ServerFailure when the file does not declare that queue any more */
  endsOf({ topologyId, nodeId }: QueueAddress): QueueEnds {
    const nodes = this.deps.topologyOf(topologyId)?.nodes ?? [];
    const edge = nodes.find(({ id }) => id === nodeId);
    const queue = edge?.pendingSync ?? null;
    const primary = nodes.find(({ id }) => id === queue?.primary);
    if (edge === undefined || queue === null || primary === undefined) {
      throw failureOf(nodeId, `The topology file declares no queue of ${nodeId}.`, null);
    }
    return { topologyId, edge, primary, queue };
  }

  /** Reads on one end, in a session that cannot write. */
  async reading<T>(
    ends: QueueEnds,
    end: QueueEnd,
    signal: CancelSignal,
    act: (session: SqlSession) => Promise<T>,
  ): Promise<T> {
    const node = await this.#allowed(ends, end);
    const access = { user: ends.queue.drainUser ?? null, mayWrite: false };
    const session = await this.deps.changes.openChange(node, access, signal);
    try {
      await session.query(readingSettingsStatement(), signal);
      return await act(session);
    } finally {
      await session.close();
    }
  }

  /** Opens a session that writes; the caller closes it. */
  async open(ends: QueueEnds, end: QueueEnd, signal: CancelSignal): Promise<DrainSession> {
    const node = await this.#allowed(ends, end);
    return this.deps.gateway.openDrain(node, end, signal, ends.queue.drainUser);
  }

  async writing<T>(
    ends: QueueEnds,
    end: QueueEnd,
    signal: CancelSignal,
    act: (session: DrainSession) => Promise<T>,
  ): Promise<T> {
    const session = await this.open(ends, end, signal);
    try {
      return await act(session);
    } finally {
      await session.close();
    }
  }

  async #allowed(ends: QueueEnds, end: QueueEnd): Promise<TopologyNode> {
    const node = ends[end];
    if (await this.deps.mayContact(ends.topologyId, node)) return node;
    throw failureOf(node.id, `${node.id} may not be contacted.`, 'Connect to it first.');
  }
}

function failureOf(nodeId: string, text: string, advice: string | null): ServerFailure {
  return new ServerFailure({ ...describeFailure('configuration', { nodeId }), text, advice });
}

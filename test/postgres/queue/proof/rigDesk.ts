import type { DeadOperation, QueueDesk } from '../../../../src/core/ports/drains';
import type {
  ChoiceResult,
  ConflictChoice,
  ConflictDetails,
  ShownConflict,
} from '../../../../src/core/queue/conflict';
import type { QueueAddress } from '../../../../src/core/queue/drain';
import { DEFAULT_THRESHOLDS } from '../../../../src/core/topology';
import { SystemClock } from '../../../../src/host/systemClock';
import { ServerQueueDesk } from '../../../../src/operations/drain/serverQueueDesk';
import { MemoryLog, never } from '../../pg/support';
import { makeGateways } from '../../plans/changeSupport';
import { drainJob, makeDrainGateway, TOPOLOGY_ID } from '../drain/drainRig';
import type { QueueRig } from '../queueRig';

/** The product's desk for the queues of a rig. */
export class RigDesk {
  private readonly desk: QueueDesk;

  constructor(rig: QueueRig) {
    this.desk = new ServerQueueDesk({
      changes: makeGateways().changes,
      gateway: makeDrainGateway(),
      topologyOf: () => ({
        name: 'Rig',
        environment: 'development',
        nodes: [rig.primaryNode, ...Object.keys(rig.edges).map((name) => rig.edgeNode(name))],
        consumers: [],
        thresholds: DEFAULT_THRESHOLDS,
      }),
      jobOf: ({ nodeId }) => drainJob(rig, { edge: nodeId }),
      mayContact: () => Promise.resolve(true),
      clock: new SystemClock(),
      log: new MemoryLog(),
    });
  }

  readConflict(edge: string, operationId: string): Promise<ConflictDetails | null> {
    return this.desk.readConflict(addressOf(edge), operationId, never());
  }

  /** All that are open, in the order of the queue, as a choice about all of them is shown. */
  async listConflicts(edge: string): Promise<readonly ShownConflict[]> {
    return (await this.desk.listConflicts(addressOf(edge), {}, never())).conflicts;
  }

  /** @returns one result a conflict, in the same order */
  async decide(
    edge: string,
    shown: readonly ShownConflict[],
    choice: ConflictChoice,
  ): Promise<readonly ChoiceResult[]> {
    const results: ChoiceResult[] = [];
    const onResult = (result: ChoiceResult): unknown => results.push(result);
    await this.desk.decide(addressOf(edge), shown, choice, onResult, never());
    return results;
  }

  readDead(edge: string, operationId: string): Promise<DeadOperation | null> {
    return this.desk.readDead(addressOf(edge), operationId, never());
  }

  async retryDead(edge: string, operationId: string, data: string): Promise<boolean> {
    return (await this.desk.retryDead(addressOf(edge), [operationId], data, never())) === 1;
  }

  async dropDead(edge: string, operationId: string): Promise<boolean> {
    return (await this.desk.dropDead(addressOf(edge), [operationId], never())) === 1;
  }
}

function addressOf(edge: string): QueueAddress {
  return { topologyId: TOPOLOGY_ID, nodeId: edge };
}

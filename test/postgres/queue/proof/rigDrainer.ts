import assert from 'node:assert/strict';
import type { DrainReport } from '../../../../src/core/queue/drain';
import type { DeclaredQueue, TopologyNode } from '../../../../src/core/topology';
import { waitFor } from '../../../clusters/waitFor';
import { drain, drainJob, through } from '../drain/drainRig';
import type { QueueRig } from '../queueRig';
import type { ChildRequest } from './drainChild';

/** Ports to go through instead of the servers' own. */
export interface Detour {
  readonly edge?: number;
  readonly primary?: number;
}

/** Drains the edges of a rig, here or in a process of its own. */
export class RigDrainer {
  constructor(
    private readonly rig: QueueRig,
    private readonly queue: Partial<DeclaredQueue> = {},
  ) {}

  /** One drain, here. Failures of servers are in its end. */
  drain(edge: string): Promise<DrainReport> {
    return drain(this.rig, { edgeNode: this.edgeNode(edge) });
  }

  /** The same to its end. A session of a drain that was killed may hold the lock for a moment. @throws where it ends otherwise */
  async drainWhole(edge: string): Promise<void> {
    const end = await waitFor(
      async () => {
        const report = await this.drain(edge);
        return report.end.kind === 'busy' ? undefined : report.end;
      },
      { what: `nobody else drains ${edge}`, everyMs: 20 },
    );
    assert.deepEqual(end, { kind: 'drained' });
  }

  /** What a process has to know for the same. */
  request(detour: Detour = {}, more: Partial<ChildRequest> = {}): ChildRequest {
    const { rig } = this;
    const edge = this.edgeNode();
    const edgeNode = detour.edge === undefined ? edge : through(edge, { port: detour.edge });
    const primaries =
      detour.primary === undefined
        ? [rig.primaryNode]
        : [through(rig.primaryNode, { port: detour.primary })];
    return {
      job: drainJob(rig, { edgeNode, primaries }),
      batchRows: 500,
      isPersistent: false,
      ...more,
    };
  }

  private edgeNode(name?: string): TopologyNode {
    const node = this.rig.edgeNode(name);
    const { pendingSync } = node;
    return pendingSync === null
      ? node
      : { ...node, pendingSync: { ...pendingSync, ...this.queue } };
  }
}

import type { ContactGate } from '../../core/ports/contactGate';
import type { TopologyMonitor } from '../../core/ports/topologyMonitor';
import type { QueueAddress } from '../../core/queue/drain';
import type { NodeSnapshot, TopologySnapshot } from '../../core/snapshot';
import type { Topology } from '../../core/topology';
import { DrainRefused, type DrainJob } from './drainJob';
import { jobOf, type JobSettings } from './jobOf';

export interface DrainRulesDeps {
  readonly topologyOf: (topologyId: string) => Topology | null;
  readonly monitor: Pick<TopologyMonitor, 'current'>;
  readonly gate: Pick<ContactGate, 'decideBeforeResolving'>;
  readonly settings: () => JobSettings;
}

/** What must be true before a queue is drained, looked at anew each time: trust, contact, `access`, no split brain. */
export class DrainRules {
  constructor(private readonly deps: DrainRulesDeps) {}

  /**
   * Consent for the two ends that the file names was asked for by the command; other servers that may have taken the primary's place
   * are there only when the monitor reaches them, which needs consent as well.
   * @throws DrainRefused
   */
  jobOf(address: QueueAddress): DrainJob {
    const { topologyOf, gate, settings } = this.deps;
    const { topologyId, nodeId } = address;
    if (gate.decideBeforeResolving(topologyId) !== 'allowed') {
      throw new DrainRefused(['No server of this folder may be contacted.']);
    }
    const topology = topologyOf(topologyId);
    if (topology === null) throw new DrainRefused(['The topology file cannot be read any more.']);
    const job = jobOf(topology, address, settings());
    const disconnected = [nodeId, job.queue.primary].filter(
      (id) => this.#nodeOf(topologyId, id)?.sample.contact === 'disconnected',
    );
    if (disconnected.length > 0) {
      throw new DrainRefused([`${disconnected.join(' and ')} may not be contacted until Connect.`]);
    }
    const [declared, ...others] = job.primaries;
    const reached = others.filter(({ id }) => isReached(this.#nodeOf(topologyId, id)));
    return { ...job, primaries: declared === undefined ? reached : [declared, ...reached] };
  }

  /** The edge and one that takes writes in the primary's place answer now, so both were approved; and nothing looks like a split brain. */
  mayDrainUnasked(address: QueueAddress): boolean {
    const snapshot = this.#snapshotOf(address.topologyId);
    if (snapshot === null || snapshot.nodes.some(({ verdict }) => verdict.code === 'splitBrain')) {
      return false;
    }
    let job: DrainJob;
    try {
      job = this.jobOf(address);
    } catch (error) {
      if (error instanceof DrainRefused) return false;
      throw error;
    }
    const { topologyId } = address;
    return (
      isReached(this.#nodeOf(topologyId, job.edge.id)) &&
      job.primaries.some(({ id }) => {
        const node = this.#nodeOf(topologyId, id);
        return isReached(node) && node?.sample.fast?.isInRecovery === false;
      })
    );
  }

  hasWork({ topologyId, nodeId }: QueueAddress): boolean {
    const queues = this.#snapshotOf(topologyId)?.queues ?? [];
    const facts = queues.find((queue) => queue.nodeId === nodeId)?.facts ?? null;
    return facts !== null && facts.waiting > 0;
  }

  #snapshotOf(topologyId: string): TopologySnapshot | null {
    return this.deps.monitor.current().find(({ id }) => id === topologyId) ?? null;
  }

  #nodeOf(topologyId: string, nodeId: string): NodeSnapshot | null {
    return this.#snapshotOf(topologyId)?.nodes.find(({ id }) => id === nodeId) ?? null;
  }
}

function isReached(node: NodeSnapshot | null): boolean {
  return node?.sample.contact === 'connected';
}

import type { ChosenPrimary } from '../../core/snapshot';
import { splitBrainFinding } from '../../core/plan/splitBrainFinding';
import type { ContactGate } from '../../core/ports/contactGate';
import type { TopologyMonitor } from '../../core/ports/topologyMonitor';
import type { QueueAddress } from '../../core/queue/drain';
import { say } from '../../core/say';
import type { NodeSnapshot, TopologySnapshot } from '../../core/snapshot';
import type { Topology } from '../../core/topology';
import { DrainRefused, type DrainJob } from './drainJob';
import { jobOf, type JobSettings } from './jobOf';

export interface DrainRulesDeps {
  readonly topologyOf: (topologyId: string) => Topology | null;
  readonly monitor: Pick<TopologyMonitor, 'current'>;
  readonly gate: Pick<ContactGate, 'decideBeforeResolving'>;
  readonly settings: () => JobSettings;
  /** Who was said to be the primary in a split brain. */
  readonly chosenPrimaryOf: (topologyId: string) => ChosenPrimary | null;
}

/**
 * What must be true before a queue is drained, or a person's decision is written, looked at anew each time: trust, contact, `access`,
 * no split brain.
 */
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
      throw new DrainRefused([say`No server of this folder may be contacted.`]);
    }
    const topology = topologyOf(topologyId);
    if (topology === null)
      throw new DrainRefused([say`The topology file cannot be read any more.`]);
    const job = jobOf(topology, address, settings());
    const disconnected = [nodeId, job.queue.primary].filter(
      (id) => this.#nodeOf(topologyId, id)?.sample.contact === 'disconnected',
    );
    if (disconnected.length > 0) {
      throw new DrainRefused([
        say`${disconnected.join(say` and `)} may not be contacted until Connect.`,
      ]);
    }
    this.#refuseSplitBrain(topologyId, topology, job);
    const [declared, ...others] = job.primaries;
    const reached = others.filter(({ id }) => {
      const node = this.#nodeOf(topologyId, id);
      // Where the declared one was chosen, its rival stays out.
      return isReached(node) && node?.verdict.code !== 'splitBrain';
    });
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
    const queue = queues.find((candidate) => candidate.nodeId === nodeId);
    if (queue === undefined) return false;
    return (queue.facts?.waiting ?? 0) > 0 || queue.isPrimaryReplaced;
  }

  /** Nobody can tell which of two writable servers is meant, until a person has said that it is the one that the file declares. */
  #refuseSplitBrain(topologyId: string, topology: Topology, job: DrainJob): void {
    const finding = splitBrainFinding(
      {
        topologyId,
        topology,
        catalogs: new Map(),
        definitions: new Map(),
        snapshot: this.#snapshotOf(topologyId),
        chosenPrimary: this.deps.chosenPrimaryOf(topologyId),
      },
      [{ nodeId: job.edge.id }, { nodeId: job.queue.primary }],
    );
    if (finding !== null) throw new DrainRefused([finding.text]);
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

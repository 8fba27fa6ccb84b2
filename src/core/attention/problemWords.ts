import type { Diagnosis } from '../diagnosis/diagnosis';
import { DEPTH_CAP } from '../facts';
import { formatBytes, formatBytesOf, formatCount, formatCounted, formatDuration } from '../format';
import { say } from '../say';
import type {
  EdgeSnapshot,
  QueueSnapshot,
  SlotSnapshot,
  TopologySnapshot,
  Verdict,
} from '../snapshot';
import type { Alarm } from './attend';
import { listWords } from './listWords';

/** The cause of a subject's state, as far as it is known. */
export type Diagnose = (
  snapshot: TopologySnapshot,
  subject: string,
) => Pick<Diagnosis, 'code' | 'title'> | null;

/** What is said of one outage: `Name: fact, since. Consequence.` */
export class ProblemWords {
  constructor(
    private readonly snapshot: TopologySnapshot,
    private readonly nowMs: number,
    private readonly diagnose: Diagnose,
  ) {}

  sentence(alarm: Alarm): string {
    const { subject, verdict } = alarm.problem;
    const { edges, slots, queues } = this.snapshot;
    const edge = edges.find(({ id }) => id === subject);
    const slot = slots.find(({ nodeId, name }) => `slot/${nodeId}/${name}` === subject);
    const queue = queues.find(({ id }) => id === subject);
    const known =
      edge !== undefined
        ? this.ofEdge(edge, alarm)
        : slot !== undefined
          ? this.ofSlot(slot)
          : queue !== undefined
            ? this.ofQueue(queue)
            : this.ofNode(subject, verdict, alarm);
    if (known !== null) return known;
    const found = this.diagnose(this.snapshot, subject);
    return found?.title ?? say`${this.nameOf(subject)} needs attention.`;
  }

  private ofEdge(edge: EdgeSnapshot, alarm: Alarm): string | null {
    const name = this.nameOf(edge.id);
    const lasting = this.since(this.sinceMs(alarm));
    switch (edge.verdict.code) {
      case 'stoppedByError':
      case 'applyErrorLoop': {
        const cause = causeWords(this.diagnose(this.snapshot, edge.id)?.code);
        const why = cause === null ? '' : `: ${cause}`;
        const stopped =
          edge.verdict.code === 'stoppedByError'
            ? say`stopped ${lasting} ago`
            : say`fails again and again for ${lasting}`;
        return `${name} ${stopped}${why}.${this.waits(edge)}`;
      }
      case 'notStreaming': {
        const below = this.snapshot.edges.filter(
          ({ from, verdict }) => from === edge.to && verdict.code === 'sourceCutOff',
        );
        const cutOff = below.map(({ id }) => this.nameOf(id));
        const verb = cutOff.length === 1 ? say`is` : say`are`;
        const after =
          cutOff.length === 0
            ? this.waits(edge)
            : say` ${listWords(cutOff)} ${verb} cut off with it.`;
        return say`${name} is not streaming for ${lasting}.${after}`;
      }
      case 'slotLost':
        return say`The slot of ${name} is lost. ${again(edge)}`;
      case 'lagging': {
        const { lagWarningMs, lagCriticalMs } = this.snapshot.topology.thresholds;
        const isCritical = edge.verdict.health === 'error';
        const limit = isCritical
          ? say`critical at ${formatDuration(lagCriticalMs)}`
          : say`warning at ${formatDuration(lagWarningMs)}`;
        if (edge.lagMs === null) return null;
        return say`${name} is ${formatDuration(edge.lagMs)} behind for ${lasting} (${limit}).`;
      }
      case 'stuck': {
        const size = edge.lagBytes === null ? '' : say` ${formatBytes(edge.lagBytes)} wait.`;
        return say`${name} is stuck for ${lasting}.${size}`;
      }
      default:
        return null;
    }
  }

  private ofSlot({ nodeId, name, consumer, type, ...slot }: SlotSnapshot): string | null {
    const called = say`Slot ${name} on ${nodeId}`;
    if (slot.verdict.code === 'slotLost') {
      const reader = consumer?.split('/').at(-1) ?? null;
      if (reader === null) return say`${called} is lost.`;
      return type === 'physical'
        ? say`${called} is lost. ${reader} must be cloned again.`
        : say`${called} is lost. ${reader} must copy its tables again.`;
    }
    const { toLimit, retainedWalBytes } = slot;
    if (slot.verdict.code !== 'nearLimit' || toLimit === undefined || retainedWalBytes === null) {
      return null;
    }
    const kept = say`${formatBytesOf(retainedWalBytes, toLimit.limitBytes)} are kept`;
    const reads = slot.isActive ? '' : say` and no one reads it`;
    const about = toLimit.ms === null ? null : aboutMinutes(toLimit.ms);
    const isFileLimit = toLimit.by === 'file';
    const when =
      about === null
        ? isFileLimit
          ? say`keeps more than the file allows`
          : say`is near its limit`
        : isFileLimit
          ? say`reaches the limit of the file in ${about}`
          : say`is lost in ${about}`;
    return `${called} ${when}: ${kept}${reads}.`;
  }

  private ofQueue({ nodeId, primaryId, facts, perMinute, isOnline, verdict }: QueueSnapshot) {
    if (facts === null) return null;
    switch (verdict.code) {
      case 'queueConflicts': {
        const verb = facts.conflicts === 1 ? say`waits` : say`wait`;
        return say`${formatCounted(facts.conflicts, 'conflict')} ${verb} for a decision on ${nodeId}.`;
      }
      case 'queueGrowing': {
        const more =
          perMinute === null ? '' : say`, ${formatCount(Math.round(perMinute))} more a minute`;
        const why =
          isOnline === false ? say` ${nodeId} and ${primaryId} are not both reached.` : '';
        return say`The queue on ${nodeId} grows: ${formatCount(facts.waiting, DEPTH_CAP)} waiting${more}.${why}`;
      }
      default:
        return null;
    }
  }

  private ofNode(id: string, verdict: Verdict, alarm: Alarm): string | null {
    const others = verdict.params.otherNodes ?? [];
    if (verdict.code === 'splitBrain') {
      const names = [...new Set([id, ...others])].sort();
      return say`${formatCounted(names.length, 'writable node')} of one system: ${listWords(names)}. Changes are refused until you choose one.`;
    }
    if (verdict.code !== 'unreachable') return null;
    const lasting = this.since(this.sinceMs(alarm));
    const streams = others.length === 1 ? say`streams` : say`stream`;
    const seen =
      others.length === 0
        ? ''
        : say` ${formatCounted(others.length, 'standby', 'standbys')} still ${streams} from it.`;
    return say`${id} is unreachable from here for ${lasting}.${seen}`;
  }

  /** Changes are kept while nobody takes them, which is what makes it urgent. */
  private waits({ kind, from }: EdgeSnapshot): string {
    return kind === 'streaming' || from === null ? '' : say` Changes wait on ${from}.`;
  }

  nameOf(subject: string): string {
    const edge = this.snapshot.edges.find(({ id }) => id === subject);
    if (edge !== undefined) {
      const name = edge.name.replace(/^undeclared\//u, '');
      return edge.kind === 'logical' ? say`${name} on ${edge.to}` : name;
    }
    const queue = this.snapshot.queues.find(({ id }) => id === subject);
    if (queue !== undefined) return say`The queue on ${queue.nodeId}`;
    const [, nodeId, slot] = /^slot\/([^/]+)\/(.+)$/su.exec(subject) ?? [];
    return slot === undefined ? subject : say`Slot ${slot} on ${nodeId ?? ''}`;
  }

  sinceMs({ problem, firstSeenMs }: Alarm): number {
    return problem.verdict.sinceMs ?? firstSeenMs;
  }

  since(sinceMs: number): string {
    const seconds = Math.max(1, Math.floor((this.nowMs - sinceMs) / 1_000));
    return formatDuration(seconds * 1_000);
  }
}

function again({ kind, to, name }: EdgeSnapshot): string {
  return kind === 'streaming'
    ? say`${to} must be cloned again.`
    : kind === 'logical'
      ? say`${name} must copy its tables again.`
      : say`${name} must start anew.`;
}

/** Rounded down to whole minutes: it is an estimate. */
function aboutMinutes(ms: number): string {
  return ms < 60_000 ? say`less than a minute` : say`about ${formatDuration(ms)}`;
}

const CAUSES: Readonly<Partial<Record<Diagnosis['code'], string>>> = {
  duplicateKey: say`duplicate key`,
  missingTable: say`a table is missing`,
  missingColumn: say`a column is missing`,
  applyDenied: say`a privilege is missing`,
  constraintViolated: say`a constraint is violated`,
  publicationMissing: say`its publication is missing`,
  replicaIdentityMissing: say`a replica identity is missing`,
};

function causeWords(code: Diagnosis['code'] | undefined): string | null {
  return code === undefined ? null : (CAUSES[code] ?? null);
}

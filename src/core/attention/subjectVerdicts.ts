import { worstHealth } from '../join/severity';
import type {
  EdgeSnapshot,
  QueueSnapshot,
  TopologySnapshot,
  Verdict,
  VerdictCode,
} from '../snapshot';

/** What has outages of its own. Problems with one key are one outage; keys of one group are never told for one another's sake. */
export interface ProblemKey {
  /** `node/<id>` for a server with its streaming, an edge's id, `queue/<node>`, `slot/<node>/<name>`, or `splitBrain`. */
  readonly key: string;
  /** Who is muted, and who has three notifications an hour: a node id, `slot/<node>/<name>`, or `splitBrain`. */
  readonly group: string;
}

/** A problem of the snapshot that may be told. */
export interface Problem extends ProblemKey {
  /** As in `summary.problems`. */
  readonly subject: string;
  readonly verdict: Verdict;
}

const SPLIT_BRAIN: ProblemKey = { key: 'splitBrain', group: 'splitBrain' };

/** What a person has set up, or has yet to set up: it has its row, and nothing has changed to unhealthy. */
const QUIET_CODES: readonly VerdictCode[] = [
  'disabled',
  'passwordNeeded',
  'noPrivilege',
  'ambiguous',
];

/** Looks up what is said of each subject of one snapshot. */
export class SubjectVerdicts {
  private readonly nodes: ReadonlyMap<string, Verdict>;
  private readonly edges: ReadonlyMap<string, EdgeSnapshot>;
  private readonly queues: ReadonlyMap<string, QueueSnapshot>;
  private readonly slots: ReadonlyMap<string, Verdict>;
  /** Verdict of the streaming that ends at a node. */
  private readonly streaming: ReadonlyMap<string, Verdict>;

  constructor(private readonly snapshot: TopologySnapshot) {
    const { nodes, edges, queues, slots } = snapshot;
    this.nodes = new Map(nodes.map(({ id, verdict }) => [id, verdict]));
    this.edges = new Map(edges.map((edge) => [edge.id, edge]));
    this.queues = new Map(queues.map((queue) => [queue.id, queue]));
    this.slots = new Map(
      slots.map(({ nodeId, name, verdict }) => [`slot/${nodeId}/${name}`, verdict]),
    );
    this.streaming = new Map(
      edges.flatMap(({ kind, to, verdict }) =>
        kind === 'streaming' ? [[to, verdict] as const] : [],
      ),
    );
  }

  /** Problems worst first, one a key. What only follows from another is not among the problems of a snapshot. */
  problems(): readonly Problem[] {
    const found = new Map<string, Problem>();
    for (const subject of this.snapshot.summary.problems) {
      const verdict = this.of(subject);
      if (verdict === null || QUIET_CODES.includes(verdict.code)) continue;
      const isSplit = verdict.code === 'splitBrain';
      const { key, group } = isSplit ? SPLIT_BRAIN : this.keyOf(subject);
      if (!found.has(key)) found.set(key, { key, group, subject, verdict });
    }
    return [...found.values()];
  }

  /** Who is muted with a subject; a subject that is not there stands for itself. */
  groupOf(subject: string): string {
    const isSplit = this.of(subject)?.code === 'splitBrain';
    return isSplit ? SPLIT_BRAIN.group : this.keyOf(subject).group;
  }

  /** How it stands with a key that is not among the problems. */
  standing(key: string): Standing {
    if (key === SPLIT_BRAIN.key) {
      const verdicts = [...this.nodes.values()];
      const isLeft = verdicts.some(({ code }) => code === 'splitBrain');
      return isLeft ? 'unknown' : standingBy(verdicts);
    }
    const nodeId = /^node\/(.+)$/su.exec(key)?.[1];
    if (nodeId === undefined) {
      const verdict = this.of(key);
      return verdict === null ? 'gone' : standingBy([verdict]);
    }
    const node = this.nodes.get(nodeId);
    if (node === undefined) return 'gone';
    const streaming = this.streaming.get(nodeId);
    return standingBy(streaming === undefined ? [node] : [node, streaming]);
  }

  private of(subject: string): Verdict | null {
    return (
      this.nodes.get(subject) ??
      this.edges.get(subject)?.verdict ??
      this.queues.get(subject)?.verdict ??
      this.slots.get(subject) ??
      null
    );
  }

  private keyOf(subject: string): ProblemKey {
    if (this.nodes.has(subject)) return { key: `node/${subject}`, group: subject };
    const edge = this.edges.get(subject);
    if (edge?.kind === 'streaming') return { key: `node/${edge.to}`, group: edge.to };
    if (edge !== undefined) return { key: edge.id, group: edge.to };
    // A slot is lost once, whatever else its server does.
    return { key: subject, group: this.queues.get(subject)?.nodeId ?? subject };
  }
}

/** `good`: known to be well. `unknown`: stale, not asked, or told by another problem. `gone`: no longer in the file or on the server. */
export type Standing = 'good' | 'unknown' | 'gone';

function standingBy(verdicts: readonly Verdict[]): Standing {
  const worst = worstHealth(
    verdicts.map(({ code, health }) => (QUIET_CODES.includes(code) ? 'healthy' : health)),
  );
  return worst === 'healthy' || worst === 'busy' ? 'good' : 'unknown';
}

import { CancelSource } from '../../core/cancelSource';
import {
  beginLine,
  exitCodeOf,
  isEdgeOfTask,
  TASK_ENDS,
  TASK_EXIT,
  type CheckTask,
} from '../../core/checks/checkTask';
import { isWithinBudget, type CheckResult } from '../../core/checks/checkResult';
import { groupChecks, nodeOf } from '../../core/checks/checkTargets';
import { checkLine, checkProblem, oneLine, type KnownCause } from '../../core/describe/checkReport';
import { checkSummary } from '../../core/describe/checkSummary';
import { edgeTitle } from '../../core/describe/checkText';
import { formatDuration, formatPart } from '../../core/format';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { Checks } from '../../core/ports/checks';
import type { Clock } from '../../core/ports/clock';
import type { NodeRef } from '../../core/ports/topologyMonitor';
import { say } from '../../core/say';
import type { EdgeSnapshot, TopologySnapshot } from '../../core/snapshot';
import type { TopologyNode } from '../../core/topology';
import { pause } from '../pause';

/** Between two rounds while a task waits. */
const WAIT_MS = 1_000;

export interface CheckTaskDeps {
  /** Resolves once the workspace was searched for topology files. */
  readonly ready: () => Promise<void>;
  readonly snapshots: () => readonly TopologySnapshot[];
  readonly checks: Pick<Checks, 'run'>;
  readonly contact: {
    actOn(ref: NodeRef): Promise<boolean>;
    allows(topologyId: string, node: TopologyNode): Promise<boolean>;
  };
  readonly isTrusted: () => boolean;
  readonly diagnose: (snapshot: TopologySnapshot, subject: string) => KnownCause;
  /** `/folder/pg-topology.json:14:7` of what declares an edge; of the file where no line does. */
  readonly placeOf: (topologyId: string, edgeId: string) => string;
  readonly redact: (text: string) => string;
  readonly clock: Clock;
}

interface Part {
  readonly snapshot: TopologySnapshot;
  readonly edges: readonly EdgeSnapshot[];
}

interface Found {
  readonly part: Part;
  readonly edge: EdgeSnapshot;
  readonly result: CheckResult;
}

/**
 * Checks what a task names, once or until all of it is well, and writes a line an edge.
 * @param write takes one line, without its end; free of escape sequences and of secrets
 * @returns the exit code of the task
 */
export async function runCheckTask(
  task: CheckTask,
  deps: CheckTaskDeps,
  write: (line: string) => void,
  signal: CancelSignal,
): Promise<number> {
  const tell = (line: string): void => write(deps.redact(oneLine(line)));
  const end = (code: number, text: string): number => {
    tell(`${TASK_ENDS[code] ?? ''}: ${text}`);
    return code;
  };
  await deps.ready();
  if (!deps.isTrusted()) {
    return end(TASK_EXIT.notContacted, say`this workspace is in restricted mode.`);
  }
  const parts = partsOf(task, deps.snapshots());
  const count = parts.reduce((sum, { edges }) => sum + edges.length, 0);
  if (count === 0) return end(TASK_EXIT.notPossible, nothingFound(task));
  const stranger = await firstStranger(parts, deps);
  if (stranger !== null) return end(TASK_EXIT.notContacted, stranger);
  const names = parts.map(({ snapshot }) => snapshot.topology.name);
  tell(beginLine(count, names));
  const last = await rounds(task, parts, deps, tell, signal);
  if (last === null) {
    const within = task.timeoutMs === null ? '' : say` within ${formatDuration(task.timeoutMs)}`;
    return end(TASK_EXIT.notHealthy, say`no check ended${within}.`);
  }
  for (const found of last) tell(lineOf(found, deps));
  const results = last.map(({ result }) => result);
  const { text } = checkSummary(
    results,
    parts.flatMap(({ edges }) => edges),
  );
  return end(exitCodeOf(results), text);
}

function partsOf(task: CheckTask, snapshots: readonly TopologySnapshot[]): readonly Part[] {
  return snapshots.flatMap((snapshot) => {
    const path = decodeURIComponent(snapshot.id);
    const isFile =
      task.file === null || `/${path}`.endsWith(`/${task.file.replace(/^\.?\//u, '')}`);
    const isTopology = task.topology === null || snapshot.topology.name === task.topology;
    if (!isFile || !isTopology) return [];
    const edges = snapshot.edges.filter((edge) => isEdgeOfTask(edge, edgeTitle(edge), task));
    return edges.length === 0 ? [] : [{ snapshot, edges }];
  });
}

function nothingFound({ file, topology, edge }: CheckTask): string {
  const named = [file, topology, edge].filter((part) => part !== null);
  return named.length === 0
    ? say`no topology file declares a standby, subscription or consumer.`
    : say`no topology file declares ${named.join(', ')}.`;
}

/** Asks about what was never approved. @returns a sentence for the first node that may not be contacted */
async function firstStranger(
  parts: readonly Part[],
  { contact }: CheckTaskDeps,
): Promise<string | null> {
  for (const { snapshot, edges } of parts) {
    const topologyId = snapshot.id;
    if (!(await contact.actOn({ topologyId, nodeId: null }))) {
      return say`this workspace is in restricted mode.`;
    }
    const ids = edges.map(({ id }) => id);
    const { groups } = groupChecks(snapshot, ids);
    const nodes = groups.flatMap(({ root, targets }) => [root, ...targets.map(({ to }) => to)]);
    for (const id of new Set(nodes.flatMap((node) => node?.id ?? []))) {
      const node = nodeOf(snapshot, id);
      // A connection that cannot be completed is told by its check.
      const isAllowed =
        node === undefined || (await contact.allows(topologyId, node).catch(() => true));
      if (!isAllowed) return say`${id} was not approved from this folder.`;
    }
  }
  return null;
}

/** @returns what the last whole round came to; `null` when none ended in time */
async function rounds(
  task: CheckTask,
  parts: readonly Part[],
  deps: CheckTaskDeps,
  tell: (line: string) => void,
  signal: CancelSignal,
): Promise<readonly Found[] | null> {
  const { clock } = deps;
  const stop = new CancelSource();
  const cancel = (): void => stop.cancel();
  signal.addEventListener('abort', cancel);
  if (signal.aborted) cancel();
  const cancelTimer = task.timeoutMs === null ? null : clock.schedule(task.timeoutMs, cancel);
  let last: readonly Found[] | null = null;
  try {
    while (!stop.aborted) {
      const found = await round(parts, deps, stop);
      const isWhole = found.every(({ result }) => result.outcome !== 'cancelled');
      if (!isWhole) break;
      last = found;
      const well = found.filter(({ result }) => isWithinBudget(result)).length;
      if (!task.waitUntilHealthy || well === found.length) break;
      tell(say`Waiting: ${formatPart(well, found.length, 'edges')} healthy.`);
      await pause(clock, WAIT_MS, stop);
    }
  } finally {
    cancelTimer?.();
    signal.removeEventListener('abort', cancel);
  }
  return last;
}

async function round(
  parts: readonly Part[],
  { checks }: CheckTaskDeps,
  signal: CancelSignal,
): Promise<readonly Found[]> {
  const all = await Promise.all(
    parts.map(async (part) => {
      const ids = part.edges.map(({ id }) => id);
      const results = await checks.run(part.snapshot.id, ids, signal);
      return part.edges.flatMap((edge) => {
        const result = results.find(({ edgeId }) => edgeId === edge.id);
        return result === undefined ? [] : [{ part, edge, result }];
      });
    }),
  );
  return all.flat();
}

function lineOf({ part, edge, result }: Found, deps: CheckTaskDeps): string {
  const title = edgeTitle(edge);
  const { id } = part.snapshot;
  const latest = deps.snapshots().find((snapshot) => snapshot.id === id) ?? part.snapshot;
  const cause = isWithinBudget(result) ? null : deps.diagnose(latest, edge.id);
  const problem = checkProblem(title, result, cause);
  if (problem === null) return checkLine(title, result);
  return `${deps.placeOf(id, edge.id)}: error: ${problem}`;
}

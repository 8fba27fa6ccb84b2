import { formatCounted } from '../format';
import type { EdgeSnapshot } from '../snapshot';
import { isWithinBudget, type CheckResult } from './checkResult';

/** What a task `pg-topology: check` was asked for, as `tasks.json` gives it. */
export interface CheckTask {
  /** Path of a topology file, from the end: `pg-topology.json`, `deploy/pg-topology.json`; `null`: every file. */
  readonly file: string | null;
  /** Name of a topology; `null`: whatever it is called. */
  readonly topology: string | null;
  /** An edge by id, by what people call it, or by its name alone; `null`: every edge. */
  readonly edge: string | null;
  /** `null`: no limit of its own, so each check has its usual one. */
  readonly timeoutMs: number | null;
  readonly waitUntilHealthy: boolean;
}

/** How a task ends, for scripts and launch configurations. */
export const TASK_EXIT = { healthy: 0, notHealthy: 1, notPossible: 2, notContacted: 3 } as const;

/** So long a task that waits does so, unless it says otherwise. */
const USUAL_WAIT_MS = 60_000;
const LONGEST_MS = 24 * 3_600_000;

/** Reads a task's definition, which a person typed: what makes no sense counts as not given. */
export function readCheckTask(definition: Readonly<Record<string, unknown>>): CheckTask {
  const text = (key: string): string | null => {
    const value = definition[key];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const waitUntilHealthy = definition['waitUntilHealthy'] === true;
  const seconds = definition['timeout'];
  const isNumber = typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0;
  return {
    file: text('file'),
    topology: text('topology'),
    edge: text('edge'),
    timeoutMs: isNumber
      ? Math.min(seconds * 1_000, LONGEST_MS)
      : waitUntilHealthy
        ? USUAL_WAIT_MS
        : null,
    waitUntilHealthy,
  };
}

/** Whether an edge is the one that the task names. */
export function isEdgeOfTask(edge: EdgeSnapshot, title: string, { edge: wanted }: CheckTask) {
  if (wanted === null) return edge.isDeclared;
  return wanted === edge.id || wanted === title || wanted === edge.name;
}

/** 2 before 1: what could not be checked is not known to be unhealthy. */
export function exitCodeOf(results: readonly CheckResult[]): number {
  if (results.length === 0) return TASK_EXIT.notPossible;
  if (results.some(({ outcome }) => outcome === 'notPossible')) return TASK_EXIT.notPossible;
  return results.every((result) => isWithinBudget(result))
    ? TASK_EXIT.healthy
    : TASK_EXIT.notHealthy;
}

/** Begins the last line; the problem matcher ends with it, so it is English in every language. */
export const TASK_ENDS: Readonly<Record<number, string>> = {
  [TASK_EXIT.healthy]: 'Healthy',
  [TASK_EXIT.notHealthy]: 'Not healthy',
  [TASK_EXIT.notPossible]: 'Not possible',
  [TASK_EXIT.notContacted]: 'Not contacted',
};

/** The first line, English as well; the problem matcher begins with it. */
export function beginLine(edges: number, topologies: readonly string[]): string {
  return `Checking ${formatCounted(edges, 'edge')} of ${topologies.join(', ')}`;
}

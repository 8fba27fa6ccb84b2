import { isLate, type CheckKind, type CheckResult } from '../checks/checkResult';
import { formatAgo, formatCounted, formatDuration, formatMoreThan, speak } from '../format';
import type { EdgeChecks } from '../ports/checks';
import { say } from '../say';
import type { EdgeSnapshot, Health, Verdict } from '../snapshot';
import {
  contextValue,
  facts,
  icon,
  iconOf,
  ROLE_ICONS,
  type RowIcon,
  type RowText,
  type Tooltip,
} from './rowText';
import { lastResult } from './topologyChecks';
import { verdictWord } from './verdictWord';

/** While checks go on by themselves a result older than this tells its age: then they do not keep up. */
const FRESH_MS = 30_000;

/** What words need of a result; the dashboard has no more of one. */
export type ToldResult = Pick<
  CheckResult,
  'kind' | 'outcome' | 'arrivedMs' | 'limitMs' | 'budgetMs'
> & {
  readonly verdict: Pick<Verdict, 'code' | 'health'> | null;
};

/** `row arrived in 9 ms`, `position passed in 9 ms`, `row arrived in 1.4 s, budget 1 s`, `not within 10 s: not streaming`. */
export function checkWords(result: ToldResult): string {
  switch (result.outcome) {
    case 'arrived': {
      const { arrivedMs } = result;
      const words = PROOFS[result.kind];
      return arrivedMs === null ? words : say`${words} in ${durationWords(arrivedMs, result)}`;
    }
    case 'notArrived':
      return say`not within ${formatDuration(result.limitMs)}: ${causeWords(result.verdict)}`;
    case 'notPossible':
      return say`could not be checked`;
    case 'cancelled':
      return say`stopped before it arrived`;
  }
}

/** A budget is told where it was not kept. */
function durationWords(arrivedMs: number, result: ToldResult): string {
  const took = formatDuration(arrivedMs);
  if (!isLate(result) || result.budgetMs === undefined) return took;
  const budget = formatDuration(result.budgetMs);
  // Rounding must not make the two look the same.
  return say`${took === budget ? formatMoreThan(result.budgetMs) : took}, budget ${budget}`;
}

/** What an arrival proves. The two are never called the same. */
export const PROOFS: Readonly<Record<CheckKind, string>> = {
  row: say`row arrived`,
  marker: say`position passed`,
};

/** How bad a result is by itself. Data that does not arrive is trouble, whatever the verdict makes of it. */
export function checkHealth(result: ToldResult): Health {
  if (result.outcome === 'arrived') return isLate(result) ? 'warning' : 'healthy';
  if (result.outcome !== 'notArrived') return 'unknown';
  return isTrouble(result.verdict) ? result.verdict.health : 'warning';
}

function causeWords(verdict: ToldResult['verdict']): string {
  // An edge that reads healthy and lets nothing through: why is what nobody knows.
  return verdict === null || verdict.health === 'healthy'
    ? say`cause not known`
    : verdictWord(verdict.code);
}

function isTrouble(verdict: ToldResult['verdict']): verdict is NonNullable<ToldResult['verdict']> {
  return verdict !== null && (verdict.health === 'error' || verdict.health === 'warning');
}

/** What people call an edge among others: `central-read`, `metrics_sub on genesis`, `electric`. */
export function edgeTitle(edge: Pick<EdgeSnapshot, 'kind' | 'name' | 'to'>): string {
  const name = edge.name.replace(/^undeclared\//u, '');
  return edge.kind === 'logical' ? say`${name} on ${edge.to}` : name;
}

/**
 * The row below an edge: `Sentinel`, `row arrived in 9 ms · 25 s ago`.
 * @returns `null` for an edge that was never checked.
 */
export function checkRowText(
  edge: EdgeSnapshot,
  checks: EdgeChecks | undefined,
  isContinuous: boolean,
  nowMs: number,
): RowText | null {
  if (checks === undefined) return null;
  const result = lastResult(checks);
  if (result === null) return checks.isRunning ? firstCheckText(edge) : null;
  const isKept = isContinuous && nowMs - result.endedAtMs < FRESH_MS;
  // Rounds follow each other: an age that jumps back with every one would never stand still.
  const age = isKept ? say`checked continuously` : formatAgo(result.endedAtMs, nowMs, 'tree');
  const label = result.kind === 'row' ? say`Sentinel` : say`WAL marker`;
  const description = facts(checkWords(result), age);
  return {
    label,
    description,
    icon: checkIcon(result),
    contextValue: contextValue('group', [], checkHealth(result), {}),
    accessibleLabel: say`${label} of ${edgeTitle(edge)}, ${speak(description)}`,
  };
}

function firstCheckText(edge: EdgeSnapshot): RowText {
  return {
    label: say`Check`,
    description: say`under way`,
    icon: icon(ROLE_ICONS.sentinel, null),
    contextValue: contextValue('group', [], 'busy', {}),
    accessibleLabel: say`Check of ${edgeTitle(edge)}, under way`,
  };
}

function checkIcon(result: CheckResult): RowIcon {
  const quiet = iconOf('sentinel', 'streaming');
  if (isLate(result)) return iconOf('sentinel', 'lagging');
  if (result.outcome === 'arrived') return quiet;
  if (result.outcome !== 'notArrived') return iconOf('sentinel', 'unknown');
  if (!isTrouble(result.verdict)) return iconOf('sentinel', 'lagging');
  const own = iconOf('sentinel', result.verdict.code);
  return own.codicon === quiet.codicon ? iconOf('sentinel', 'lagging') : own;
}

/** What the last check of an edge proved, for whoever rests on its row. */
export function checkTooltip(
  edge: EdgeSnapshot,
  checks: EdgeChecks | undefined,
  nowMs: number,
): Tooltip | null {
  const result = lastResult(checks);
  if (result === null) return null;
  const arrived = (checks?.results ?? []).filter(({ outcome }) => outcome === 'arrived').length;
  const asked = (checks?.results ?? []).filter(({ outcome }) => outcome !== 'cancelled').length;
  return {
    title: edgeTitle(edge),
    subtitle: result.kind === 'row' ? say`checked by row` : say`checked by WAL marker`,
    lines: [
      `${capital(checkWords(result))}.`,
      ...(result.failure === null ? [] : [result.failure.text]),
      ...(result.note === undefined ? [] : [result.note]),
      say`${arrived} of the last ${formatCounted(asked, 'check')} arrived.`,
    ],
    facts: [
      {
        text: checkSource(result.kind, edge.from),
        source: formatAgo(result.endedAtMs, nowMs),
      },
    ],
    advice:
      result.failure?.advice ??
      (result.kind === 'marker' && edge.kind === 'logical' ? MARKER : null),
  };
}

/** Who says so, as evidence names it. */
export function checkSource(kind: CheckKind, from: string | null): string {
  const where = from === null ? '' : say` on ${from}`;
  return kind === 'row' ? say`sentinel${where}` : say`WAL marker${where}`;
}

/** What a marker does not prove. */
export const MARKER = say`A passed position proves the transport, not that rows of a publication arrive. Install a sentinel table for that.`;

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

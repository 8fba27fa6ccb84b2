import { isWithinBudget, type CheckResult } from '../checks/checkResult';
import type { Diagnosis } from '../diagnosis/diagnosis';
import { say } from '../say';
import { showEscaped } from '../visibleText';
import { checkWords } from './checkText';

/** What a result needs of the edge's cause. */
export type KnownCause = Pick<Diagnosis, 'health' | 'title'> | null;

/** `central-read: row arrived in 9 ms`, one line that a terminal or a log can show whatever servers named or said. */
export function checkLine(title: string, result: CheckResult): string {
  const why = result.failure === null ? '' : `: ${result.failure.text}`;
  return oneLine(`${title}: ${checkWords(result)}${why}`);
}

/**
 * Why a check did not pass: its words, then the cause as far as it is known.
 * @returns `null` for one that passed, and for one that was stopped
 */
export function checkProblem(title: string, result: CheckResult, cause: KnownCause): string | null {
  const { outcome, failure } = result;
  if (outcome === 'cancelled' || isWithinBudget(result)) return null;
  if (outcome === 'notPossible') {
    const advice = failure?.advice ?? null;
    const text = failure?.text ?? say`${title} could not be checked.`;
    return oneLine(advice === null ? text : `${text} ${advice}`);
  }
  const words = `${title}: ${checkWords(result)}.`;
  // An edge that reads well and lets nothing through: why is what nobody knows.
  const isKnown = cause !== null && (cause.health === 'error' || cause.health === 'warning');
  return oneLine(isKnown ? `${words} ${cause.title}` : words);
}

/** Text as one line without anything that a terminal obeys: what servers say may hold escape sequences. */
export function oneLine(text: string): string {
  return showEscaped(text.replaceAll(/\s*\n\s*/gu, ' '));
}

import type { Diagnosis } from '../core/diagnosis/diagnosis';
import type { ProblemState } from './diagnosisState';

/** What needs a person: one row a subject, its worst diagnosis, in the order given. What only follows from another is left to that. */
export function toProblems(diagnoses: readonly Diagnosis[]): ProblemState[] {
  const seen = new Set<string>();
  const problems: ProblemState[] = [];
  for (const { subject, code, health, title, sinceMs, followsFrom } of diagnoses) {
    if (health !== 'error' && health !== 'warning') continue;
    if (seen.has(subject) || followsFrom !== undefined) continue;
    seen.add(subject);
    problems.push({ id: subject, code, health, title, sinceMs });
  }
  return problems;
}

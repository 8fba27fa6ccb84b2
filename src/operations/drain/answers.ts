import { isServerFailure, type ServerFailure } from '../../core/failure';
import type { Answer } from '../../core/ports/drainGateway';
import type { SqlResult } from '../../core/ports/sqlSession';

/** The first statement that failed; the ones behind it in its transaction only say so. */
export interface FailedStatement {
  readonly index: number;
  readonly failure: ServerFailure;
}

export function firstFailure(answers: readonly Answer[]): FailedStatement | null {
  for (const [index, answer] of answers.entries()) {
    if (isServerFailure(answer)) return { index, failure: answer };
  }
  return null;
}

/** @throws ServerFailure the first one among them */
export function results(answers: readonly Answer[]): readonly SqlResult[] {
  return answers.map((answer) => {
    if (isServerFailure(answer)) throw answer;
    return answer;
  });
}

/** The first row of an answer. @throws when there is none */
export function onlyRow(result: SqlResult | undefined): Readonly<Record<string, unknown>> {
  const row = result?.rows[0];
  if (row === undefined) throw new Error('A statement of a drain gave no row.');
  return row;
}

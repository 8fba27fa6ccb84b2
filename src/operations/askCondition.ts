import type { CancelSignal } from '../core/ports/cancelSignal';
import type { SqlSession } from '../core/ports/sqlSession';

/**
 * Asks a node a question that has one boolean for an answer.
 * @returns false for anything but true, also for no row
 */
export async function askCondition(
  session: Pick<SqlSession, 'query'>,
  sql: string,
  signal: CancelSignal,
): Promise<boolean> {
  const { rows } = await session.query({ text: sql }, signal);
  return Object.values(rows[0] ?? {})[0] === true;
}

/** One row of an answer, as a session gives it. */
export type AnswerRow = Readonly<Record<string, unknown>>;

/** A text of a row. @throws where our own statement gave something else */
export function textOf(row: AnswerRow, name: string): string {
  const value = row[name];
  if (typeof value !== 'string') throw new Error(`"${name}" is no text.`);
  return value;
}

export function textOrNull(row: AnswerRow, name: string): string | null {
  const value = row[name];
  return value === null || value === undefined ? null : textOf(row, name);
}

/** A count or a time, however wide it is on the server. */
export function numberOf(row: AnswerRow, name: string): number {
  const value = row[name];
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  throw new Error(`"${name}" is no number.`);
}

export function numberOrNull(row: AnswerRow, name: string): number | null {
  const value = row[name];
  return value === null || value === undefined ? null : numberOf(row, name);
}

export function bigintOf(row: AnswerRow, name: string): bigint {
  const value = row[name];
  if (typeof value === 'bigint') return value;
  return BigInt(numberOf(row, name));
}

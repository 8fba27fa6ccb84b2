import { parseLsn, type Lsn } from '../../core/lsn';

/**
 * Takes the values of one row of a poll one after the other, in the order in which the row's expression lists them, and checks
 * each. A row is a JSON array: names beside every value, and a schema that is walked for each, would cost more than the
 * rest of reading a node. Every method throws when the value is not what it is asked as.
 */
export class RowReader {
  private at = 0;

  private constructor(private readonly values: readonly unknown[]) {}

  /** Reads one row to its end: one that is longer than what is taken of it was made by another expression. */
  static read<T>(row: unknown, take: (row: RowReader) => T): T {
    if (!Array.isArray(row)) throw new Error('A row is not a list.');
    const reader = new RowReader(row);
    const taken = take(reader);
    if (reader.at !== row.length) throw reader.unfit('the last');
    return taken;
  }

  /** Reads a list of rows; none where the server has NULL, as json_agg() of no rows is. */
  static list<T>(rows: unknown, take: (row: RowReader) => T): readonly T[] {
    if (rows === null) return [];
    if (!Array.isArray(rows)) throw new Error('What should be rows is not a list.');
    return rows.map((row: unknown) => RowReader.read(row, take));
  }

  text(): string {
    const value = this.next();
    if (typeof value !== 'string') throw this.unfit('text');
    return value;
  }

  nullableText(): string | null {
    const value = this.next();
    if (value !== null && typeof value !== 'string') throw this.unfit('text or null');
    return value;
  }

  number(): number {
    const value = this.next();
    if (typeof value !== 'number') throw this.unfit('a number');
    return value;
  }

  nullableNumber(): number | null {
    const value = this.next();
    if (value !== null && typeof value !== 'number') throw this.unfit('a number or null');
    return value;
  }

  boolean(): boolean {
    const value = this.next();
    if (typeof value !== 'boolean') throw this.unfit('a boolean');
    return value;
  }

  nullableBoolean(): boolean | null {
    const value = this.next();
    if (value !== null && typeof value !== 'boolean') throw this.unfit('a boolean or null');
    return value;
  }

  /** An LSN as the server writes it. */
  nullableLsn(): Lsn | null {
    const value = this.nullableText();
    if (value === null) return null;
    const lsn = parseLsn(value);
    if (lsn === null) throw this.unfit('an LSN');
    return lsn;
  }

  oneOf<T extends string>(allowed: readonly T[]): T {
    const value = this.text();
    const found = allowed.find((one) => one === value);
    if (found === undefined) throw this.unfit('one of the known words');
    return found;
  }

  texts(): readonly string[] {
    const value = this.next();
    if (!isListOf(value, isText)) throw this.unfit('a list of texts');
    return value;
  }

  nullableNumbers(): readonly number[] | null {
    const value = this.next();
    if (value !== null && !isListOf(value, isNumber)) throw this.unfit('a list of numbers or null');
    return value;
  }

  /** A JSON object of counts by name. */
  nullableCounts(): Readonly<Record<string, number>> | null {
    const value = this.next();
    if (value === null) return null;
    if (!isCounts(value)) throw this.unfit('counts or null');
    return value;
  }

  /** A value that another reader checks. */
  next(): unknown {
    if (this.at >= this.values.length) throw this.unfit('there');
    const value = this.values[this.at];
    this.at += 1;
    return value;
  }

  private unfit(expected: string): Error {
    return new Error(`Value ${this.at} of ${this.values.length} is not ${expected}.`);
  }
}

function isListOf<T>(value: unknown, isOne: (one: unknown) => one is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isOne);
}

function isCounts(value: unknown): value is Readonly<Record<string, number>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.values(value).every(isNumber);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

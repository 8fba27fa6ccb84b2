import { formatTableName } from '../tableName';
import type { TableName } from '../topology';
import type { ResolvedOperation, Wave } from './applyTypes';
import { WaveLevels } from './waveLevels';
import type { TargetTable } from './targetTable';

/**
 * Orders operations into as few statements as keep the result: two operations that may influence each other stay in their
 * order, others go together by their shape. Pure, and linear in the number of operations.
 * @param ops in the order of the queue, each of a table of `tables`
 * @param tables by `formatTableName`
 * @param last what was sent before them and is not settled
 */
export function planWaves(
  ops: readonly ResolvedOperation[],
  tables: ReadonlyMap<string, TargetTable>,
  last = new LastOperations(),
): readonly Wave[] {
  const levels = new WaveLevels(tables);
  const byLevel: Map<string, ResolvedOperation[]>[] = [];
  for (const op of ops.map((one) => last.follow(one))) {
    const level = levels.place(op);
    const shapes = (byLevel[level] ??= new Map<string, ResolvedOperation[]>());
    const wave = shapes.get(op.shape);
    if (wave === undefined) shapes.set(op.shape, [op]);
    else wave.push(op);
  }
  return byLevel.flatMap((shapes) =>
    [...shapes.values()].flatMap((operations) => {
      const [first] = operations;
      return first === undefined ? [] : [{ table: first.table, operations }];
    }),
  );
}

/** The last operation on each key, of batches that are not settled yet. One whose keys cannot be told stands for its whole table. */
export class LastOperations {
  readonly #last = new Map<string, { readonly id: string; readonly batch: number }>();
  readonly #keys = new Map<number, string[]>();
  #batch = 0;
  #named: { readonly table: TableName | null; readonly name: string } = { table: null, name: '' };

  /** What follows belongs to another batch. @returns its number */
  begin(): number {
    this.#batch += 1;
    return this.#batch;
  }

  /** Tells an operation which ones stand before it on its keys, and puts it behind them. */
  follow(op: ResolvedOperation): ResolvedOperation {
    const table = this.#nameOf(op.table);
    const keys = op.touches?.map((key) => `${table}\0${key}`) ?? [table];
    const behind: string[] = [];
    for (const key of keys) {
      const id = (this.#last.get(key) ?? this.#last.get(table))?.id;
      if (id !== undefined && !behind.includes(id)) behind.push(id);
    }
    const entry = { id: op.source.id, batch: this.#batch };
    const own = this.#keys.get(this.#batch) ?? [];
    if (own.length === 0) this.#keys.set(this.#batch, own);
    for (const key of keys) {
      this.#last.set(key, entry);
      own.push(key);
    }
    return behind.length === 0 ? op : { ...op, behind };
  }

  /** Operations of one shape share the object that names their table. */
  #nameOf(table: TableName): string {
    if (this.#named.table !== table) this.#named = { table, name: formatTableName(table) };
    return this.#named.name;
  }

  /** It is settled: what it came to is known otherwise. */
  forget(batch: number): void {
    for (const key of this.#keys.get(batch) ?? []) {
      if (this.#last.get(key)?.batch === batch) this.#last.delete(key);
    }
    this.#keys.delete(batch);
  }
}

/** By name as `planWaves` and its callers look tables up. */
export function tablesByName(tables: readonly TargetTable[]): ReadonlyMap<string, TargetTable> {
  return new Map(tables.map((table) => [formatTableName(table), table]));
}

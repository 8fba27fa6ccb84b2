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
  /** In the order of the queue. */
  readonly #batches: { readonly number: number; readonly tables: Map<string, LastOfTable> }[] = [];
  #number = 0;
  /** Operations of one shape share the object that names their table. */
  #named: { readonly table: TableName | null; readonly name: string } = { table: null, name: '' };

  /** What follows belongs to another batch. @returns its number */
  begin(): number {
    this.#number += 1;
    this.#batches.push({ number: this.#number, tables: new Map() });
    return this.#number;
  }

  /** Tells an operation which ones stand before it on its keys, and puts it behind them. */
  follow(op: ResolvedOperation): ResolvedOperation {
    const name = this.#nameOf(op.table);
    const { touches } = op;
    const { id } = op.source;
    const own = this.#ownOf(name);
    if (touches === null) {
      const before = this.#lastOf(name);
      own.any = id;
      return before === undefined ? op : { ...op, behind: [before] };
    }
    const behind: string[] = [];
    for (const key of touches) {
      const before = this.#lastOn(name, key) ?? this.#lastOf(name);
      if (before !== undefined && !behind.includes(before)) behind.push(before);
    }
    for (const key of touches) own.keys.set(key, id);
    return behind.length === 0 ? op : { ...op, behind };
  }

  #nameOf(table: TableName): string {
    if (this.#named.table !== table) this.#named = { table, name: formatTableName(table) };
    return this.#named.name;
  }

  #ownOf(name: string): LastOfTable {
    if (this.#batches.length === 0) this.begin();
    const tables = this.#batches.at(-1)?.tables;
    const found = tables?.get(name) ?? { keys: new Map<string, string>(), any: null };
    tables?.set(name, found);
    return found;
  }

  #lastOn(name: string, key: string): string | undefined {
    for (let at = this.#batches.length - 1; at >= 0; at -= 1) {
      const id = this.#batches[at]?.tables.get(name)?.keys.get(key);
      if (id !== undefined) return id;
    }
    return undefined;
  }

  #lastOf(name: string): string | undefined {
    return (
      this.#batches
        .findLast(({ tables }) => (tables.get(name)?.any ?? null) !== null)
        ?.tables.get(name)?.any ?? undefined
    );
  }

  /** It is settled: what it came to is known otherwise. */
  forget(batch: number): void {
    const at = this.#batches.findIndex(({ number }) => number === batch);
    if (at >= 0) this.#batches.splice(at, 1);
  }
}

/** Ids of operations on one table. */
interface LastOfTable {
  readonly keys: Map<string, string>;
  any: string | null;
}

/** By name as `planWaves` and its callers look tables up. */
export function tablesByName(tables: readonly TargetTable[]): ReadonlyMap<string, TargetTable> {
  return new Map(tables.map((table) => [formatTableName(table), table]));
}

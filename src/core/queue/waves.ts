import { formatTableName } from '../tableName';
import type { ResolvedOperation, Wave } from './applyTypes';
import { WaveLevels } from './waveLevels';
import type { TargetTable } from './targetTable';

/**
 * Orders operations into as few statements as keep the result: two operations that may influence each other stay in their
 * order, others go together by their shape. Pure, and linear in the number of operations.
 * @param ops in the order of the queue, each of a table of `tables`
 * @param tables by `formatTableName`
 */
export function planWaves(
  ops: readonly ResolvedOperation[],
  tables: ReadonlyMap<string, TargetTable>,
): readonly Wave[] {
  const levels = new WaveLevels(tables);
  const byLevel: Map<string, ResolvedOperation[]>[] = [];
  for (const op of behindOthers(ops)) {
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

/** Tells each operation which ones stand before it on its keys. One whose keys cannot be told stands for its whole table. */
function behindOthers(ops: readonly ResolvedOperation[]): readonly ResolvedOperation[] {
  const last = new Map<string, string>();
  return ops.map((op) => {
    const table = formatTableName(op.table);
    const keys = op.touches?.map((key) => `${table}\0${key}`) ?? [table];
    const behind = [...new Set(keys.flatMap((key) => last.get(key) ?? last.get(table) ?? []))];
    for (const key of keys) last.set(key, op.source.id);
    return behind.length === 0 ? op : { ...op, behind };
  });
}

/** By name as `planWaves` and its callers look tables up. */
export function tablesByName(tables: readonly TargetTable[]): ReadonlyMap<string, TargetTable> {
  return new Map(tables.map((table) => [formatTableName(table), table]));
}

/**
 * What the queue has to come to, told a second time: plain objects, one operation after the other, no batches, no SQL, nothing of `src`.
 * Whatever drains do, in whatever pieces, their tables have to end like these.
 */

export type Policy = 'primary-wins' | 'newest-wins' | 'merge' | 'edge-wins' | 'manual';
export const POLICIES: readonly Policy[] = [
  'primary-wins',
  'newest-wins',
  'merge',
  'edge-wins',
  'manual',
];

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A row by its columns. `updated_at` is a number of microseconds; what is JSON in the table is JSON here. */
export type Row = Readonly<Record<string, Json>>;

export interface ModelTable {
  readonly name: string;
  readonly key: readonly string[];
  readonly json: readonly string[];
  /** Columns that point at a table whose key is `id`. */
  readonly references: readonly { readonly column: string; readonly table: string }[];
  /** Columns with a unique constraint of their own. */
  readonly unique: readonly string[];
  /** What a trigger of the primary makes of a row that is written there. */
  readonly onPrimary?: (row: Row) => Row;
}

export type Kind = 'INSERT' | 'UPDATE' | 'DELETE';
export type Outcome =
  | 'applied'
  | 'same'
  | 'kept'
  | 'replaced'
  | 'merged'
  | 'conflict'
  | 'dropped'
  | 'decided';

export interface Operation {
  readonly seq: number;
  /** Number of the transaction, in the order of commits. */
  readonly transaction: number;
  readonly table: string;
  readonly kind: Kind;
  readonly old: Row | null;
  /** Another one once a person has edited it. */
  new: Row | null;
  state: 'pending' | 'conflict' | 'dead' | 'done';
  outcome: Outcome | null;
}

/** What a person chooses for a conflict; `merged` writes that row. */
export type Choice =
  | { readonly kind: 'keepEdge' | 'keepPrimary' | 'drop' }
  | { readonly kind: 'merged'; readonly row: Row };

export function keyOf(table: ModelTable, row: Row): string {
  return JSON.stringify(table.key.map((column) => row[column] ?? null));
}

export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  return canonical(a) === canonical(b);
}

export function canonical(value: Json | undefined): string {
  if (value === undefined) return 'absent';
  if (!isObject(value)) {
    return Array.isArray(value)
      ? `[${(value as readonly Json[]).map(canonical).join(',')}]`
      : JSON.stringify(value);
  }
  const keys = Object.keys(value).toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
}

/** Tables of one server. */
export class Store {
  private readonly rows = new Map<string, Map<string, Row>>();

  constructor(readonly tables: readonly ModelTable[]) {
    for (const { name } of tables) this.rows.set(name, new Map());
  }

  table(name: string): ModelTable {
    const table = this.tables.find((one) => one.name === name);
    if (table === undefined) throw new Error(`There is no table ${name}.`);
    return table;
  }

  all(name: string): readonly Row[] {
    return [...this.of(name).values()];
  }

  get(name: string, key: string): Row | null {
    return this.of(name).get(key) ?? null;
  }

  put(name: string, row: Row): void {
    this.of(name).set(keyOf(this.table(name), row), row);
  }

  remove(name: string, key: string): void {
    this.of(name).delete(key);
  }

  /** Which constraint a server would name if `next` took the place of `previous`. */
  violates(name: string, previous: Row | null, next: Row | null): 'foreign' | 'unique' | null {
    const table = this.table(name);
    if (next !== null) {
      const nextKey = keyOf(table, next);
      const others = this.all(name).filter(
        (row) => previous === null || keyOf(table, row) !== keyOf(table, previous),
      );
      const isTaken = others.some(
        (row) =>
          keyOf(table, row) === nextKey ||
          table.unique.some((column) => row[column] !== null && row[column] === next[column]),
      );
      if (isTaken) return 'unique';
      for (const { column, table: parent } of table.references) {
        if (this.get(parent, JSON.stringify([next[column] ?? null])) === null) return 'foreign';
      }
    }
    if (previous !== null && (next === null || keyOf(table, next) !== keyOf(table, previous))) {
      const points = this.tables.some((child) =>
        child.references.some(
          (reference) =>
            reference.table === name &&
            this.all(child.name).some((row) => row[reference.column] === previous['id']),
        ),
      );
      if (points) return 'foreign';
    }
    return null;
  }

  private of(name: string): Map<string, Row> {
    const rows = this.rows.get(name);
    if (rows === undefined) throw new Error(`There is no table ${name}.`);
    return rows;
  }
}

/** An edge: its tables, and what waits. `left` is what its last operation on a key left on the primary. */
export class ModelEdge {
  readonly store: Store;
  readonly queue: Operation[] = [];
  readonly left = new Map<string, Row>();
  private seq = 0;

  constructor(tables: readonly ModelTable[]) {
    this.store = new Store(tables);
  }

  /** Writes here and queues it. It is drained once its transaction is in `committed`. */
  write(transaction: number, table: string, kind: Kind, old: Row | null, row: Row | null): void {
    if (old !== null) this.store.remove(table, keyOf(this.store.table(table), old));
    if (row !== null) this.store.put(table, row);
    this.seq += 1;
    this.queue.push({
      seq: this.seq,
      transaction,
      table,
      kind,
      old,
      new: row,
      state: 'pending',
      outcome: null,
    });
  }
}

interface Verdict {
  readonly outcome: Outcome;
  /** What to write; `undefined`: nothing; `null`: delete. */
  readonly row?: Row | null;
}

/** So often a drain tries what a foreign key holds back: once more at once, then only after a while. */
const TRIES = 2;

/** The primary, and what drains make of it. */
export class Model {
  readonly primary: Store;

  constructor(
    readonly tables: readonly ModelTable[],
    private readonly policies: ReadonlyMap<string, Policy>,
    /** Hears of each write on the primary, in order: the row before and after. */
    private readonly onWrite: (table: ModelTable, old: Row | null, row: Row | null) => void,
  ) {
    this.primary = new Store(tables);
  }

  policyOf(table: string): Policy {
    return this.policies.get(table) ?? 'primary-wins';
  }

  /** A write of the primary's own. */
  writeOnPrimary(table: string, old: Row | null, row: Row | null): void {
    const after = row === null ? null : this.shaped(table, row);
    if (old !== null) this.primary.remove(table, keyOf(this.primary.table(table), old));
    if (after !== null) this.primary.put(table, after);
    if (old !== null || after !== null) this.onWrite(this.primary.table(table), old, after);
  }

  /**
   * What a whole drain does.
   * @param dying their last attempt: they are dead if a foreign key holds them back once more
   * @returns the operations that a foreign key held back; they stay pending.
   */
  drain(
    edge: ModelEdge,
    open: ReadonlySet<number>,
    dying: readonly Operation[] = [],
  ): readonly Operation[] {
    const tries = new Map<Operation, number>();
    for (;;) {
      const { hasDone, held } = this.pass(edge, open, dying, tries);
      // What waited for a row may find it now.
      if (!hasDone || held.every((one) => tries.get(one) === TRIES)) return held;
    }
  }

  /** Goes through what waits once. @param tries how often each was held back in this drain */
  private pass(
    edge: ModelEdge,
    open: ReadonlySet<number>,
    dying: readonly Operation[],
    tries: Map<Operation, number>,
  ): { readonly hasDone: boolean; readonly held: readonly Operation[] } {
    const isAside = ({ state }: Operation): boolean => state === 'conflict' || state === 'dead';
    const blocked = new Set(edge.queue.filter(isAside).flatMap((one) => this.keysOf(one)));
    const held: Operation[] = [];
    let hasDone = false;
    for (const operation of inOrder(edge.queue, open)) {
      const keys = this.keysOf(operation);
      const tried = tries.get(operation) ?? 0;
      const isDue = tried < TRIES;
      if (!isDue) held.push(operation);
      if (!isDue || keys.some((key) => blocked.has(key))) {
        // It changes the key: whoever comes later under its other key waits as well.
        for (const key of keys) blocked.add(key);
        continue;
      }
      const verdict = this.tryOne(edge, operation);
      if (verdict === 'held' && dying.includes(operation)) operation.state = 'dead';
      else if (verdict === 'held') {
        tries.set(operation, tried + 1);
        held.push(operation);
      }
      hasDone ||= operation.state !== 'pending';
      if (verdict !== 'done') for (const key of keys) blocked.add(key);
    }
    return { hasDone, held };
  }

  /** A person decides. @returns false when a constraint refuses the row that was chosen; nothing is done then. */
  decide(edge: ModelEdge, operation: Operation, choice: Choice): boolean {
    if (choice.kind === 'keepEdge' || choice.kind === 'merged') {
      const row = choice.kind === 'merged' ? choice.row : operation.new;
      if (!this.write(edge, operation, this.rowBefore(operation), row)) return false;
    }
    // What a person wrote is not what this edge left there.
    if (choice.kind !== 'keepEdge') {
      for (const key of this.keysOf(operation)) edge.left.delete(key);
    }
    operation.state = 'done';
    operation.outcome = choice.kind === 'drop' ? 'dropped' : 'decided';
    return true;
  }

  private tryOne(edge: ModelEdge, operation: Operation): 'done' | 'conflict' | 'held' {
    const at = this.rowBefore(operation);
    const left = edge.left.get(this.leftKey(operation)) ?? null;
    const verdict = judge(
      this.primary.table(operation.table),
      this.policyOf(operation.table),
      operation,
      at,
      left,
    );
    if (verdict.row !== undefined) {
      const violated = this.primary.violates(operation.table, at, verdict.row);
      if (violated === 'foreign') return 'held';
      if (violated === 'unique') {
        operation.state = 'conflict';
        operation.outcome = 'conflict';
        return 'conflict';
      }
      this.write(edge, operation, at, verdict.row);
    }
    const { outcome } = verdict;
    if (outcome === 'merged' || outcome === 'kept') {
      for (const key of this.keysOf(operation)) edge.left.delete(key);
    }
    operation.outcome = outcome;
    const state = outcome === 'conflict' ? 'conflict' : 'done';
    operation.state = state;
    return state;
  }

  private write(edge: ModelEdge, operation: Operation, at: Row | null, row: Row | null): boolean {
    const { table } = operation;
    if (this.primary.violates(table, at, row) !== null) return false;
    this.writeOnPrimary(table, at, row);
    edge.left.delete(this.leftKey(operation));
    if (row !== null) edge.left.set(this.keyText(table, row), this.shaped(table, row));
    return true;
  }

  /** The primary's row that an operation is about. */
  rowBefore(operation: Operation): Row | null {
    const table = this.primary.table(operation.table);
    return this.primary.get(operation.table, keyOf(table, operation.old ?? operation.new ?? {}));
  }

  private leftKey(operation: Operation): string {
    return this.keyText(operation.table, operation.old ?? operation.new ?? {});
  }

  private keysOf(operation: Operation): readonly string[] {
    return [operation.old, operation.new].flatMap((row) =>
      row === null ? [] : [this.keyText(operation.table, row)],
    );
  }

  private keyText(table: string, row: Row): string {
    return `${table} ${keyOf(this.primary.table(table), row)}`;
  }

  private shaped(table: string, row: Row): Row {
    return this.primary.table(table).onPrimary?.(row) ?? row;
  }
}

/** Transactions by their last operation that waits, each whole. */
function inOrder(queue: readonly Operation[], open: ReadonlySet<number>): readonly Operation[] {
  const pending = queue.filter(
    ({ state, transaction }) => state === 'pending' && !open.has(transaction),
  );
  const last = new Map<number, number>();
  for (const { transaction, seq } of pending) last.set(transaction, seq);
  return pending.toSorted(
    (a, b) => (last.get(a.transaction) ?? 0) - (last.get(b.transaction) ?? 0) || a.seq - b.seq,
  );
}

/** What the policy says of one operation, given the primary's row. */
function judge(
  table: ModelTable,
  policy: Policy,
  operation: Operation,
  at: Row | null,
  left: Row | null,
): Verdict {
  const { kind, old, new: row } = operation;
  if (kind === 'DELETE' && at === null) return { outcome: 'same' };
  if (row !== null && at !== null && isSame(at, row)) return { outcome: 'same' };
  const isStillThat =
    kind === 'INSERT'
      ? at === null
      : at !== null && (isSame(at, old ?? undefined) || (left !== null && isSame(at, left)));
  if (isStillThat) return { outcome: 'applied', row: row === null ? null : onto(at, old, row) };
  switch (policy) {
    case 'primary-wins':
      return { outcome: 'kept' };
    case 'edge-wins':
      return { outcome: 'replaced', row };
    case 'manual':
      return { outcome: 'conflict' };
    case 'newest-wins':
      if (at === null || row === null) return { outcome: 'conflict' };
      return isNewer(row, at) ? { outcome: 'replaced', row } : { outcome: 'kept' };
    case 'merge':
      if (at === null || row === null) return { outcome: 'conflict' };
      return mergeRows(table, old, row, at);
  }
}

/** What the edge did not change stays as the primary has it, which may be what its triggers or a person made of it. */
function onto(at: Row | null, old: Row | null, row: Row): Row {
  if (at === null || old === null) return row;
  const columns = Object.keys(row).map((column) => {
    const isKept = isSame(old[column], row[column]);
    return [column, (isKept ? at : row)[column] ?? null] as const;
  });
  return Object.fromEntries(columns);
}

function isNewer(edge: Row, primary: Row): boolean {
  return Number(edge['updated_at']) > Number(primary['updated_at']);
}

function mergeRows(table: ModelTable, old: Row | null, edge: Row, primary: Row): Verdict {
  const merged: Record<string, Json> = {};
  for (const column of Object.keys(primary)) {
    const [before, ours, theirs] = [old?.[column], edge[column] ?? null, primary[column] ?? null];
    const value = table.json.includes(column)
      ? mergeJson(before, ours, theirs)
      : { value: mergeColumn(before, ours, theirs, isNewer(edge, primary)) };
    if (value === null) return { outcome: 'conflict' };
    merged[column] = value.value;
  }
  merged['updated_at'] = Math.max(Number(edge['updated_at']), Number(primary['updated_at']));
  return { outcome: 'merged', row: merged };
}

/** What one side alone changed is that side's; what both did, the newer row's. */
function mergeColumn(old: Json | undefined, edge: Json, primary: Json, edgeIsNewer: boolean): Json {
  if (isSame(old, edge)) return primary;
  if (isSame(old, primary)) return edge;
  return edgeIsNewer ? edge : primary;
}

/** @returns `null` when both changed it in different ways. `old`: `undefined` when there was no row. */
export function mergeJson(
  old: Json | undefined,
  edge: Json,
  primary: Json,
): { readonly value: Json } | null {
  if (isSame(edge, primary)) return { value: primary };
  if (isSame(old, edge)) return { value: primary };
  if (isSame(old, primary)) return { value: edge };
  if (!isObject(edge) || !isObject(primary)) return null;
  if (old !== undefined && !isObject(old)) return null;
  const before = old ?? {};
  const merged: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(edge), ...Object.keys(primary)])) {
    const [was, ours, theirs] = [before[key], edge[key], primary[key]];
    let value: Json | undefined;
    if (isSame(ours, theirs) || isSame(was, ours)) value = theirs;
    else if (isSame(was, theirs)) value = ours;
    else return null;
    if (value !== undefined) merged[key] = value;
  }
  return { value: merged };
}

function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

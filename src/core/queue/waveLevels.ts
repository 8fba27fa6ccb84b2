import { formatTableName } from '../tableName';
import type { ResolvedOperation } from './applyTypes';
import type { TargetTable } from './targetTable';

/** What was placed of one table so far. Each number is a level: the first that lies behind what it speaks of. */
interface TableState {
  /** Behind every operation on it. */
  free: number;
  /** Behind every operation that may have acted on any row of it. */
  floor: number;
  /** Behind every operation of others that looked a row of it up. */
  readEnd: number;
  /** Behind every operation of others that may have looked up any row of it. */
  readFloor: number;
  readonly writes: Map<string, number>;
  readonly reads: Map<string, number>;
  /** Where INSERTs go whose order counts, while nothing else was done to the table. */
  run: { readonly level: number; readonly shape: string; readonly keys: Set<string> } | null;
}

/**
 * Tells for one operation after the other which level it belongs to: above every earlier operation that it may influence or that may
 * influence it, as low as that allows.
 */
export class WaveLevels {
  private readonly states = new Map<string, TableState>();
  private readonly families: ReadonlyMap<string, readonly string[]>;
  private readonly referenced: ReadonlySet<string>;
  /** Behind everything that was placed. */
  private end = 0;
  /** Behind the last operation that may influence everything. */
  private barrier = 0;

  constructor(private readonly tables: ReadonlyMap<string, TargetTable>) {
    this.families = familiesOf(tables);
    this.referenced = new Set(
      [...tables.values()].flatMap(({ references }) => references.map(formatTableName)),
    );
  }

  place(op: ResolvedOperation): number {
    const name = formatTableName(op.table);
    const table = this.tables.get(name);
    const state = this.stateOf(name);
    // Without facts nothing is known of its triggers either.
    if (table?.hasTriggers !== false) {
      this.barrier = this.end + 1;
      return this.note(op, state, this.end);
    }
    if ((op.kind === 'DELETE' || op.changesKey) && this.referenced.has(name)) {
      return this.placeForFamily(op, name);
    }
    const after = Math.max(this.barrier, this.behindReads(op));
    if (!table.hasOtherUniques) {
      return this.note(op, state, Math.max(after, behindKeys(op, state)));
    }
    return this.note(op, state, this.levelInOrder(op, state, after));
  }

  /** It may cascade to rows that no key tells of. */
  private placeForFamily(op: ResolvedOperation, name: string): number {
    const family = [name, ...(this.families.get(name) ?? [])].map((one) => this.stateOf(one));
    const level = family.reduce(
      (highest, { free, readEnd }) => Math.max(highest, free, readEnd),
      this.barrier,
    );
    for (const state of family) {
      state.floor = level + 1;
      state.free = level + 1;
      state.run = null;
    }
    return this.note(op, this.stateOf(name), level);
  }

  /** An INSERT puts its rows in one by one, in order; rows are changed or deleted in any. So INSERTs alone share a statement. */
  private levelInOrder(op: ResolvedOperation, state: TableState, after: number): number {
    const { run } = state;
    const key = op.kind === 'INSERT' ? op.touches?.[0] : undefined;
    const lowest = Math.max(after, behindForeign(op, state));
    if (key !== undefined && run?.shape === op.shape && run.level >= lowest && !run.keys.has(key)) {
      run.keys.add(key);
      return run.level;
    }
    const level = Math.max(lowest, state.free);
    state.run = key === undefined ? null : { level, shape: op.shape, keys: new Set([key]) };
    return level;
  }

  /** Behind the rows that its foreign keys need. */
  private behindReads(op: ResolvedOperation): number {
    return op.reads.reduce((level, { key, ...table }) => {
      const { free, floor, writes } = this.stateOf(formatTableName(table));
      return Math.max(level, key === null ? free : Math.max(floor, writes.get(key) ?? 0));
    }, 0);
  }

  private note(op: ResolvedOperation, state: TableState, level: number): number {
    const next = level + 1;
    state.free = Math.max(state.free, next);
    if (op.touches === null) state.floor = Math.max(state.floor, next);
    else for (const key of op.touches) raise(state.writes, key, next);
    for (const { key, ...table } of op.reads) {
      const read = this.stateOf(formatTableName(table));
      read.readEnd = Math.max(read.readEnd, next);
      if (key === null) read.readFloor = Math.max(read.readFloor, next);
      else raise(read.reads, key, next);
    }
    this.end = Math.max(this.end, next);
    return level;
  }

  private stateOf(name: string): TableState {
    const found = this.states.get(name);
    if (found !== undefined) return found;
    const state: TableState = {
      free: 0,
      floor: 0,
      readEnd: 0,
      readFloor: 0,
      writes: new Map(),
      reads: new Map(),
      run: null,
    };
    this.states.set(name, state);
    return state;
  }
}

function behindKeys(op: ResolvedOperation, state: TableState): number {
  const foreign = behindForeign(op, state);
  if (op.touches === null) return Math.max(foreign, state.free);
  return op.touches.reduce((level, key) => Math.max(level, state.writes.get(key) ?? 0), foreign);
}

/** Behind what acted on any row of the table, and what looked up the rows that it acts on. */
function behindForeign(op: ResolvedOperation, state: TableState): number {
  const lowest = Math.max(state.floor, state.readFloor);
  if (op.touches === null) return Math.max(lowest, state.readEnd);
  return op.touches.reduce((level, key) => Math.max(level, state.reads.get(key) ?? 0), lowest);
}

function raise(levels: Map<string, number>, key: string, level: number): void {
  levels.set(key, Math.max(levels.get(key) ?? 0, level));
}

/** Every table that is bound to another by foreign keys, over however many. */
function familiesOf(
  tables: ReadonlyMap<string, TargetTable>,
): ReadonlyMap<string, readonly string[]> {
  const families = new Map<string, Set<string>>();
  const familyOf = (name: string): Set<string> => {
    const found = families.get(name) ?? new Set([name]);
    families.set(name, found);
    return found;
  };
  for (const [name, { references }] of tables) {
    for (const referenced of references) {
      const joined = new Set([...familyOf(name), ...familyOf(formatTableName(referenced))]);
      for (const member of joined) families.set(member, joined);
    }
  }
  return new Map([...families].map(([name, family]) => [name, [...family]]));
}

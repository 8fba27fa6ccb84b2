import { formatTableName } from '../tableName';
import type { ActedOn } from './keysActedOn';
import type { QueueOperation } from './operation';
import { textHash } from './statementName';

/** So many keys take about 20 MB. What is set aside behind them is known by its table alone. */
const MAX_KEYS = 200_000;

/** What was set aside of one table: the first `seq` of each. */
interface BlockedTable {
  first: bigint;
  /** On any key, since it cannot be told which, or since there are too many. */
  any: bigint | null;
  /** By the hash of a key. Two that share one wait for each other, which only costs time. */
  readonly keys: Map<number, bigint>;
  /** Some of them are as the queue spells them: nothing on the primary tells how else. */
  hasQueued: boolean;
}

type Blocking = Pick<QueueOperation, 'seq' | 'key'>;

/** Keys whose later operations have to wait, since an earlier one is in conflict, dead or waits itself. Bounded in memory. */
export class BlockedKeys {
  readonly #tables = new Map<string, BlockedTable>();
  #size = 0;

  #before: BlockedKeys | null;

  /** @param before what was set aside before; an attempt that may come to nothing notes its own beside it */
  constructor(
    before: BlockedKeys | null = null,
    private readonly maxKeys = MAX_KEYS,
  ) {
    this.#before = before;
  }

  /** What this attempt stood on has been taken over by `before`. */
  standOn(before: BlockedKeys): void {
    this.#before = before;
  }

  add(source: Blocking, on: ActedOn): void {
    const table = this.#tableOf(formatTableName(on.table), source.seq);
    const isQueued = on.touches?.length === 0;
    table.hasQueued ||= isQueued;
    for (const key of hashesOf(source, on, isQueued)) this.#lower(table, key, source.seq);
    if (on.touches === null) lowerAny(table, source.seq);
  }

  /** Takes over what an attempt noted that stands. */
  take(attempt: BlockedKeys): void {
    for (const [name, { first, any, keys, hasQueued }] of attempt.#tables) {
      const table = this.#tableOf(name, first);
      table.hasQueued ||= hasQueued;
      if (any !== null) lowerAny(table, any);
      for (const [key, seq] of keys) this.#lower(table, key, seq);
    }
  }

  /** Whether an earlier operation on one of its keys was set aside. */
  has(source: Blocking, on: ActedOn): boolean {
    if (this.#before?.has(source, on) === true) return true;
    if (this.#tables.size === 0) return false;
    const { seq } = source;
    const table = this.#tables.get(formatTableName(on.table));
    if (table === undefined || table.first >= seq) return false;
    if (on.touches === null || (table.any !== null && table.any < seq)) return true;
    return hashesOf(source, on, table.hasQueued).some((key) => {
      const first = table.keys.get(key);
      return first !== undefined && first < seq;
    });
  }

  #tableOf(name: string, seq: bigint): BlockedTable {
    const found = this.#tables.get(name);
    if (found === undefined) {
      const made: BlockedTable = { first: seq, any: null, keys: new Map(), hasQueued: false };
      this.#tables.set(name, made);
      return made;
    }
    if (seq < found.first) found.first = seq;
    return found;
  }

  #lower(table: BlockedTable, key: number, seq: bigint): void {
    const known = table.keys.get(key);
    if (known === undefined && this.#size >= this.maxKeys) {
      lowerAny(table, seq);
      return;
    }
    if (known === undefined) this.#size += 1;
    if (known === undefined || seq < known) table.keys.set(key, seq);
  }
}

function lowerAny(table: BlockedTable, seq: bigint): void {
  if (table.any === null || seq < table.any) table.any = seq;
}

/** As the primary's types spell it, and as the queue does, for operations that mean nothing on the primary. */
function hashesOf({ key }: Blocking, { touches }: ActedOn, withQueued: boolean): readonly number[] {
  const spelled = (touches ?? []).map((text) => textHash(text, 1));
  return key === null || !withQueued ? spelled : [...spelled, textHash(key, 2)];
}

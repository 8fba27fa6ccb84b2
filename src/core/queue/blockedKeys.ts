import { formatTableName } from '../tableName';
import type { ResolvedOperation } from './applyTypes';
import type { QueueOperation } from './operation';

/**
 * Keys whose later operations have to wait, since one was set aside in this pass and the page that brings them may have been read
 * before. What has been set aside longer ago a page knows by itself.
 */
export class BlockedKeys {
  /** The first `seq` that was set aside: on a key, on any key of a table that cannot be told, and on a table at all. */
  readonly #keys = new Map<string, bigint>();
  readonly #unknown = new Map<string, bigint>();
  readonly #tables = new Map<string, bigint>();

  #before: BlockedKeys | null;

  /** @param before what was set aside before; an attempt that may come to nothing notes its own beside it */
  constructor(before: BlockedKeys | null = null) {
    this.#before = before;
  }

  /** What this attempt stood on has been taken over by `before`. */
  standOn(before: BlockedKeys): void {
    this.#before = before;
  }

  /** @param resolved `null` where it means nothing on the primary */
  add(source: QueueOperation, resolved: ResolvedOperation | null): void {
    const { seq } = source;
    const table = formatTableName(source.table);
    lower(this.#tables, table, seq);
    for (const key of keysOf(source, resolved)) lower(this.#keys, `${table}\0${key}`, seq);
    if (resolved?.touches === null) lower(this.#unknown, table, seq);
  }

  /** Takes over what an attempt noted that stands. */
  take(attempt: BlockedKeys): void {
    for (const [key, seq] of attempt.#keys) lower(this.#keys, key, seq);
    for (const [table, seq] of attempt.#unknown) lower(this.#unknown, table, seq);
    for (const [table, seq] of attempt.#tables) lower(this.#tables, table, seq);
  }

  /** Whether an earlier operation on one of its keys was set aside. */
  has(source: QueueOperation, resolved: ResolvedOperation | null): boolean {
    if (this.#before?.has(source, resolved) === true) return true;
    if (this.#tables.size === 0) return false;
    const { seq } = source;
    const table = formatTableName(source.table);
    if (!isLower(this.#tables.get(table), seq)) return false;
    if (isLower(this.#unknown.get(table), seq) || resolved?.touches === null) return true;
    return keysOf(source, resolved).some((key) => isLower(this.#keys.get(`${table}\0${key}`), seq));
  }
}

function isLower(known: bigint | undefined, seq: bigint): boolean {
  return known !== undefined && known < seq;
}

function lower(map: Map<string, bigint>, key: string, seq: bigint): void {
  const known = map.get(key);
  if (known === undefined || seq < known) map.set(key, seq);
}

/** As the queue spells it, for operations that mean nothing on the primary, and as the primary's types do. */
function keysOf({ key }: QueueOperation, resolved: ResolvedOperation | null): readonly string[] {
  const spelled = (resolved?.touches ?? []).map((text) => `p${text}`);
  return key === null ? spelled : [...spelled, `q${key}`];
}

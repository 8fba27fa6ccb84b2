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

  /** @param before what was set aside before; an attempt that may come to nothing notes its own beside it */
  constructor(private readonly before: BlockedKeys | null = null) {}

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
    if (this.before?.has(source, resolved) === true) return true;
    const isLater = (seq: bigint | undefined): boolean => seq !== undefined && seq < source.seq;
    const table = formatTableName(source.table);
    if (!isLater(this.#tables.get(table))) return false;
    if (isLater(this.#unknown.get(table)) || resolved?.touches === null) return true;
    const keys = keysOf(source, resolved);
    return keys.some((key) => isLater(this.#keys.get(`${table}\0${key}`)));
  }
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

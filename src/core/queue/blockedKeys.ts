import { formatTableName } from '../tableName';
import type { ResolvedOperation } from './applyTypes';
import type { QueueOperation } from './operation';

/**
 * Keys whose next operations have to wait, since an earlier one was set aside in this pass and the page that brings them may have
 * been read before. What has been set aside longer ago a page knows by itself.
 */
export class BlockedKeys {
  readonly #keys = new Set<string>();
  /** Tables where it cannot be told which keys are meant. */
  readonly #tables = new Set<string>();
  /** Tables with any entry. */
  readonly #named = new Set<string>();

  /** @param resolved `null` where it means nothing on the primary */
  add(source: QueueOperation, resolved: ResolvedOperation | null): void {
    const table = formatTableName(source.table);
    this.#named.add(table);
    for (const key of keysOf(source, resolved)) this.#keys.add(`${table}\0${key}`);
    if (resolved?.touches === null) this.#tables.add(table);
  }

  has(source: QueueOperation, resolved: ResolvedOperation | null): boolean {
    if (this.#named.size === 0) return false;
    const table = formatTableName(source.table);
    if (!this.#named.has(table)) return false;
    if (this.#tables.has(table) || resolved?.touches === null) return true;
    return keysOf(source, resolved).some((key) => this.#keys.has(`${table}\0${key}`));
  }
}

/** As the queue spells it, for operations that mean nothing on the primary, and as the primary's types do. */
function keysOf({ key }: QueueOperation, resolved: ResolvedOperation | null): readonly string[] {
  const spelled = (resolved?.touches ?? []).map((text) => `p${text}`);
  return key === null ? spelled : [...spelled, `q${key}`];
}

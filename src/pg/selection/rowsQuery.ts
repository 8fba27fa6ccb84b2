import type { Connection } from 'pg';
import type { OwnQuery } from '../session/pgSession';

/** Rows as the server writes them, as many as are kept. */
export interface KeptRows {
  readonly columns: readonly { readonly name: string; readonly typeOid: number }[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly hasMore: boolean;
  readonly tag: string | null;
}

/** What a server's error tells beyond its words. */
export interface ErrorPlace {
  readonly position: number | null;
  readonly hint: string | null;
  readonly isSeveral: boolean;
}

/** A longer value is cut before it is kept. */
const MAX_VALUE = 10_000;

/** Characters of all values that are kept: no row behind this many. */
const MAX_TOTAL = 4_000_000;

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

/**
 * One statement by the extended protocol, which takes no second one, and of whose rows no more are held than asked for, whatever
 * comes: a portal that is left behind its first rows, or read to its end while further rows are dropped. `pg`'s own query fetches on
 * from a suspended portal, and keeps every value.
 */
export class RowsQuery implements OwnQuery {
  /** The session sets it, and `pg` replaces it to count the time. */
  callback: OwnQuery['callback'] = () => undefined;
  #columns: KeptRows['columns'] = [];
  readonly #rows: (readonly (string | null)[])[] = [];
  #hasMore = false;
  #tag: string | null = null;
  #total = 0;
  #error: ErrorPlace = { position: null, hint: null, isSeveral: false };

  constructor(
    private readonly text: string,
    private readonly limits: { readonly maxRows: number; readonly isReadToEnd: boolean },
  ) {}

  get kept(): KeptRows {
    return {
      columns: this.#columns,
      rows: this.#rows,
      hasMore: this.#hasMore,
      tag: this.#tag,
    };
  }

  get errorPlace(): ErrorPlace {
    return this.#error;
  }

  /** All of it in one go: behind an error, too, the server is then ready again by itself. */
  submit(connection: Connection): void {
    const { maxRows, isReadToEnd } = this.limits;
    connection.stream.cork();
    connection.parse({ name: '', text: this.text, types: [] }, true);
    connection.bind({}, true);
    connection.describe({ type: 'P', name: '' }, true);
    // One more than is kept tells whether there are more; 0 is all of them.
    connection.execute({ rows: String(isReadToEnd ? 0 : maxRows + 1) }, true);
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({ name, typeOid: dataTypeID }));
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    if (this.#rows.length >= this.limits.maxRows || this.#total >= MAX_TOTAL) {
      this.#hasMore = true;
      return;
    }
    const row = fields.map((value) => (value === null ? null : cut(value)));
    this.#rows.push(row);
    this.#total += row.reduce((sum, value) => sum + (value?.length ?? 0), 0);
  }

  handlePortalSuspended(): void {
    this.#hasMore = true;
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#tag = text;
  }

  handleEmptyQuery(): void {
    this.#tag = '';
  }

  /** There is nothing to copy from. The end of the query that was sent with it went unread while the server waited for rows. */
  handleCopyInResponse(connection: Connection & { sendCopyFail(message: string): void }): void {
    connection.sendCopyFail('there is no input');
    connection.sync();
  }

  handleCopyData(): void {
    // Dropped.
  }

  handleError(error: Error): void {
    const { position, hint, code, routine } = error as Error & Readonly<Record<string, unknown>>;
    const at = Number(position);
    this.#error = {
      position: Number.isSafeInteger(at) && at > 0 ? at : null,
      hint: typeof hint === 'string' ? hint : null,
      // By the C function that refuses it, whose words are translated.
      isSeveral: code === '42601' && routine === 'exec_parse_message',
    };
    this.callback(error);
  }

  handleReadyForQuery(): void {
    this.callback(null);
  }
}

/** A copy: a part of a string keeps the whole of it in memory. */
function cut(value: string): string {
  return value.length <= MAX_VALUE ? value : Buffer.from(value.slice(0, MAX_VALUE)).toString();
}

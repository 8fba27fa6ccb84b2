import type pg from 'pg';
import { escapeIdentifier, escapeLiteral } from '../../../src/core/sql';
import type { Cluster } from '../cluster';
import { sleepUnless } from '../waitFor';

export interface SlotReaderOptions {
  readonly cluster: Cluster;
  readonly database: string;
  readonly slot: string;
  /** Publications that it reads; none: it reads everything with `test_decoding`. */
  readonly publications: readonly string[];
}

const RETRY_MS = 500;
const CONFIRM_MS = 500;

/**
 * Stands for a sync service: reads a logical slot by the replication protocol, throws the changes away and confirms them.
 * It makes the slot when there is none, comes back after every fault, and goes on until `stop`.
 */
export class SlotReader {
  private client: pg.Client | null = null;
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(private readonly options: SlotReaderOptions) {}

  async start(): Promise<void> {
    await this.makeSlot();
    this.loop = this.readForEver();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await endQuietly(this.client);
    await this.loop;
  }

  private async makeSlot(): Promise<void> {
    const { cluster, database, publications, slot } = this.options;
    await cluster.query(
      `SELECT pg_create_logical_replication_slot($1, $2)
         WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1)`,
      [slot, publications.length === 0 ? 'test_decoding' : 'pgoutput'],
      { database },
    );
  }

  private async readForEver(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      // A server that is down is no news here; whoever watches the slot says so.
      await this.readOnce().catch(() => undefined);
      await sleepUnless(this.stopping.signal, RETRY_MS);
    }
  }

  private async readOnce(): Promise<void> {
    const { cluster, database, publications, slot } = this.options;
    const client = await cluster.connect({
      database,
      applicationName: slot,
      replication: 'database',
    });
    this.client = client;
    let confirmed = 0n;
    client.connection.on('copyData', ({ chunk }: { chunk: Buffer }) => {
      confirmed = positionAfter(chunk, confirmed);
    });
    const timer = setInterval(() => confirm(client, confirmed), CONFIRM_MS);
    const options =
      publications.length === 0
        ? ''
        : `(proto_version '1', publication_names ${escapeLiteral(publications.map(escapeIdentifier).join(','))})`;
    try {
      // The statement ends only with the stream.
      await client.query(`START_REPLICATION SLOT ${escapeIdentifier(slot)} LOGICAL 0/0 ${options}`);
    } finally {
      clearInterval(timer);
      this.client = null;
      await endQuietly(client);
    }
  }
}

/** A keepalive (`k`) carries the position of the server; data (`w`) the start of what it holds. */
function positionAfter(chunk: Buffer, confirmed: bigint): bigint {
  const kind = chunk.toString('latin1', 0, 1);
  if (kind !== 'k' && kind !== 'w') return confirmed;
  const position = chunk.readBigUInt64BE(1);
  return position > confirmed ? position : confirmed;
}

/** Standby status update: everything up to here is written, flushed and applied. */
function confirm(client: pg.Client, position: bigint): void {
  if (position === 0n) return;
  const payload = Buffer.alloc(34);
  payload.write('r', 0, 'latin1');
  for (const offset of [1, 9, 17]) payload.writeBigUInt64BE(position, offset);
  const header = Buffer.alloc(5);
  header.write('d', 0, 'latin1');
  header.writeInt32BE(payload.length + 4, 1);
  client.connection.stream.write(Buffer.concat([header, payload]));
}

/** A stream ends with its connection; `end` alone would wait for the statement. */
async function endQuietly(client: pg.Client | null): Promise<void> {
  if (client === null) return;
  client.connection.stream.destroy();
  await client.end().catch(() => undefined);
}

import type pg from 'pg';
import type { Cluster } from '../cluster';
import { sleep, sleepUnless } from '../waitFor';

/** Statements that are run one after the other, over and over, each `everyMs` after the last answer. */
export interface Chore {
  readonly everyMs: number;
  readonly statements: readonly string[];
}

/**
 * Reads a workload file: `-- every 200 ms` on the first line, then statements that end with a semicolon at the end of a line.
 * @throws when the first line does not say how often
 */
export function readChore(text: string): Chore {
  const head = /^-- every (\d+) ms\n/.exec(text);
  if (head?.[1] === undefined) throw new Error('A workload begins with "-- every N ms".');
  const statements = text
    .slice(head[0].length)
    .split(/;\n/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
  return { everyMs: Number(head[1]), statements };
}

/** A gentle writer on one node. It keeps trying while the server is away and goes on until `stop`. */
export class Workload {
  /** Statements that succeeded. */
  done = 0;
  /** What the last statement failed with, lost connections apart; `null` when it succeeded. */
  failure: Error | null = null;
  private client: pg.Client | null = null;
  private paused = false;
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly cluster: Cluster,
    private readonly database: string,
    private readonly chore: Chore,
  ) {}

  start(): void {
    this.loop = this.run();
  }

  /** No statement starts after this returns, until `resume`. */
  async pause(): Promise<void> {
    this.paused = true;
    await sleep(0);
    await this.running;
  }

  resume(): void {
    this.paused = false;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
    await this.client?.end().catch(() => undefined);
  }

  private async run(): Promise<void> {
    for (let turn = 0; !this.stopping.signal.aborted; turn++) {
      const statement = this.chore.statements[turn % this.chore.statements.length];
      if (statement === undefined) return;
      if (!this.paused) {
        this.running = this.runOne(statement);
        await this.running;
      }
      await sleepUnless(this.stopping.signal, this.chore.everyMs);
    }
  }

  private async runOne(statement: string): Promise<void> {
    try {
      this.client ??= await this.cluster.connect({
        database: this.database,
        applicationName: 'writer',
      });
      await this.client.query(statement);
      this.done += 1;
      this.failure = null;
    } catch (error) {
      // Whoever plays with the servers may drop a table or stop one: the writer tries again for ever.
      if (hasSqlState(error)) this.failure = error;
      await this.client?.end().catch(() => undefined);
      this.client = null;
    }
  }
}

function hasSqlState(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^[0-9A-Z]{5}$/.test(String(error.code));
}

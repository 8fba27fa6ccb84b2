import type pg from 'pg';
import type { Cluster } from '../../../clusters/cluster';
import type { QueueRig } from '../queueRig';
import {
  Model,
  ModelEdge,
  POLICIES,
  type Kind,
  type ModelTable,
  type Operation,
  type Policy,
  type Row,
  type Store,
} from './model';
import { Random } from './random';
import { shaped, TABLES, writeSql } from './shopTables';
import { newTally, type Tally } from './tally';
import { ModelTrail } from './trail';

/** Who writes: the primary's own application, an edge's, or a person who decides. */
export interface Writer {
  /** Its share of the tokens, so that a token tells who wrote it. */
  readonly index: number;
  readonly cluster: Cluster;
  readonly store: Store;
}

export interface Change {
  readonly table: ModelTable;
  readonly kind: Kind;
  readonly old: Row | null;
  readonly row: Row | null;
}

/** The primary and the edges of one seed beside their model, and what all that act on both need. */
export class Stage {
  readonly model: Model;
  readonly edges = new Map<string, ModelEdge>();
  readonly policies: ReadonlyMap<string, Policy>;
  readonly tables: readonly ModelTable[];
  readonly random: Random;
  readonly trail = new ModelTrail();
  /** Whether triggers of the primary change what is written there. */
  readonly isShaped: boolean;
  /** Whether triggers of the primary write down each write; the server's WAL does in any case. */
  readonly isAudited: boolean;
  private readonly history: string[] = [];
  private readonly sessions = new Map<Cluster, pg.Client>();
  private transaction = 0;

  constructor(
    readonly rig: QueueRig,
    readonly seed: number,
    readonly tally: Tally = newTally(),
    /** Nothing of which the outcome hangs on where a drain was interrupted: no row waits for another one. */
    readonly isGentle = false,
  ) {
    this.random = new Random(seed);
    this.isShaped = seed % 3 === 2;
    this.isAudited = seed % 2 === 1;
    this.tables = this.isShaped ? TABLES.map((table) => ({ ...table, onPrimary: shaped })) : TABLES;
    this.policies = new Map(
      this.tables.map(({ name }, index) => [
        name,
        POLICIES[(seed + index * 2) % POLICIES.length] ?? 'manual',
      ]),
    );
    this.model = new Model(this.tables, this.policies, (table, old, row) => {
      this.trail.note(table, old, row);
    });
    for (const name of Object.keys(rig.edges)) this.edges.set(name, new ModelEdge(this.tables));
  }

  edge(name: string): ModelEdge {
    const edge = this.edges.get(name);
    if (edge === undefined) throw new Error(`There is no edge ${name}.`);
    return edge;
  }

  /** @param name `null`: the primary */
  writer(name: string | null): Writer {
    if (name === null) return { index: 0, cluster: this.rig.primary, store: this.model.primary };
    const index = 1 + [...this.edges.keys()].indexOf(name);
    return { index, cluster: this.rig.edgeOf(name), store: this.edge(name).store };
  }

  newTransaction(): number {
    this.transaction += 1;
    return this.transaction;
  }

  /** One session a server, for whatever its application does. */
  async session(cluster: Cluster): Promise<pg.Client> {
    const open = this.sessions.get(cluster);
    if (open !== undefined) return open;
    const session = await cluster.connect();
    this.sessions.set(cluster, session);
    return session;
  }

  /** Also after a server was away, whose sessions are gone. */
  async closeSessions(): Promise<void> {
    for (const session of this.sessions.values()) await session.end().catch(() => undefined);
    this.sessions.clear();
  }

  /** Writes a row. @throws where it is not exactly one */
  async send(session: pg.Client, { table, old, row }: Change): Promise<void> {
    const { text, values } = writeSql(table, old, row);
    const { rowCount } = await session.query(text, values);
    if (rowCount !== 1) throw new Error(this.says(`${text} wrote ${rowCount ?? 0} rows`));
  }

  /** The primary's own application writes, in both. */
  async writeOnPrimary(change: Change, who = 'primary'): Promise<void> {
    await this.send(await this.session(this.rig.primary), change);
    this.model.writeOnPrimary(change.table.name, change.old, change.row);
    this.note(who, change);
  }

  /** An edge's application has written: so does its model. */
  wroteOnEdge(name: string, transaction: number, change: Change, who = name): void {
    const { table, kind, old, row } = change;
    this.edge(name).write(transaction, table.name, kind, old, row);
    this.tally.operations += 1;
    this.note(who, change);
  }

  async idOf(name: string, operation: Operation): Promise<string> {
    const rows = await this.rig.queued(name);
    const row = rows[this.edge(name).queue.indexOf(operation)];
    if (row === undefined) throw new Error(this.says('the queue is shorter than the model'));
    return row.id;
  }

  tell(what: string): void {
    this.history.push(what);
  }

  private note(who: string, { table, kind, old, row }: Change): void {
    this.tell(`${who}: ${kind} ${table.name} ${JSON.stringify(old)} → ${JSON.stringify(row)}`);
  }

  /** A failure's words, with the seed and what came before. */
  says(what: string): string {
    const last = this.history.slice(-LAST).join('\n  ');
    return `Seed ${this.seed}, ${JSON.stringify([...this.policies])}: ${what}. Before it:\n  ${last}\n`;
  }
}

const LAST = Number(process.env['ORACLE_HISTORY'] ?? '40');

import assert from 'node:assert/strict';
import type pg from 'pg';
import type { Cluster } from '../../../clusters/cluster';
import type { QueueRig } from '../queueRig';
import {
  canonical,
  isSame,
  keyOf,
  Model,
  ModelEdge,
  POLICIES,
  type Json,
  type Kind,
  type ModelTable,
  type Operation,
  type Policy,
  type Row,
  type Store,
} from './model';
import { Random } from './random';
import { readRow, readSql, shaped, TABLE_NAMES, TABLES, writeSql } from './shopTables';

/** How often each kind of thing happened, for the table of a soak. */
export interface Tally {
  operations: number;
  drains: number;
  conflicts: number;
  decisions: number;
  readonly outcomes: Map<string, number>;
}

interface Writer {
  /** Its share of the tokens, so that a token tells who wrote it. */
  readonly index: number;
  readonly cluster: Cluster;
  readonly store: Store;
}

const WRITERS = 8;
const FIRST_TOKEN = 1_000;
const SLOT = 'proof';

/**
 * One primary and its edges beside a model of them: does something random to both, and holds them against each other.
 * Everything follows from the seed.
 */
export class World {
  readonly model: Model;
  readonly edges = new Map<string, ModelEdge>();
  readonly policies: ReadonlyMap<string, Policy>;
  readonly history: string[] = [];
  private readonly random: Random;
  private readonly tables: readonly ModelTable[];
  private token = FIRST_TOKEN;
  private transaction = 0;
  /** Tokens that the model wrote on the primary, in any way. */
  private readonly arrived = new Map<number, number>();
  private readonly sessions = new Map<Cluster, pg.Client>();

  constructor(
    private readonly rig: QueueRig,
    readonly seed: number,
    private readonly drainFor: (edge: string) => Promise<unknown>,
    readonly tally: Tally = newTally(),
    /** Nothing of which the outcome hangs on where a drain was interrupted: no row waits for another one. */
    private readonly isGentle = false,
  ) {
    this.random = new Random(seed);
    const isShaped = seed % 3 === 2;
    this.tables = TABLES.map((table) =>
      isShaped && table.name === 'shop' ? { ...table, onPrimary: shaped } : table,
    );
    this.policies = new Map(
      this.tables.map(({ name }, index) => [
        name,
        POLICIES[(seed + index * 2) % POLICIES.length] ?? 'manual',
      ]),
    );
    this.model = new Model(this.tables, this.policies);
    for (const name of Object.keys(rig.edges)) this.edges.set(name, new ModelEdge(this.tables));
  }

  /** Empties everything and puts the same few rows everywhere. */
  async begin(): Promise<void> {
    const { rig } = this;
    for (const [table, policy] of this.policies) rig.policy(`public.${table}`, policy);
    const rows = this.firstRows();
    for (const cluster of [rig.primary, ...Object.values(rig.edges)]) {
      const session = await cluster.connect();
      try {
        await session.query(`SET session_replication_role = replica`);
        await session.query(`TRUNCATE ${TABLE_NAMES.join(', ')}`);
        for (const [table, row] of rows) {
          const { text, values } = writeSql(this.model.primary.table(table), null, row);
          await session.query(text, values);
        }
        if (cluster !== rig.primary) {
          await session.query('TRUNCATE pgtopology.pending_sync RESTART IDENTITY');
        }
      } finally {
        await session.end();
      }
    }
    const shaping = this.tables.some(({ onPrimary }) => onPrimary !== undefined);
    await rig.primary.query(
      `TRUNCATE pgtopology.applied_operation, pgtopology.conflict;
       ALTER TABLE public.shop ${shaping ? 'ENABLE' : 'DISABLE'} TRIGGER shape`,
    );
    await rig.primary.query(
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '${SLOT}'`,
    );
    await rig.primary.query(
      `SELECT pg_create_logical_replication_slot('${SLOT}', 'test_decoding')`,
    );
    for (const [table, row] of rows) {
      this.model.primary.put(table, row);
      for (const edge of this.edges.values()) edge.store.put(table, row);
    }
  }

  /** After a server was away: its sessions are gone. */
  async reconnect(): Promise<void> {
    await this.end();
  }

  async end(): Promise<void> {
    for (const session of this.sessions.values()) await session.end().catch(() => undefined);
    this.sessions.clear();
  }

  /** Something random. */
  async step(): Promise<void> {
    const edge = this.random.pick([...this.edges.keys()]);
    const dice = this.random.next();
    if (dice < 0.5) await this.writeOnEdge(edge);
    else if (dice < 0.72) await this.writeOnPrimary();
    else if (dice < 0.77) await this.agree(edge);
    else if (dice < 0.83) await this.overlap(edge);
    else if (dice < 0.94) await this.drain(edge);
    else await this.decideOne(edge);
  }

  /** Writes alone, for what shall be drained later. */
  async write(): Promise<void> {
    const dice = this.random.next();
    if (dice < 0.65) await this.writeOnEdge(this.random.pick([...this.edges.keys()]));
    else await this.writeOnPrimary();
  }

  async writeOnEdge(name: string): Promise<void> {
    const edge = this.edge(name);
    const session = await this.session(this.rig.edgeOf(name));
    const transaction = this.newTransaction();
    await session.query('BEGIN');
    for (let left = this.random.int(1, 5); left > 0; left -= 1) {
      const change = this.change(this.writer(name));
      if (change === null) continue;
      await this.send(session, change);
      edge.write(transaction, change.table.name, change.kind, change.old, change.row);
      this.tally.operations += 1;
      this.note(name, change);
    }
    await session.query('COMMIT');
  }

  async writeOnPrimary(): Promise<void> {
    const writer = this.writer(null);
    const session = await this.session(writer.cluster);
    await session.query('BEGIN');
    for (let left = this.random.int(1, 3); left > 0; left -= 1) {
      const change = this.change(writer);
      if (change === null) continue;
      await this.send(session, change);
      this.putOnPrimary(change.table.name, change.old, change.row);
      this.note('primary', change);
    }
    await session.query('COMMIT');
  }

  /** The primary comes to the very row that an edge has queued: no conflict, whatever the policy. */
  private async agree(name: string): Promise<void> {
    const { primary } = this.model;
    const waiting = this.edge(name).queue.filter(({ state }) => state === 'pending');
    if (waiting.length === 0) return;
    const operation = this.random.pick(waiting);
    const table = primary.table(operation.table);
    const isOnly = this.edge(name).queue.every(
      (other) =>
        other === operation ||
        other.state === 'done' ||
        other.table !== operation.table ||
        !sharesKey(table, other, operation),
    );
    // Else a later write would arrive before an earlier one, which is what is looked for.
    if (!isOnly) return;
    const row = operation.new;
    const old = primary.get(table.name, keyOf(table, row ?? operation.old ?? {}));
    if (row === null ? old === null : isSame(old ?? undefined, row)) return;
    if (primary.violates(table.name, old, row) !== null) return;
    const kind = row === null ? 'DELETE' : old === null ? 'INSERT' : 'UPDATE';
    await this.send(await this.session(this.rig.primary), { table, kind, old, row });
    this.putOnPrimary(table.name, old, row);
    this.note('primary agrees', { table, kind, old, row });
  }

  /** A transaction of an edge that began earlier, and commits later, than another one and a drain. */
  private async overlap(name: string): Promise<void> {
    const writer = this.writer(name);
    const early = await writer.cluster.connect();
    try {
      const first = this.newTransaction();
      await early.query('BEGIN');
      await this.updateOf(name, early, first, 'shop');
      const second = this.newTransaction();
      await this.updateOf(name, await this.session(writer.cluster), second, 'tag');
      if (this.random.chance(0.5)) await this.drain(name, new Set([first]));
      await this.updateOf(name, early, first, 'shop');
      await early.query('COMMIT');
    } finally {
      await early.end();
    }
  }

  private async updateOf(
    name: string,
    session: pg.Client,
    transaction: number,
    tableName: string,
  ): Promise<void> {
    const writer = this.writer(name);
    const table = writer.store.table(tableName);
    const rows = writer.store.all(tableName);
    if (rows.length === 0) return;
    const old = this.random.pick(rows);
    const row = { ...old, ...this.values(writer, old) };
    await this.send(session, { table, kind: 'UPDATE', old, row });
    this.edge(name).write(transaction, tableName, 'UPDATE', old, row);
    this.tally.operations += 1;
    this.note(`${name} (overlapping)`, { table, kind: 'UPDATE', old, row });
  }

  /** Drains both, and holds one against the other. @returns how many operations a foreign key holds back. */
  async drain(name: string, open: ReadonlySet<number> = new Set()): Promise<number> {
    this.history.push(`drain ${name}`);
    await this.retryAtOnce(name);
    await this.drainFor(name);
    return this.expectDrained(name, open);
  }

  /** Drains the model alone, for a drain that was run by somebody else, and holds one against the other. */
  async expectDrained(name: string, open: ReadonlySet<number> = new Set()): Promise<number> {
    this.tally.drains += 1;
    const held = this.recording(() => this.model.drain(this.edge(name), open));
    await this.compareQueue(name, open);
    await this.comparePrimary();
    return held;
  }

  async retryAtOnce(name: string): Promise<void> {
    await this.rig
      .edgeOf(name)
      .query(
        `UPDATE pgtopology.pending_sync SET attempts = 0, next_attempt_at = NULL WHERE state = 'pending' AND attempts > 0`,
      );
  }

  /** Drains and decides until nothing is left. */
  async quiesce(): Promise<void> {
    for (let round = 0; ; round += 1) {
      assert.ok(round < 200, this.says('does not come to rest'));
      let held = 0;
      for (const name of this.edges.keys()) held += await this.drain(name);
      let decided = 0;
      for (const name of this.edges.keys()) {
        while (await this.decideOne(name)) decided += 1;
      }
      const left = [...this.edges.values()].flatMap(({ queue }) =>
        queue.filter(({ state }) => state !== 'done'),
      );
      if (left.length === 0) break;
      // Nothing but a parent that will never come: somebody lets the first of them go.
      if (decided === 0 && held > 0) await this.dropFirstHeld();
    }
    for (const name of this.edges.keys()) {
      assert.equal(await this.rig.depth(name), 0, this.says(`the queue of ${name} is not empty`));
    }
  }

  /** Everything once more at the end: how often each write arrived, and in which order. */
  async compareArrivals(): Promise<void> {
    const changes = await this.rig.primary.query<{ data: string }>(
      `SELECT data FROM pg_logical_slot_get_changes('${SLOT}', NULL, NULL)`,
    );
    const seen = new Map<number, number>();
    const lastOf = new Map<string, number>();
    for (const { data } of changes) {
      const write = /^table public\.(\w+): (?:INSERT|UPDATE): .*token\[bigint\]:(\d+)/su.exec(data);
      if (write === null) continue;
      const [, table = '', digits = ''] = write;
      const token = Number(digits);
      seen.set(token, (seen.get(token) ?? 0) + 1);
      const [, tuple = data] = data.split('new-tuple: ');
      const key = this.model.primary
        .table(table)
        .key.map(
          (column) =>
            new RegExp(`\\b${column}\\[[^\\]]+\\]:('(?:[^']|'')*'|\\S+)`, 'u').exec(tuple)?.[1],
        );
      const writer = token % WRITERS;
      if (this.policies.get(table) === 'merge') continue;
      const place = `${writer} ${table} ${key.join(' ')}`;
      const last = lastOf.get(place) ?? 0;
      assert.ok(token > last, this.says(`${place}: ${token} arrived after ${last}`));
      lastOf.set(place, token);
    }
    for (const [token, times] of this.arrived) {
      if (times > 1000) continue;
      assert.equal(
        seen.get(token) ?? 0,
        times,
        this.says(`write ${token} was to arrive ${times} times`),
      );
    }
    for (const token of seen.keys()) {
      assert.ok(this.arrived.has(token), this.says(`write ${token} was not to arrive`));
    }
  }

  /** A person's choice on one open conflict. @returns false when there is none. */
  async decideOne(name: string): Promise<boolean> {
    const edge = this.edge(name);
    const operation = edge.queue.find(({ state }) => state === 'conflict');
    if (operation === undefined) return false;
    const wants = this.random.chance(0.5) ? 'keepEdge' : 'keepPrimary';
    const done = this.recording(() => this.model.decide(edge, operation, wants));
    const choice = done ? wants : 'keepPrimary';
    if (!done) this.model.decide(edge, operation, 'keepPrimary');
    this.history.push(`${name}: decides ${operation.seq} ${choice}`);
    this.tally.decisions += 1;
    await this.carryOut(name, operation, choice);
    return true;
  }

  /** As the editor's own choice does: in one transaction on the primary, then on the edge. */
  private async carryOut(
    name: string,
    operation: Operation,
    choice: 'keepEdge' | 'keepPrimary',
  ): Promise<void> {
    const id = await this.idOf(name, operation);
    const session = await this.session(this.rig.primary);
    await session.query('BEGIN');
    if (choice === 'keepEdge') {
      const table = this.model.primary.table(operation.table);
      const key = operation.old ?? operation.new ?? {};
      const found = await session.query(
        writeSql(table, key, null).text.replace(/^DELETE/u, 'SELECT 1'),
        [...table.key.map((column) => key[column])],
      );
      const isThere = found.rows.length > 0;
      if (isThere || operation.new !== null) {
        const { text, values } = writeSql(table, isThere ? key : null, operation.new);
        await session.query(text, values);
      }
    }
    await session.query(
      `UPDATE pgtopology.conflict SET state = 'settled', resolution = $2, settled_at = now() WHERE operation_id = $1`,
      [id, choice],
    );
    await session.query(
      `UPDATE pgtopology.applied_operation SET outcome = 'decided', row_hash = NULL WHERE operation_id = $1`,
      [id],
    );
    await session.query('COMMIT');
    await this.markDone(name, id);
  }

  private async dropFirstHeld(): Promise<void> {
    for (const [name, edge] of this.edges) {
      const operation = edge.queue.find(({ state }) => state === 'pending');
      if (operation === undefined) continue;
      this.history.push(`${name}: drops ${operation.seq}`);
      operation.state = 'done';
      operation.outcome = 'dropped';
      await this.markDone(name, await this.idOf(name, operation));
      return;
    }
  }

  private async markDone(name: string, id: string): Promise<void> {
    await this.rig
      .edgeOf(name)
      .query(`UPDATE pgtopology.pending_sync SET state = 'done', synced_at = now() WHERE id = $1`, [
        id,
      ]);
  }

  private async idOf(name: string, operation: Operation): Promise<string> {
    const rows = await this.rig.queued(name);
    const row = rows[this.edge(name).queue.indexOf(operation)];
    if (row === undefined) throw new Error(this.says('the queue is shorter than the model'));
    return row.id;
  }

  private async compareQueue(name: string, open: ReadonlySet<number>): Promise<void> {
    const rows = await this.rig.queued(name);
    const ledger = await this.rig.primary.query<{ id: string; outcome: string }>(
      'SELECT operation_id::text AS id, outcome FROM pgtopology.applied_operation',
    );
    const outcomeOf = new Map(ledger.map(({ id, outcome }) => [id, outcome]));
    // What is not committed yet is not to be seen.
    const queue = this.edge(name).queue.filter(({ transaction }) => !open.has(transaction));
    assert.equal(rows.length, queue.length, this.says(`${name} queued something else`));
    for (const [index, row] of rows.entries()) {
      const expected = queue[index];
      if (expected === undefined) continue;
      const what = `operation ${expected.seq} of ${name} (${row.operation} ${row.table_name} ${row.key ?? ''}, ${this.policies.get(row.table_name) ?? ''}; ${row.error ?? 'no error'})`;
      assert.equal(row.state, expected.state, this.says(what));
      if (expected.outcome === null || expected.outcome === 'dropped') continue;
      const outcome = outcomeOf.get(row.id);
      this.countOutcome(expected);
      assert.equal(outcome, expected.outcome, this.says(what));
    }
  }

  private readonly counted = new Set<Operation>();

  private countOutcome(operation: Operation): void {
    if (operation.outcome === null || this.counted.has(operation)) return;
    this.counted.add(operation);
    this.tally.outcomes.set(
      operation.outcome,
      (this.tally.outcomes.get(operation.outcome) ?? 0) + 1,
    );
    if (operation.state === 'conflict') this.tally.conflicts += 1;
  }

  async comparePrimary(): Promise<void> {
    for (const table of this.tables) {
      const rows = await this.rig.primary.query(readSql(table));
      const actual = sorted(table, rows.map(readRow));
      assert.deepEqual(
        actual,
        sorted(table, this.model.primary.all(table.name)),
        this.says(`table ${table.name} of the primary (${this.policies.get(table.name) ?? ''})`),
      );
    }
  }

  private firstRows(): readonly (readonly [string, Row])[] {
    const base = (token: number) => ({
      name: `first ${token}`,
      doc: { a: 1, b: [1, 2], c: { x: 1 } },
      token,
      updated_at: token,
    });
    return [
      ...[1, 2, 3].map((id) => ['shop', { id, ...base(id) }] as const),
      ...[1, 2, 3, 4].map(
        (id) =>
          ['item', { id, shop_id: 1 + (id % 3), code: `first-${id}`, ...base(10 + id) }] as const,
      ),
      ...[1, 2].map((id) => ['tag', { item_id: id, label: 'shared', ...base(20 + id) }] as const),
    ];
  }

  /** A change that this writer's server accepts; `null` when none was found. */
  private change(writer: Writer): Change | null {
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const found = this.tryChange(writer);
      if (found === null) continue;
      if (writer.store.violates(found.table.name, found.old, found.row) === null) return found;
    }
    return null;
  }

  private tryChange(writer: Writer): Change | null {
    const { random } = this;
    const { store } = writer;
    const table = random.pick(this.tables);
    const rows = store.all(table.name);
    const dice = random.next();
    if (dice < 0.35 || rows.length === 0) {
      const row = this.newRow(writer, table);
      return { table, kind: 'INSERT', old: null, row };
    }
    const old = random.pick(rows);
    if (dice < 0.5 && !(this.isGentle && table.name !== 'tag')) {
      return { table, kind: 'DELETE', old, row: null };
    }
    if (dice < 0.56 && isText(old['label']) && old['label'].startsWith(`own-${writer.index}-`)) {
      // A new key that nobody else has: what becomes of it does not hang on who else moved there.
      const label = `own-${writer.index}-${this.token}`;
      return { table, kind: 'UPDATE', old, row: { ...old, ...this.values(writer, old), label } };
    }
    return { table, kind: 'UPDATE', old, row: { ...old, ...this.values(writer, old) } };
  }

  private newRow(writer: Writer, table: ModelTable): Row {
    const { random } = this;
    const values = this.values(writer, null);
    switch (table.name) {
      case 'shop':
        return { id: random.int(1, 8), ...values };
      case 'item': {
        const shared = this.isGentle ? `own-${this.token}` : `code-${random.int(1, 12)}`;
        const code = random.chance(0.3) ? null : shared;
        return { id: random.int(1, 14), shop_id: random.int(1, 8), code, ...values };
      }
      default: {
        const label = random.chance(0.5)
          ? random.pick(['shared', 'a "quoted" label', "it's"])
          : `own-${writer.index}-${this.token}`;
        return { item_id: random.int(1, 14), label, ...values };
      }
    }
  }

  /** New values for the columns that every table has. */
  private values(writer: Writer, old: Row | null) {
    this.token += WRITERS;
    const token = this.token - (this.token % WRITERS) + writer.index;
    const name = this.random.pick(['plain', 'ümläut ✓', "o'clock", 'a\nb\t\\c', '{"x": 1}', 'ß']);
    return {
      name: `${name} ${token}`,
      doc: this.doc(old?.['doc']),
      token,
      // Often close together and sometimes equal, in no order: whose is newer shall not follow from who came first.
      updated_at: FIRST_TOKEN * 1000 + Math.floor(this.token / 16) + this.random.int(-12, 12),
    };
  }

  /** Mostly one key changed, so that merging has something to merge. */
  private doc(old: Json | undefined): Json {
    const { random } = this;
    if (random.chance(0.06)) return random.pick<Json>([[1, 2], 7, 'text', null, {}]);
    const before: Readonly<Record<string, Json>> =
      typeof old === 'object' && old !== null && !Array.isArray(old)
        ? (old as Readonly<Record<string, Json>>) // an array was just excluded, which TypeScript does not follow for readonly ones
        : {};
    const key = random.pick(['a', 'b', 'c', 'd', 'e', 'f']);
    if (random.chance(0.15)) {
      return Object.fromEntries(Object.entries(before).filter(([name]) => name !== key));
    }
    const value = random.pick<Json>([
      1,
      2,
      3,
      null,
      true,
      'x',
      [1],
      [],
      { x: 1 },
      { x: 2, y: null },
    ]);
    return { ...before, [key]: value };
  }

  private async send(session: pg.Client, { table, old, row }: Change): Promise<void> {
    const { text, values } = writeSql(table, old, row);
    const result = await session.query(text, values);
    assert.equal(result.rowCount, 1, this.says(text));
  }

  private putOnPrimary(table: string, old: Row | null, row: Row | null): void {
    this.recording(() => {
      this.model.writeOnPrimary(table, old, row);
    });
  }

  /** Counts the tokens that the model writes on the primary while `body` runs. */
  private recording<T>(body: () => T): T {
    const { primary } = this.model;
    const put = primary.put.bind(primary);
    primary.put = (table, row) => {
      const token = Number(row['token']);
      // How often a merged row is written again is the merge's own affair.
      const weight = this.policies.get(table) === 'merge' ? 1_000_000 : 1;
      this.arrived.set(token, (this.arrived.get(token) ?? 0) + weight);
      put(table, row);
    };
    try {
      return body();
    } finally {
      primary.put = put;
    }
  }

  private writer(name: string | null): Writer {
    if (name === null) return { index: 0, cluster: this.rig.primary, store: this.model.primary };
    const index = 1 + [...this.edges.keys()].indexOf(name);
    return { index, cluster: this.rig.edgeOf(name), store: this.edge(name).store };
  }

  private edge(name: string): ModelEdge {
    const edge = this.edges.get(name);
    if (edge === undefined) throw new Error(`There is no edge ${name}.`);
    return edge;
  }

  private async session(cluster: Cluster): Promise<pg.Client> {
    const open = this.sessions.get(cluster);
    if (open !== undefined) return open;
    const session = await cluster.connect();
    this.sessions.set(cluster, session);
    return session;
  }

  private newTransaction(): number {
    this.transaction += 1;
    return this.transaction;
  }

  private note(who: string, { table, kind, old, row }: Change): void {
    this.history.push(
      `${who}: ${kind} ${table.name} ${JSON.stringify(old)} → ${JSON.stringify(row)}`,
    );
  }

  says(what: string): string {
    const last = this.history.slice(-40).join('\n  ');
    return `Seed ${this.seed}, ${JSON.stringify([...this.policies])}: ${what}. Before it:\n  ${last}\n`;
  }
}

interface Change {
  readonly table: ModelTable;
  readonly kind: Kind;
  readonly old: Row | null;
  readonly row: Row | null;
}

function sharesKey(table: ModelTable, a: Operation, b: Operation): boolean {
  const keys = (one: Operation): readonly string[] =>
    [one.old, one.new].flatMap((row) => (row === null ? [] : [keyOf(table, row)]));
  const others = new Set(keys(b));
  return keys(a).some((key) => others.has(key));
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string';
}

export function newTally(): Tally {
  return { operations: 0, drains: 0, conflicts: 0, decisions: 0, outcomes: new Map() };
}

function sorted(table: ModelTable, rows: readonly Row[]): readonly string[] {
  return rows.map((row) => `${keyOf(table, row)} ${canonical(row)}`).toSorted();
}

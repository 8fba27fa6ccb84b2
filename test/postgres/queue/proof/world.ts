import assert from 'node:assert/strict';
import type pg from 'pg';
import type { QueueRig } from '../queueRig';
import { ChangeMaker } from './changeMaker';
import { Comparison } from './comparison';
import { isSame, keyOf, type ModelTable, type Operation, type Row } from './model';
import { Person } from './person';
import type { RigDesk } from './rigDesk';
import { TABLE_NAMES, writeSql } from './shopTables';
import { Stage, type Change } from './stage';
import { newTally, type Tally } from './tally';
import { ServerTrail } from './trail';

/** Who drains and decides: the product. */
export interface Product {
  readonly drain: (edge: string) => Promise<unknown>;
  readonly desk: RigDesk;
}

/**
 * One primary and its edges beside a model of them: does something random to both, and holds them against each other.
 * Everything follows from the seed.
 */
export class World {
  private readonly stage: Stage;
  private readonly changes: ChangeMaker;
  private readonly server: ServerTrail;
  private readonly compare: Comparison;
  private readonly person: Person;
  private readonly names: readonly string[];

  constructor(
    private readonly rig: QueueRig,
    seed: number,
    private readonly product: Product,
    options: { readonly tally?: Tally; readonly isGentle?: boolean } = {},
  ) {
    this.stage = new Stage(rig, seed, options.tally ?? newTally(), options.isGentle ?? false);
    this.changes = new ChangeMaker(this.stage);
    this.server = new ServerTrail(rig.primary, this.stage.tables);
    this.compare = new Comparison(this.stage, this.server);
    this.person = new Person(this.stage, this.changes, product.desk);
    this.names = Object.keys(rig.edges);
  }

  /** Empties everything and puts the same few rows everywhere. */
  async begin(): Promise<void> {
    const { rig, stage } = this;
    for (const [table, policy] of stage.policies) rig.policy(`public.${table}`, policy);
    const rows = this.changes.firstRows();
    for (const cluster of [rig.primary, ...Object.values(rig.edges)]) {
      const session = await cluster.connect();
      try {
        await session.query(`SET session_replication_role = replica`);
        await session.query(`TRUNCATE ${TABLE_NAMES.join(', ')}`);
        for (const [table, row] of rows) {
          const { text, values } = writeSql(stage.model.primary.table(table), null, row);
          await session.query(text, values);
        }
        if (cluster !== rig.primary) {
          await session.query('TRUNCATE pgtopology.pending_sync RESTART IDENTITY');
        }
      } finally {
        await session.end();
      }
    }
    const shaping = stage.tables.map(
      ({ name }) =>
        `ALTER TABLE public.${name} ${stage.isShaped ? 'ENABLE' : 'DISABLE'} TRIGGER shape`,
    );
    await rig.primary.query(
      `TRUNCATE pgtopology.applied_operation, pgtopology.conflict; ${shaping.join('; ')}`,
    );
    await this.server.begin(stage.isAudited);
    for (const [table, row] of rows) {
      stage.model.primary.put(table, row);
      for (const edge of stage.edges.values()) edge.store.put(table, row);
    }
  }

  /** After a server was away: its sessions are gone. */
  async reconnect(): Promise<void> {
    await this.end();
  }

  async end(): Promise<void> {
    await this.stage.closeSessions();
  }

  /** Something random. */
  async step(): Promise<void> {
    const { random } = this.stage;
    const edge = random.pick(this.names);
    const dice = random.next();
    if (dice < 0.5) await this.writeOnEdge(edge);
    else if (dice < 0.72) await this.writeOnPrimary();
    else if (dice < 0.77) await this.agree(edge);
    else if (dice < 0.83) await this.overlap(edge);
    else if (dice < 0.94) await this.drain(edge);
    else await this.person.decideOne(edge);
  }

  /** Writes alone, for what shall be drained later. */
  async write(): Promise<void> {
    const { random } = this.stage;
    const dice = random.next();
    if (dice < 0.65) await this.writeOnEdge(random.pick(this.names));
    else await this.writeOnPrimary();
  }

  async writeOnEdge(name: string): Promise<void> {
    const { stage } = this;
    const writer = stage.writer(name);
    const session = await stage.session(writer.cluster);
    const transaction = stage.newTransaction();
    await session.query('BEGIN');
    for (let left = stage.random.int(1, 5); left > 0; left -= 1) {
      const change = this.changes.change(writer);
      if (change === null) continue;
      await stage.send(session, change);
      stage.wroteOnEdge(name, transaction, change);
    }
    await session.query('COMMIT');
  }

  async writeOnPrimary(): Promise<void> {
    const { stage } = this;
    const writer = stage.writer(null);
    const session = await stage.session(writer.cluster);
    await session.query('BEGIN');
    for (let left = stage.random.int(1, 3); left > 0; left -= 1) {
      const change = this.changes.change(writer);
      if (change !== null) await stage.writeOnPrimary(change);
    }
    await session.query('COMMIT');
  }

  /** Drains both, and holds one against the other. @returns the operations that a foreign key holds back */
  async drain(
    name: string,
    open: ReadonlySet<number> = new Set(),
    dying: readonly Operation[] = [],
  ): Promise<readonly Operation[]> {
    const { stage } = this;
    stage.tell(`drain ${name}`);
    await this.retryAtOnce(name, dying);
    await this.product.drain(name);
    stage.tally.drains += 1;
    const held = stage.model.drain(stage.edge(name), open, dying);
    await this.compare.queue(name, open);
    await this.compare.primary();
    return held;
  }

  /** Drains and decides until nothing is left. */
  async quiesce(): Promise<void> {
    const { stage, person } = this;
    for (let round = 0; ; round += 1) {
      assert.ok(round < 200, stage.says('does not come to rest'));
      let decided = 0;
      const held = new Map<string, readonly Operation[]>();
      for (const name of this.names) {
        const isIdle = stage.edge(name).queue.every(({ state }) => state !== 'pending');
        if (!isIdle || round === 0) held.set(name, await this.drain(name));
      }
      for (const name of this.names) {
        if (stage.isGentle || stage.random.chance(0.3)) decided += await person.decideAll(name);
        while (await person.decideOne(name)) decided += 1;
      }
      const queues = [...stage.edges.values()].flatMap(({ queue }) => queue);
      if (queues.every(({ state }) => state === 'done')) break;
      if (decided > 0) continue;
      // Nothing but parents that will never come: what waits for them is tried for the last time, and somebody decides.
      for (const [name, operations] of held) {
        if (operations.length > 0) await this.bury(name, operations);
      }
    }
    for (const name of this.names) {
      assert.equal(await this.rig.depth(name), 0, stage.says(`the queue of ${name} is not empty`));
    }
  }

  /** What the primary took, once more at the end: how often each write arrived, and in which order. */
  async compareArrivals(): Promise<void> {
    await this.compare.arrivals();
  }

  private async bury(name: string, operations: readonly Operation[]): Promise<void> {
    await this.drain(name, new Set(), operations);
    for (const operation of operations) {
      if (operation.state === 'dead') await this.person.endDead(name, operation);
    }
  }

  private async retryAtOnce(name: string, dying: readonly Operation[]): Promise<void> {
    const edge = await this.stage.session(this.rig.edgeOf(name));
    const queue = 'UPDATE pgtopology.pending_sync SET next_attempt_at = NULL, attempts =';
    await edge.query(`${queue} 0 WHERE state = 'pending' AND attempts > 0`);
    if (dying.length === 0) return;
    const ids = await Promise.all(dying.map((one) => this.stage.idOf(name, one)));
    await edge.query(`${queue} 4 WHERE id = ANY ($1::uuid[])`, [ids]);
  }

  /** The primary comes to the very row that an edge has queued: no conflict, whatever the policy. */
  private async agree(name: string): Promise<void> {
    const { stage } = this;
    const { primary } = stage.model;
    const { queue } = stage.edge(name);
    const waiting = queue.filter(({ state }) => state === 'pending');
    if (waiting.length === 0) return;
    const operation = stage.random.pick(waiting);
    const table = primary.table(operation.table);
    const isOnly = queue.every(
      (other) =>
        other === operation ||
        other.state === 'done' ||
        other.table !== operation.table ||
        !sharesKey(table, other, operation),
    );
    // Else the row would not be the one that is queued when its turn comes.
    if (!isOnly) return;
    const row = operation.new;
    const old = primary.get(table.name, keyOf(table, row ?? operation.old ?? {}));
    if (row === null ? old === null : isSame(old ?? undefined, row)) return;
    if (primary.violates(table.name, old, row) !== null) return;
    const kind = row === null ? 'DELETE' : old === null ? 'INSERT' : 'UPDATE';
    await stage.writeOnPrimary({ table, kind, old, row }, 'primary agrees');
  }

  /** A transaction of an edge that began earlier, and commits later, than another one and a drain. */
  private async overlap(name: string): Promise<void> {
    const { stage } = this;
    const { cluster } = stage.writer(name);
    const early = await cluster.connect();
    try {
      const first = stage.newTransaction();
      await early.query('BEGIN');
      await this.updateSome(name, early, first, 'shop');
      const second = stage.newTransaction();
      await this.updateSome(name, await stage.session(cluster), second, 'tag');
      if (stage.random.chance(0.5)) await this.drain(name, new Set([first]));
      await this.updateSome(name, early, first, 'shop');
      await early.query('COMMIT');
    } finally {
      await early.end();
    }
  }

  private async updateSome(
    name: string,
    session: pg.Client,
    transaction: number,
    tableName: string,
  ): Promise<void> {
    const { stage } = this;
    const writer = stage.writer(name);
    const rows: readonly Row[] = writer.store.all(tableName);
    if (rows.length === 0) return;
    const table = writer.store.table(tableName);
    const change: Change = this.changes.updateOf(writer, table, stage.random.pick(rows));
    await stage.send(session, change);
    stage.wroteOnEdge(name, transaction, change, `${name} (overlapping)`);
  }
}

function sharesKey(table: ModelTable, a: Operation, b: Operation): boolean {
  const keys = (one: Operation): readonly string[] =>
    [one.old, one.new].flatMap((row) => (row === null ? [] : [keyOf(table, row)]));
  const others = new Set(keys(b));
  return keys(a).some((key) => others.has(key));
}

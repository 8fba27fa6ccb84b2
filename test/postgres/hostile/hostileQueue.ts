import assert from 'node:assert/strict';
import type { ChoiceResult, ConflictChoice, ShownConflict } from '../../../src/core/queue/conflict';
import { formatTableName } from '../../../src/core/tableName';
import { DEFAULT_THRESHOLDS } from '../../../src/core/topology';
import { SystemClock } from '../../../src/host/systemClock';
import { ServerQueueDesk } from '../../../src/operations/drain/serverQueueDesk';
import type { Clusters } from '../../clusters/clusters';
import { MemoryLog, never } from '../pg/support';
import { makeGateways } from '../plans/changeSupport';
import { drain, drainJob, makeDrainGateway, TOPOLOGY_ID } from '../queue/drain/drainRig';
import { QueueRig } from '../queue/queueRig';
import { literal, quoted, type HostileWorld } from './hostileWorld';

/** Commands about rows of a queue: its table, its key column and its values have the hostile name. */
export const QUEUE_ROW_COMMANDS: readonly string[] = [
  'drainQueue',
  'dropDeadOperation',
  'dropOperation',
  'editAndApplyMerged',
  'keepEdge',
  'keepPrimary',
  'retryDeadOperation',
];

const ADDRESS = { topologyId: TOPOLOGY_ID, nodeId: 'edge' };
/** What becomes of a row; its key says it. */
const CONFLICTS = ['keepPrimary', 'keepEdge', 'merged', 'drop'] as const;
const ALL = [...CONFLICTS, 'retried', 'droppedDead', 'plain'] as const;

type Fate = (typeof ALL)[number];

interface Waiting {
  readonly id: string;
  readonly name: string;
  readonly fate: Fate;
}

/** A queue over tables of hostile names, and a person at it. */
export class HostileQueue {
  readonly #rig: QueueRig;
  readonly #desk: ServerQueueDesk;

  constructor(
    private readonly world: HostileWorld,
    clusters: Clusters,
    private readonly names: readonly string[],
  ) {
    const rig = QueueRig.over(clusters, world.central, { edge: world.edge });
    this.#rig = rig;
    this.#desk = new ServerQueueDesk({
      changes: makeGateways().changes,
      gateway: makeDrainGateway(),
      topologyOf: () => ({
        name: 'Rig',
        environment: 'development',
        nodes: [rig.primaryNode, rig.edgeNode()],
        consumers: [],
        thresholds: DEFAULT_THRESHOLDS,
      }),
      jobOf: () => drainJob(rig),
      mayContact: () => Promise.resolve(true),
      clock: new SystemClock(),
      log: new MemoryLog(),
    });
  }

  /** The tables with the same rows on both sides, captured. */
  async setUp(): Promise<void> {
    for (const cluster of [this.world.central, this.world.edge]) {
      await cluster.query(
        this.names
          .map(
            (name) => `CREATE TABLE ${tableOf(name)} (${quoted(name)} text PRIMARY KEY, other text);
              INSERT INTO ${tableOf(name)} SELECT f || ${literal(name)}, 'before' FROM unnest(ARRAY[${CONFLICTS.map(literal).join(', ')}]) AS f`,
          )
          .join(';\n'),
      );
    }
    const tables = this.names.map((name) => formatTableName({ schema: 'hostile', name }));
    await this.#rig.install(tables, { guard: false });
    for (const table of tables) this.#rig.policy(table, 'manual');
  }

  /** Dead operations, conflicts, and a row that nothing is wrong with, of each table. */
  async write(): Promise<void> {
    const { central, edge } = this.world;
    const insert = (name: string, fate: Fate) =>
      `INSERT INTO ${tableOf(name)} VALUES (${literal(fate + name)}, ${literal(name)})`;
    const every = (sql: (name: string) => string) => this.names.map(sql).join(';\n');
    await edge.query(every((name) => `${insert(name, 'retried')}; ${insert(name, 'droppedDead')}`));
    // What a server refuses of a row is not what is tried here.
    await edge.query(`UPDATE pgtopology.pending_sync SET state = 'dead', error = table_name`);
    await central.query(every((name) => `UPDATE ${tableOf(name)} SET other = 'of the primary'`));
    await edge.query(
      every(
        (name) =>
          `UPDATE ${tableOf(name)} SET other = ${literal(name)} WHERE other = 'before'; ${insert(name, 'plain')}`,
      ),
    );
  }

  /** @returns every open operation after it, by what is to become of it */
  async drain(): Promise<readonly Waiting[]> {
    assert.deepEqual((await drain(this.#rig)).end, { kind: 'drained' });
    const rows = await this.world.edge.query<{ id: string; name: string; key: string }>(
      `SELECT q.id::text AS id, q.table_name AS name, q.key ->> q.table_name AS key
         FROM pgtopology.pending_sync AS q WHERE q.state IN ('conflict', 'dead') ORDER BY q.seq`,
    );
    return rows.map(({ id, name, key }) => {
      const fate = ALL.find((one) => key === one + name);
      assert.ok(fate !== undefined, JSON.stringify(key));
      return { id, name, fate };
    });
  }

  /** What *Export as SQL* writes does on the primary what the edge did. */
  async exportAll(): Promise<void> {
    const text = await this.#desk.exportSql(ADDRESS, null, never());
    const client = await this.world.central.connect();
    try {
      await client.query('BEGIN');
      await client.query(text);
      for (const name of this.names) {
        const { rows } = await client.query<{ other: string }>(
          `SELECT other FROM ${tableOf(name)}`,
        );
        assert.deepEqual(
          rows.map(({ other }) => other),
          ALL.map(() => name),
        );
      }
      await client.query('ROLLBACK');
    } finally {
      await client.end();
    }
  }

  async decide(waiting: readonly Waiting[]): Promise<void> {
    const { conflicts } = await this.#desk.listConflicts(ADDRESS, {}, never());
    assert.equal(conflicts.length, this.names.length * CONFLICTS.length);
    const shownOf = (fate: Fate): readonly ShownConflict[] => {
      const ids = waiting.filter((one) => one.fate === fate).map(({ id }) => id);
      return conflicts.filter(({ operationId }) => ids.includes(operationId));
    };
    for (const kind of ['keepPrimary', 'keepEdge', 'drop'] as const) {
      await this.#choose(shownOf(kind), { kind });
    }
    const merged = waiting.filter(({ fate }) => fate === 'merged');
    const asItIs = merged.filter(({ name }) => !this.#isEdited(name)).map(({ id }) => id);
    await this.#choose(
      conflicts.filter(({ operationId }) => asItIs.includes(operationId)),
      { kind: 'keepEdge' },
    );
    for (const { id, name } of merged.filter((one) => this.#isEdited(one.name))) {
      const details = await this.#desk.readConflict(ADDRESS, id, never());
      assert.ok(details);
      const row = JSON.stringify({ [name]: `merged${name}`, other: `merged ${name}` });
      await this.#choose([details], { kind: 'merged', row });
    }
  }

  async settleDead(waiting: readonly Waiting[]): Promise<void> {
    const of = (fate: Fate) => waiting.filter((one) => one.fate === fate);
    const dropped = of('droppedDead').map(({ id }) => id);
    assert.equal(await this.#desk.dropDead(ADDRESS, dropped, never()), this.names.length);
    const asTheyAre = of('retried').filter(({ name }) => this.#isEdited(name));
    const ids = asTheyAre.map(({ id }) => id);
    assert.equal(await this.#desk.retryDead(ADDRESS, ids, null, never()), ids.length);
    for (const { id, name } of of('retried').filter((one) => !this.#isEdited(one.name))) {
      const shown = await this.#desk.readDead(ADDRESS, id, never());
      assert.equal(shown?.error, name);
      const data = JSON.stringify({ [name]: `retried${name}`, other: `again ${name}` });
      assert.equal(await this.#desk.retryDead(ADDRESS, [id], data, never()), 1);
    }
    assert.deepEqual(await this.drain(), []);
  }

  /** The primary has exactly what was chosen. */
  async assertRows(): Promise<void> {
    for (const name of this.names) {
      const rows = await this.world.central.query<{ key: string; other: string }>(
        `SELECT ${quoted(name)} AS key, other FROM ${tableOf(name)} ORDER BY ${quoted(name)} COLLATE "C"`,
      );
      const expected = [
        [`drop${name}`, 'of the primary'],
        [`keepEdge${name}`, name],
        [`keepPrimary${name}`, 'of the primary'],
        [`merged${name}`, this.#isEdited(name) ? `merged ${name}` : name],
        [`plain${name}`, name],
        [`retried${name}`, this.#isEdited(name) ? name : `again ${name}`],
      ];
      assert.deepEqual(
        rows.map(({ key, other }) => [key, other]),
        expected,
      );
    }
  }

  async tidyUp(): Promise<void> {
    const { central, edge } = this.world;
    for (const cluster of [central, edge]) {
      await cluster.query(
        this.names.map((name) => `DROP TABLE IF EXISTS ${tableOf(name)}`).join(';\n'),
      );
    }
    await central.query(
      'DROP TABLE IF EXISTS pgtopology.edge, pgtopology.applied_operation, pgtopology.conflict, pgtopology.sync_metric',
    );
    await edge.query(
      `DROP TABLE IF EXISTS pgtopology.pending_sync, pgtopology.edge_identity;
       DROP FUNCTION IF EXISTS pgtopology.capture_write(); DROP FUNCTION IF EXISTS pgtopology.refuse_truncate()`,
    );
  }

  /** By turns what takes a look at each row: the row of a conflict, or that of a dead operation. */
  #isEdited(name: string): boolean {
    return this.names.indexOf(name) % 2 === 0;
  }

  async #choose(shown: readonly ShownConflict[], choice: ConflictChoice): Promise<void> {
    const results: ChoiceResult[] = [];
    await this.#desk.decide(ADDRESS, shown, choice, (result) => results.push(result), never());
    assert.deepEqual(
      results,
      shown.map(() => ({ kind: 'done' })),
    );
  }
}

function tableOf(name: string): string {
  return `hostile.${quoted(name)}`;
}

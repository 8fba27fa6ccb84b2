import assert from 'node:assert/strict';
import { readOrderOf } from '../../../src/core/runSelection/readOrder';
import type { SelectionAnswer, SelectionRequest } from '../../../src/core/ports/selectionGateway';
import type { TopologyNode } from '../../../src/core/topology';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import { NodeDialer } from '../../../src/pg/nodeDialer';
import { PgSelectionGateway } from '../../../src/pg/selection/pgSelectionGateway';
import type { Cluster } from '../../clusters/cluster';
import { BEFORE_UNUSED_CLOSE_MS, waitFor } from '../../clusters/waitFor';
import { failureOf, MemoryLog, MemorySecrets, never, nodeAt, testEnvironment } from '../pg/support';

/** The servers of a drill that run already. */
export interface SelectionRig {
  readonly primary: () => Cluster;
  readonly replica: () => Cluster;
  readonly look: () => Promise<TopologySnapshot>;
  readonly untilReplayed: () => Promise<unknown>;
}

/** What holds a statement that a person selected, on a standby and its primary. */
export function describeRunSelection(rig: SelectionRig): void {
  const gateway = new PgSelectionGateway(
    new NodeDialer({
      environment: testEnvironment(),
      secrets: new MemorySecrets(),
      paths: { baseDirectory: () => null, isAllowed: () => true },
      log: new MemoryLog(),
    }),
  );

  const run = (
    node: TopologyNode,
    text: string,
    request: Partial<SelectionRequest> = {},
    signal = never(),
  ): Promise<SelectionAnswer> =>
    gateway.runSelection(
      node,
      { text, mayWrite: false, maxRows: 10, endpoint: null, ...request },
      signal,
    );
  const onReplica = (text: string, request?: Partial<SelectionRequest>) =>
    run(nodeAt(rig.replica(), { id: 'replica' }), text, request);
  const onPrimary = (text: string, request?: Partial<SelectionRequest>) =>
    run(nodeAt(rig.primary(), { id: 'primary' }), text, request);

  async function done(answer: Promise<SelectionAnswer>) {
    const got = await answer;
    assert.ok(got.kind === 'done', JSON.stringify(got));
    return got;
  }

  async function refused(answer: Promise<SelectionAnswer>) {
    const got = await answer;
    assert.ok(got.kind === 'refused', JSON.stringify(got));
    return got;
  }

  const kept = async (): Promise<readonly number[]> =>
    (await rig.primary().query<{ id: number }>('SELECT id FROM kept ORDER BY id')).map(
      ({ id }) => id,
    );

  before(async () => {
    await rig.primary().query(`CREATE TABLE kept (id int4 PRIMARY KEY);
      INSERT INTO kept VALUES (1), (2);
      CREATE TABLE kept_parts (id int4 REFERENCES kept DEFERRABLE INITIALLY DEFERRED);
      CREATE SEQUENCE counted;
      CREATE FUNCTION writes() RETURNS int4 LANGUAGE sql AS 'DELETE FROM kept RETURNING id';
      CREATE PROCEDURE commits() LANGUAGE plpgsql AS 'BEGIN COMMIT; DELETE FROM kept; COMMIT; END'`);
    await rig.untilReplayed();
  });

  it('a read goes to the standby, and is read there', async () => {
    const order = readOrderOf(await rig.look(), Date.now());
    assert.ok('nodes' in order);
    assert.deepEqual(
      order.nodes.map(({ nodeId }) => nodeId),
      ['replica', 'primary'],
    );
    const { place, result } = await done(
      onReplica('SELECT id, NULL AS nothing, pg_is_in_recovery() AS standby FROM kept ORDER BY id'),
    );
    assert.equal(place.isInRecovery, true);
    assert.equal(place.endpoint.port, rig.replica().port);
    assert.deepEqual(
      result.columns.map(({ name }) => name),
      ['id', 'nothing', 'standby'],
    );
    assert.deepEqual(result.rows, [
      ['1', null, 't'],
      ['2', null, 't'],
    ]);
    assert.equal(result.hasMore, false);
    assert.equal(result.tag, 'SELECT 2');
  });

  it('no statement writes on a standby, nor on the primary before somebody was asked', async () => {
    const writes = [
      'DELETE FROM kept',
      'SELECT writes()',
      'EXPLAIN ANALYZE DELETE FROM kept',
      'WITH gone AS (DELETE FROM kept RETURNING id) SELECT * FROM gone',
      'DO $$ BEGIN DELETE FROM kept; END $$',
      'CREATE TABLE new_one ()',
      'SELECT * FROM kept FOR UPDATE',
      'TRUNCATE kept',
    ];
    for (const text of writes) {
      for (const run of [onReplica, onPrimary]) {
        const { failure } = await refused(run(text));
        assert.equal(failure.sqlstate, '25006', `${text}: ${failure.text}`);
      }
    }
    assert.deepEqual(await kept(), [1, 2]);
  });

  it('nothing ends or widens the transaction: several statements, COMMIT, settings, procedures', async () => {
    for (const text of [
      'COMMIT; DELETE FROM kept',
      'SELECT 1; SELECT 2',
      'SET transaction_read_only = off; DELETE FROM kept; COMMIT',
    ]) {
      const { isSeveral, failure } = await refused(onPrimary(text));
      assert.equal(isSeveral, true, failure.text);
    }
    for (const text of [
      'SET transaction_read_only = off',
      'SET TRANSACTION READ WRITE',
      `SELECT set_config('transaction_read_only', 'off', true), writes()`,
      `DO $$ BEGIN SET LOCAL transaction_read_only = off; DELETE FROM kept; END $$`,
      'CALL commits()',
      'DO $$ BEGIN COMMIT; DELETE FROM kept; COMMIT; END $$',
      'VACUUM kept',
      `ALTER SYSTEM SET work_mem = '1MB'`,
    ]) {
      const { failure } = await refused(onPrimary(text));
      assert.match(failure.sqlstate ?? '', /^(?:25001|25006|2D000)$/u, `${text}: ${failure.text}`);
    }
    // Behind these there is no transaction any more: what came next would still be read-only, and nothing comes.
    for (const text of ['COMMIT', 'ROLLBACK', 'SET default_transaction_read_only = off']) {
      await done(onPrimary(text));
    }
    // It needs a client that sends rows.
    await refused(onPrimary('COPY kept FROM STDIN'));
    assert.deepEqual(await kept(), [1, 2]);
    // What polls has one; those of the statements are closed.
    await waitFor(async () => (await sessions()) <= 1, {
      what: 'no session is left',
      timeoutMs: BEFORE_UNUSED_CLOSE_MS,
    });
  });

  it('what was confirmed is written on the primary, as a whole or not at all', async () => {
    const replica = nodeAt(rig.replica(), { id: 'replica' });
    const onStandby = await failureOf(run(replica, 'DELETE FROM kept', { mayWrite: true }));
    assert.equal(onStandby.reason, 'readOnly');
    const readOnly = { ...nodeAt(rig.primary(), { id: 'primary' }), access: 'readOnly' } as const;
    const forbidden = await failureOf(run(readOnly, 'DELETE FROM kept', { mayWrite: true }));
    assert.equal(forbidden.reason, 'readOnly');
    const elsewhere = { host: '127.0.0.1', port: rig.replica().port };
    const other = await failureOf(
      onPrimary('DELETE FROM kept', { mayWrite: true, endpoint: elsewhere }),
    );
    assert.equal(other.reason, 'noHostFits');
    await refused(onPrimary('INSERT INTO kept VALUES (5), (1)', { mayWrite: true }));
    const several = await refused(
      onPrimary('DELETE FROM kept; DELETE FROM kept', { mayWrite: true }),
    );
    assert.equal(several.isSeveral, true);
    assert.deepEqual(await kept(), [1, 2]);
    const { result } = await done(
      onPrimary('INSERT INTO kept VALUES (3), (4) RETURNING id', { mayWrite: true, maxRows: 1 }),
    );
    assert.deepEqual(result.rows, [['3']]);
    assert.equal(result.hasMore, true);
    assert.equal(result.tag, 'INSERT 0 2');
    assert.deepEqual(await kept(), [1, 2, 3, 4]);
    // A select that writes is run to its end, however many rows are shown.
    const counted = `SELECT nextval('counted') FROM generate_series(1, 50)`;
    const { result: counts } = await done(onPrimary(counted, { mayWrite: true }));
    assert.equal(counts.rows.length, 10);
    const [last] = await rig.primary().query<{ n: string }>('SELECT last_value AS n FROM counted');
    assert.equal(Number(last?.n), 50);
  });

  it('what fails when it is committed has changed nothing', async () => {
    const text = 'INSERT INTO kept_parts VALUES (99)';
    const { failure } = await refused(onPrimary(text, { mayWrite: true }));
    assert.equal(failure.sqlstate, '23503');
  });

  it('a thousand million rows and a value without an end stay on the server', async () => {
    // Read to its end it would take longer than a statement may.
    const many = await done(onReplica('SELECT generate_series(1, 1000000000)'));
    assert.equal(many.result.rows.length, 10);
    assert.equal(many.result.hasMore, true);
    const exact = await done(onReplica('SELECT generate_series(1, 10)'));
    assert.equal(exact.result.rows.length, 10);
    assert.equal(exact.result.hasMore, false);
    const wide = await done(onReplica(`SELECT repeat('x', 5000000), NULL`));
    assert.equal(wide.result.rows[0]?.[0]?.length, 10_000);
  });

  it('is given up on the server within a second', async () => {
    const source = new AbortController();
    const node = nodeAt(rig.replica(), { id: 'replica' });
    const outcome = failureOf(run(node, 'SELECT pg_sleep(60)', {}, source.signal));
    await waitFor(async () => (await sleepers()) === 1, { what: 'the statement runs' });
    source.abort();
    assert.equal((await outcome).reason, 'cancelled');
    await waitFor(async () => (await sleepers()) === 0, { what: 'it has ended' });
  });

  const sessions = async (): Promise<number> => {
    const rows = await rig
      .primary()
      .query(`SELECT FROM pg_stat_activity WHERE application_name = 'pg-topology'`);
    return rows.length;
  };

  const sleepers = async (): Promise<number> => {
    const rows = await rig
      .replica()
      .query(
        `SELECT FROM pg_stat_activity WHERE application_name = 'pg-topology' AND query LIKE '%pg_sleep%' AND state = 'active'`,
      );
    return rows.length;
  };

  it('tells where the server sees the mistake, and what it says beside', async () => {
    const { failure, position, hint, place } = await refused(onReplica('SELECT idd FROM kept'));
    assert.equal(failure.sqlstate, '42703');
    assert.equal(position, 8);
    assert.match(hint ?? '', /kept\.id/u);
    assert.equal(place.nodeId, 'replica');
    const { result } = await done(onReplica(`DO $$ BEGIN RAISE NOTICE 'seen'; END $$`));
    assert.deepEqual(
      result.notices.map(({ message }) => message),
      ['seen'],
    );
    assert.deepEqual(result.columns, []);
  });
}

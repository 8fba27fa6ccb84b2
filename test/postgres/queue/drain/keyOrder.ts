import assert from 'node:assert/strict';
import type { QueueRig } from '../queueRig';
import { drain } from './drainRig';

/** Types of keys, with texts of one value that an application may queue, and one of another value. */
const KEYS: readonly (readonly [type: string, same: readonly unknown[], other: unknown])[] = [
  ['integer', [7, '7', ' +07'], 8],
  ['numeric', [1, '1.0', '1e0'], 2],
  [
    'uuid',
    [
      'AAAAAAAA-0000-4000-8000-00000000000A',
      'aaaaaaaa-0000-4000-8000-00000000000a',
      '{aaaaaaaa00004000800000000000000a}',
    ],
    'bbbbbbbb-0000-4000-8000-00000000000b',
  ],
  [
    'timestamptz',
    ['2026-01-01T12:00:00Z', '2026-01-01 13:00:00+01', '2026-01-01 12:00:00.000 UTC'],
    '2026-01-01 13:00Z',
  ],
  ['date', ['2026-01-31', '20260131', 'January 31, 2026'], '2026-02-01'],
  ['character(4)', ['ab', 'ab  ', 'ab '], 'abc'],
  ['inet', ['10.0.0.1', '10.0.0.1/32', '10.0.0.1'], '10.0.0.2'],
  ['interval', ['1 day', '24:00:00', 'P1D'], '2 days'],
  ['double precision', [0, '-0', '0e5'], 1],
  ['text', ['a', 'a', 'a'], 'A'],
  ['integer[]', ['{1,2}', '{ 1, 2 }', '[1:2]={1,2}'], '{1}'],
];

const nameOf = (index: number): string => `public.by_key_${index}`;

/** Tables whose key is of each of the types, for both ends. */
export const KEYED_TABLES = KEYS.map(
  ([type], index) =>
    `CREATE TABLE ${nameOf(index)} (id ${type} PRIMARY KEY, v text, updated_at timestamptz);`,
).join('\n');

export const KEYED_NAMES: readonly string[] = KEYS.map((_, index) => nameOf(index));

/** What later operations of an application on a key wait for, however it is spelled. */
export function keepsOrderOfEachKey(rigOf: () => QueueRig): void {
  const isInteger = KEYS.findIndex(([type]) => type === 'integer');

  it('knows a key however an application spells it', async () => {
    const rig = rigOf();
    const queue = async (
      operation: string,
      v: string,
      pick: (of: (typeof KEYS)[number]) => unknown,
    ) => {
      for (const [index, of] of KEYS.entries()) {
        await rig.queueByApplication(nameOf(index), operation, { id: pick(of), v });
      }
    };
    for (const [index, [type, [first]]] of KEYS.entries()) {
      rig.policy(nameOf(index), 'manual');
      await rig.primary.query(
        `INSERT INTO ${nameOf(index)} VALUES (($1::jsonb ->> 0)::${type}, 'primary', '2020-01-01Z')`,
        [JSON.stringify([first])],
      );
    }
    await queue('INSERT', 'first', ([, [first]]) => first);
    await queue('UPDATE', 'second', ([, [, second]]) => second);
    await queue('INSERT', 'other', ([, , other]) => other);
    await queue('INSERT', 'impossible', ([type]) => (type === 'text' ? null : 'impossible'));
    assert.deepEqual((await drain(rig)).end, { kind: 'drained' });
    await queue('UPDATE', 'third', ([, [, , third]]) => third);
    await queue('UPDATE', 'later', ([, , other]) => other);
    assert.deepEqual((await drain(rig)).end, { kind: 'drained' });

    const found: Record<string, unknown> = {};
    const queued = await rig.queued();
    for (const [index, [type]] of KEYS.entries()) {
      const own = queued.filter(({ table_name }) => `public.${table_name}` === nameOf(index));
      const there = await rig.primary.query(`SELECT v FROM ${nameOf(index)} ORDER BY v`);
      found[type] = [own.map(({ state }) => state), there];
    }
    const states = ['conflict', 'pending', 'done', 'dead', 'pending', 'done'];
    const rows = [{ v: 'later' }, { v: 'primary' }];
    assert.deepEqual(found, Object.fromEntries(KEYS.map(([type]) => [type, [states, rows]])));
  });

  it('holds back what an application queued behind an operation that means nothing on the primary', async () => {
    const rig = rigOf();
    const table = nameOf(isInteger);
    await rig.queueByApplication(table, 'INSERT', { id: 70, v: 'a', gone: 1 });
    await rig.queueByApplication(table, 'INSERT', { id: '70', v: 'b' });
    await rig.queueByApplication(table, 'INSERT', { id: 71, v: 'c' });
    await drain(rig);
    await rig.queueByApplication(table, 'UPDATE', { id: '+70', v: 'd' });
    await drain(rig);
    assert.deepEqual(
      (await rig.queued()).map(({ state }) => state),
      ['conflict', 'pending', 'done', 'pending'],
    );
  });

  it('goes on behind ten thousand conflicts', async function () {
    const rig = rigOf();
    const table = nameOf(isInteger);
    await rig.edge.query(`
      INSERT INTO pgtopology.pending_sync (table_name, operation, key, data, old_data, state)
      SELECT '${table.replace('public.', '')}', 'UPDATE', k, k || '{"v": "b"}', k || '{"v": "a"}', 'conflict'
        FROM generate_series(10001, 20000) AS i, jsonb_build_object('id', i) AS k`);
    await rig.edge.query(`INSERT INTO ${table} SELECT i FROM generate_series(20000, 20400) AS i`);
    const report = await drain(rig);
    assert.deepEqual(report.end, { kind: 'drained' });
    assert.deepEqual([report.counts.applied, report.counts.waiting], [400, 1]);
  });

  it('holds back both keys of an update that a trigger queued, also in later drains', async () => {
    const rig = rigOf();
    const table = nameOf(isInteger);
    const write = async (sql: string): Promise<void> => {
      await rig.edge.query(sql);
    };
    rig.policy(table, 'manual');
    await write(`INSERT INTO ${table} VALUES (80, 'a'), (82, 'b')`);
    await drain(rig);
    await rig.primary.query(`UPDATE ${table} SET v = 'primary' WHERE id = 80`);
    await write(`UPDATE ${table} SET id = 81 WHERE id = 80`);
    await drain(rig);
    await write(`UPDATE ${table} SET v = 'x' WHERE id IN (81, 82)`);
    await write(`INSERT INTO ${table} VALUES (80, 'new')`);
    await drain(rig);
    const states = (await rig.queued()).map(
      ({ operation, key, state }) => `${operation} ${key} ${state}`,
    );
    assert.deepEqual(states.slice(2), [
      'UPDATE {"id": 80} conflict',
      'UPDATE {"id": 82} done',
      'UPDATE {"id": 81} pending',
      'INSERT {"id": 80} pending',
    ]);
  });
}

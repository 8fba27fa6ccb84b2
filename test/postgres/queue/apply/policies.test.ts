import assert from 'node:assert/strict';
import type { ConflictPolicy } from '../../../../src/core/topology';
import { forEachMajor } from '../../../clusters/majors';
import { ApplyRig } from './applyRig';

/** What the primary did before the edge's operation arrives; by ids. The edge writes at 12:00. */
const PRIMARY = `
  UPDATE public.cells SET body = 'older', updated_at = '2026-01-01 11:59:59.999999Z' WHERE id IN (2, 12, 22);
  UPDATE public.cells SET body = 'newer', updated_at = '2026-01-01 12:00:00.000001Z' WHERE id = 3;
  UPDATE public.cells SET body = 'tie', updated_at = '2026-01-01 12:00:00Z' WHERE id = 4;
  DELETE FROM public.cells WHERE id IN (5, 13);
  UPDATE public.cells SET body = 'edge', updated_at = '2026-01-01 12:00:00Z' WHERE id = 6;
  INSERT INTO public.cells VALUES (22, 'older', '2026-01-01 11:59:59.999999Z'), (23, 'newer', '2026-01-01 12:00:00.000001Z'),
    (24, 'tie', '2026-01-01 12:00:00Z'), (25, 'edge', '2026-01-01 12:00:00Z');`;

const EDGE = `
  UPDATE public.cells SET body = 'edge', updated_at = '2026-01-01 12:00:00Z' WHERE id BETWEEN 1 AND 6;
  DELETE FROM public.cells WHERE id IN (11, 12, 13);
  INSERT INTO public.cells SELECT i, 'edge', '2026-01-01 12:00:00Z' FROM generate_series(21, 25) AS i;`;

const CASES = [
  ...['UPDATE same', 'UPDATE older', 'UPDATE newer', 'UPDATE tie', 'UPDATE gone', 'UPDATE equal'],
  ...['DELETE same', 'DELETE changed', 'DELETE gone'],
  ...['INSERT absent', 'INSERT older', 'INSERT newer', 'INSERT tie', 'INSERT equal'],
] as const;

/** In the order of `CASES`: the outcome, and the body that the primary's row has afterwards; `-`: no row. */
const EXPECTED: Readonly<Record<ConflictPolicy, readonly string[]>> = {
  'primary-wins': [
    ...['applied edge', 'kept older', 'kept newer', 'kept tie', 'kept -', 'same edge'],
    ...['applied -', 'kept older', 'same -'],
    ...['applied edge', 'kept older', 'kept newer', 'kept tie', 'same edge'],
  ],
  'edge-wins': [
    ...['applied edge', 'replaced edge', 'replaced edge', 'replaced edge', 'replaced edge'],
    ...['same edge', 'applied -', 'replaced -', 'same -'],
    ...['applied edge', 'replaced edge', 'replaced edge', 'replaced edge', 'same edge'],
  ],
  'newest-wins': [
    ...['applied edge', 'replaced edge', 'kept newer', 'kept tie', 'conflict/gone -', 'same edge'],
    ...['applied -', 'conflict/changed older', 'same -'],
    ...['applied edge', 'replaced edge', 'kept newer', 'kept tie', 'same edge'],
  ],
  merge: [
    ...[
      'applied edge',
      'merged edge',
      'merged newer',
      'merged tie',
      'conflict/gone -',
      'same edge',
    ],
    ...['applied -', 'conflict/changed older', 'same -'],
    ...['applied edge', 'merged edge', 'merged newer', 'merged tie', 'same edge'],
  ],
  manual: [
    ...['applied edge', 'conflict/changed older', 'conflict/changed newer', 'conflict/changed tie'],
    ...['conflict/gone -', 'same edge', 'applied -', 'conflict/changed older', 'same -'],
    ...['applied edge', 'conflict/exists older', 'conflict/exists newer', 'conflict/exists tie'],
    'same edge',
  ],
};

const IDS = [1, 2, 3, 4, 5, 6, 11, 12, 13, 21, 22, 23, 24, 25];

forEachMajor('Conflict policies', function (major) {
  let rig: ApplyRig;

  before(async function () {
    rig = await ApplyRig.start(major);
    await rig.install(
      `CREATE TABLE public.cells (id integer PRIMARY KEY, body text, updated_at timestamptz);
       CREATE TABLE public.plain (id integer PRIMARY KEY, body text);`,
      ['cells', 'plain'],
    );
  });

  after(async () => {
    await rig.stop();
  });

  async function seed(): Promise<void> {
    for (const client of [rig.primary, rig.edge]) {
      await client.query(`SET session_replication_role = replica; DELETE FROM public.cells; DELETE FROM public.plain;
        INSERT INTO public.cells SELECT i, 'base', '2026-01-01 10:00:00Z' FROM generate_series(1, 19) AS i;
        INSERT INTO public.plain SELECT i, 'base' FROM generate_series(1, 19) AS i;
        RESET session_replication_role`);
    }
    await rig.primary.query('TRUNCATE pgtopology.conflict');
  }

  for (const [policy, expected] of Object.entries(EXPECTED) as [ConflictPolicy, string[]][]) {
    it(`decides as ${policy} says, and keeps the version that loses`, async () => {
      await seed();
      await rig.primary.query(PRIMARY);
      const ops = await rig.queued(EDGE);
      const before = new Map((await rig.rows('SELECT id, c FROM public.cells AS c')).map(cut));
      const outcomes = await rig.apply(ops, policy);
      const after = new Map((await rig.rows('SELECT id, c FROM public.cells AS c')).map(cut));
      const bodies = new Map((await rig.rows('SELECT id, body FROM public.cells')).map(cut));
      assert.deepEqual(
        CASES.map(
          (name, index) => `${name}: ${outcomes[index]} ${bodies.get(IDS[index] ?? 0) ?? '-'}`,
        ),
        CASES.map((name, index) => `${name}: ${expected[index]}`),
      );
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome !== 'kept' && !outcome.startsWith('conflict')) continue;
        const id = IDS[index] ?? 0;
        assert.equal(after.get(id), before.get(id), `${CASES[index]} left the row as it was`);
      }
      await checkConflicts(policy, outcomes);
      assert.deepEqual(await rig.apply(ops, policy), outcomes, 'a second run changes nothing');
    });
  }

  async function checkConflicts(policy: string, outcomes: readonly string[]): Promise<void> {
    const rows = await rig.primary.query<Record<string, unknown>>(
      `SELECT (key ->> 'id')::int AS id, policy, state, resolution, base ->> 'body' AS base, edge_row ->> 'body' AS edge,
         primary_row ->> 'body' AS "primary" FROM pgtopology.conflict ORDER BY 1`,
    );
    const primaryBody = [
      '',
      'older',
      'newer',
      'tie',
      null,
      '',
      '',
      'older',
      '',
      '',
      'older',
      'newer',
      'tie',
    ];
    const resolutions: Readonly<Record<string, string>> = {
      kept: 'primary',
      replaced: 'edge',
      merged: 'merged',
    };
    const expected = outcomes.flatMap((outcome, index) => {
      const name = CASES[index] ?? '';
      const resolution = resolutions[outcome] ?? null;
      if (resolution === null && !outcome.startsWith('conflict')) return [];
      return [
        {
          id: IDS[index],
          policy,
          state: resolution === null ? 'open' : 'settled',
          resolution,
          base: name.startsWith('INSERT') ? null : 'base',
          edge: name.startsWith('DELETE') ? null : 'edge',
          primary: primaryBody[index],
        },
      ];
    });
    assert.deepEqual(rows.rows, expected);
  }

  it('lets no clocks decide that differ by more than two seconds', async () => {
    await seed();
    await rig.primary.query(PRIMARY);
    const ops = await rig.queued(
      'UPDATE public.cells SET body = body || 2, updated_at = now() WHERE id IN (1, 2)',
    );
    assert.deepEqual(await rig.apply(ops, 'newest-wins', { skewMs: -2001 }), [
      'applied',
      'conflict/clockSkew',
    ]);
    await seed();
    await rig.primary.query(PRIMARY);
    const again = await rig.queued(
      `UPDATE public.cells SET body = 'x', updated_at = '2026-02-01Z' WHERE id = 2`,
    );
    assert.deepEqual(await rig.apply(again, 'newest-wins', { skewMs: 2000 }), ['replaced']);
  });

  it('never asks the time of a table that keeps none', async () => {
    for (const policy of ['newest-wins', 'merge'] as const) {
      await seed();
      await rig.primary.query(`UPDATE public.plain SET body = 'primary' WHERE id = 2`);
      const ops = await rig.queued(`UPDATE public.plain SET body = 'edge' WHERE id IN (1, 2)`);
      const kind = policy === 'merge' ? 'bothChanged' : 'changed';
      assert.deepEqual(await rig.apply(ops, policy), ['applied', `conflict/${kind}`]);
    }
  });
});

/** `(1,text)` as a pair; quotes of composite values stay. */
function cut(row: string): readonly [number, string] {
  const at = row.indexOf(',');
  return [Number(row.slice(1, at)), row.slice(at + 1, -1)];
}

import assert from 'node:assert/strict';
import type { Cluster } from '../../../clusters/cluster';
import { forEachMajor } from '../../../clusters/majors';
import { QueueRig } from '../queueRig';
import { MADE_TYPES, MADE_TYPES_SQL, MODIFIED_TYPES, VALUES, WITHOUT_INPUT } from './typeValues';
import { RigDrainer } from './rigDrainer';

/** What an application, a role or a database may have set; all of it changes how values read as text. */
const HOSTILE_SETTINGS: Readonly<Record<string, string>> = {
  DateStyle: 'SQL, DMY',
  IntervalStyle: 'sql_standard',
  TimeZone: 'Asia/Kathmandu',
  bytea_output: 'escape',
  extra_float_digits: '-15',
  quote_all_identifiers: 'on',
};

interface Column {
  readonly name: string;
  readonly type: string;
  /** Literals with their casts. */
  readonly values: readonly string[];
  /** What gives the binary form of a value `$`; `null`: the type has none. */
  readonly send: string | null;
}

forEachMajor('Values of every type', function (major) {
  let rig: QueueRig;
  let columns: readonly Column[];
  let rounds = 0;

  before(async function () {
    rig = await QueueRig.start(major);
    await rig.everywhere(MADE_TYPES_SQL);
    columns = await columnsOf(rig.edge);
    rounds = Math.max(...columns.map(({ values }) => values.length));
    const list = columns.map(({ name, type }) => `"${name}" ${type}`).join(', ');
    await rig.everywhere(`CREATE TABLE public.every_type (id integer PRIMARY KEY, ${list})`);
    await rig.install(['public.every_type']);
    // The primary's own settings must not change what arrives, either.
    for (const cluster of [rig.primary, rig.edge]) {
      for (const [name, value] of Object.entries(HOSTILE_SETTINGS)) {
        await cluster.query(`ALTER DATABASE postgres SET ${name} = '${value}'`);
      }
    }
    // On the edge the application could not write its own literals.
    await rig.primary.query('ALTER DATABASE postgres SET xmloption = document');
    await rig.primary.query('ALTER DATABASE postgres SET array_nulls = off');
  });

  after(async () => {
    await rig.stop();
  });

  it('knows values for every base type that this server has', async () => {
    const types = await rig.edge.query<{ name: string }>(
      `SELECT typname AS name FROM pg_type
        WHERE typtype IN ('b', 'r', 'm') AND typnamespace = 'pg_catalog'::regnamespace AND typarray <> 0 ORDER BY 1`,
    );
    const known = new Set([...Object.keys(VALUES), ...WITHOUT_INPUT]);
    assert.deepEqual(
      types.map(({ name }) => name).filter((name) => !known.has(name)),
      [],
    );
    assert.ok(columns.length > 140, String(columns.length));
  });

  it('arrive on the primary byte for byte, whatever sessions and databases have set', async function () {
    const session = await rig.edge.connect();
    try {
      for (let round = 0; round < rounds; round += 1) {
        await session.query(
          `INSERT INTO public.every_type VALUES (${[round, ...valuesOf(round)].join(', ')})`,
        );
      }
      await session.query('INSERT INTO public.every_type (id) VALUES (1000), (1001)');
    } finally {
      await session.end();
    }
    await expectSame('after INSERT');

    const names = columns.map(({ name }) => `"${name}"`).join(', ');
    for (let round = 0; round < rounds; round += 1) {
      await rig.edge.query(
        `UPDATE public.every_type SET (${names}) = ROW(${valuesOf(round + 1).join(', ')}) WHERE id = ${round}`,
      );
    }
    await rig.edge.query(
      `UPDATE public.every_type SET (${names}) = ROW(${valuesOf(0).join(', ')}) WHERE id = 1000`,
    );
    await expectSame('after UPDATE');

    await rig.edge.query('DELETE FROM public.every_type WHERE id % 2 = 0');
    await expectSame('after DELETE');
    const [left] = await rig.primary.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM public.every_type',
    );
    assert.ok((left?.count ?? 0) > 3);
  });

  function valuesOf(round: number): readonly string[] {
    return columns.map(({ values }) => values[round % values.length] ?? 'NULL');
  }

  async function expectSame(when: string): Promise<void> {
    const report = await new RigDrainer(rig).drain('edge');
    assert.equal(await rig.depth(), 0, when);
    assert.deepEqual(
      (await rig.queued()).filter(({ state }) => state !== 'done').map(({ error }) => error),
      [],
      `${when}: ${JSON.stringify(report, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`,
    );
    const [here, there] = await Promise.all([imagesOf(rig.edge), imagesOf(rig.primary)]);
    assert.equal(there.length, here.length, when);
    for (const [index, row] of here.entries()) {
      for (const { name, type } of columns) {
        assert.equal(
          there[index]?.[name],
          row[name],
          `${when}, row ${String(row['id'])}: ${type} ${String(row[`${name} text`])} became ${String(there[index]?.[`${name} text`])}`,
        );
      }
    }
  }

  /** Every value in its binary form. */
  async function imagesOf(cluster: Cluster): Promise<readonly Record<string, unknown>[]> {
    const images = columns.map(({ name, send }) =>
      send === null
        ? `"${name}"::text`
        : `encode(${send.replace('$', `"${name}"`)}, 'hex') AS "${name}"`,
    );
    const texts = columns.map(({ name }) => `left("${name}"::text, 200) AS "${name} text"`);
    const rows: Record<string, unknown>[] = [];
    // A row of results holds at most 1664 columns, and one select list is easier to read than two.
    for (const list of [images, texts]) {
      const found = await cluster.query(
        `SELECT id, ${list.join(', ')} FROM public.every_type ORDER BY id`,
      );
      for (const [index, row] of found.entries()) rows[index] = { ...rows[index], ...row };
    }
    return rows;
  }
});

/** A column of each type, and one of its arrays, where that can be. */
async function columnsOf(edge: Cluster): Promise<readonly Column[]> {
  const plain: readonly (readonly [string, readonly string[]])[] = [
    ...Object.entries(VALUES).map(([type, values]) => [`pg_catalog."${type}"`, values] as const),
    ...Object.entries(MADE_TYPES),
    ...Object.entries(MODIFIED_TYPES),
  ];
  const columns: Column[] = [];
  for (const [index, [type, literals]] of plain.entries()) {
    const values = literals.map((value) => `'${value}'::${type}`);
    columns.push({ name: `c${index}`, type, values, send: await sendOf(edge, type) });
    // Made by constructors, not from text, so that nothing here hangs on how arrays are read.
    const array = `ARRAY[${values.slice(0, 6).join(', ')}, NULL]::${type}[]`;
    const shifted = `(SELECT a FROM (SELECT NULL::${type}[] AS a) AS e)`;
    columns.push({
      name: `a${index}`,
      type: `${type}[]`,
      values: [
        array,
        `ARRAY[]::${type}[]`,
        `ARRAY[[${values[0] ?? 'NULL'}], [NULL]]::${type}[]`,
        shifted,
      ],
      send: (await sendOf(edge, type)) === null ? null : 'array_send($)',
    });
  }
  columns.push({
    name: 'bounds',
    type: 'integer[]',
    values: [`'[-2:0]={1,2,3}'`, `'[0:1][5:6]={{1,2},{3,4}}'`],
    send: 'array_send($)',
  });
  return columns;
}

async function sendOf(edge: Cluster, type: string): Promise<string | null> {
  const [row] = await edge.query<{ send: string | null }>(
    `SELECT nullif(typsend::oid, 0)::regproc::text AS send FROM pg_type WHERE oid = $1::regtype`,
    [type],
  );
  if (row === undefined || row.send === null) return null;
  // Types that borrow it, such as refcursor, are not what it is declared for.
  return row.send === 'textsend' ? 'textsend($::text)' : `${row.send}($)`;
}

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { QueueOperation } from '../../../../src/core/queue/operation';
import { forOldestAndNewest } from '../../../clusters/majors';
import { ApplyRig } from './applyRig';
import { isSame, mergeModel, type Json, type Row } from './mergeModel';

interface Case {
  /** `null`: the edge inserted its row. */
  readonly base: Row | null;
  readonly edge: Row;
  readonly primary: Row;
}

const CASES = 1000;

forOldestAndNewest('Merging rows', function (major) {
  let rig: ApplyRig;
  let operations = 0;

  before(async function () {
    rig = await ApplyRig.start(major);
    await rig.install(
      `CREATE TABLE public.docs (id integer PRIMARY KEY, doc jsonb, title text, updated_at timestamptz);
       CREATE TABLE public.texts (id integer PRIMARY KEY, doc json)`,
      ['docs'],
    );
  });

  after(async () => {
    await rig.stop();
  });

  async function plant(rows: readonly Row[]): Promise<void> {
    await rig.primary.query('TRUNCATE public.docs, pgtopology.applied_operation');
    const texts = rows.map((row, id) => dataOf(id, row));
    await rig.primary.query(
      `INSERT INTO public.docs SELECT (d ->> 'id')::int, (d ->> 'doc')::jsonb, d ->> 'title', (d ->> 'updated_at')::timestamptz
         FROM unnest($1::jsonb[]) AS u (d)`,
      [texts],
    );
  }

  async function read(): Promise<readonly Row[]> {
    const { rows } = await rig.primary.query<{
      doc: string | null;
      title: string | null;
      at: string | null;
    }>(
      `SELECT doc::text AS doc, title, extract(minute FROM updated_at)::text AS at FROM public.docs ORDER BY id`,
    );
    return rows.map(({ doc, title, at }) => ({
      doc: doc === null ? undefined : (JSON.parse(doc) as Json),
      title,
      at: at === null ? null : Number(at),
    }));
  }

  function operation(id: number, base: Row | null, edge: Row): QueueOperation {
    operations += 1;
    return {
      id: `00000000-0000-4000-8000-${String(operations).padStart(12, '0')}`,
      seq: BigInt(operations),
      txid: null,
      table: { schema: 'public', name: 'docs' },
      operation: base === null ? 'INSERT' : 'UPDATE',
      writtenBy: 'trigger',
      key: `{"id": ${id}}`,
      data: dataOf(id, edge),
      oldData: base === null ? null : dataOf(id, base),
      bytes: 100,
      attempts: 0,
      createdAt: '0',
    };
  }

  it('does what the model does, and the same a second time', async function () {
    const property = fc.asyncProperty(
      fc.array(cases(), { minLength: CASES, maxLength: CASES }),
      async (made) => {
        await plant(made.map(({ primary }) => primary));
        const ops = () => made.map(({ base, edge }, id) => operation(id, base, edge));
        const outcomes = await rig.apply(ops(), 'merge');
        const rows = await read();
        for (const [id, { base, edge, primary }] of made.entries()) {
          const expected = mergeModel(base, edge, primary);
          const actual = { outcome: outcomes[id] ?? '', row: rows[id] };
          assert.ok(
            actual.outcome === expected.outcome && isSame(actual.row, expected.row),
            JSON.stringify({ base, edge, primary, expected, actual }),
          );
        }
        // Idempotent: the same edits, as new operations, find their work done.
        const again = await rig.apply(ops(), 'merge');
        const after = await read();
        for (const [id, one] of made.entries()) {
          const was = outcomes[id] ?? '';
          assert.ok(
            isSame(after[id], rows[id]),
            `${JSON.stringify(one)} ${was} then ${again[id] ?? ''}`,
          );
          assert.equal(again[id]?.startsWith('conflict'), was.startsWith('conflict'));
        }
      },
    );
    await fc.assert(property, { numRuns: 2, endOnFailure: true });
  });

  it('brings disjoint keys of two edges together in either order', async function () {
    const property = fc.asyncProperty(
      fc.array(fc.tuple(doc(['a', 'b', 'c']), doc(['a']), doc(['b', 'c'])), {
        minLength: CASES,
        maxLength: CASES,
      }),
      async (made) => {
        const results: (readonly Row[])[] = [];
        for (const order of [
          [0, 1],
          [1, 0],
        ]) {
          await plant(made.map(([base]) => row(base)));
          for (const which of order) {
            const ops = made.map(([base, one, two], id) => {
              const edited =
                which === 0 ? replaced(base, ['a'], one) : replaced(base, ['b', 'c'], two);
              return operation(id, row(base), row(edited));
            });
            const edge = { edgeId: `00000000-0000-4000-8000-00000000000${which + 1}` };
            const outcomes = await rig.apply(ops, 'merge', edge);
            assert.equal(
              outcomes.find((outcome) => outcome.startsWith('conflict')),
              undefined,
            );
          }
          results.push(await read());
        }
        assert.deepEqual(results[0], results[1]);
      },
    );
    await fc.assert(property, { numRuns: 1, endOnFailure: true });
  });

  it('merges json columns key for key too, and leaves alone what jsonb would not hold', async () => {
    const op = (id: number, base: string, edge: string) => ({
      ...operation(id, row({}), row({})),
      table: { schema: 'public', name: 'texts' },
      data: JSON.stringify({ id, doc: edge }),
      oldData: JSON.stringify({ id, doc: base }),
    });
    await rig.primary.query(
      `INSERT INTO public.texts VALUES (1, '{"a": 1, "b":  3}'), (2, '{"a": 1, "a": 1, "b": 3}'), (3, '{"a":  1}')`,
    );
    const ops = [
      op(1, '{"a": 1, "b": 2}', '{"a": 5, "b": 2}'),
      op(2, '{"a": 1, "b": 2}', '{"a": 5, "b": 2}'),
      op(3, '{"a": 1}', '{"a":  1}'),
    ];
    assert.deepEqual(await rig.apply(ops, 'merge'), ['merged', 'conflict/bothChanged', 'same']);
    assert.deepEqual(await rig.rows('SELECT doc FROM public.texts ORDER BY id'), [
      '("{""a"": 5, ""b"": 3}")',
      '("{""a"": 1, ""a"": 1, ""b"": 3}")',
      '("{""a"":  1}")',
    ]);
  });
});

function row(doc: Json): Row {
  return { doc, title: null, at: 1 };
}

function replaced(base: Json, keys: readonly string[], by: Json): Json {
  const rest = Object.entries(base ?? {}).filter(([key]) => !keys.includes(key));
  return Object.fromEntries([...rest, ...Object.entries(by ?? {})]);
}

function dataOf(id: number, { doc: value, title, at }: Row): string {
  return JSON.stringify({
    id,
    doc: value === undefined ? null : JSON.stringify(value),
    title,
    updated_at: at === null ? null : `2026-01-01T10:0${at}:00+00:00`,
  });
}

function value(): fc.Arbitrary<Json> {
  return fc.constantFrom<Json>(null, 1, 2, '1', [], [1], [2], {}, { x: 1 }, { x: null });
}

function doc(keys: readonly string[]): fc.Arbitrary<Json> {
  return fc
    .array(fc.tuple(fc.constantFrom(...keys), value()), { maxLength: keys.length })
    .map((members) => Object.fromEntries(members));
}

function rows(): fc.Arbitrary<Row> {
  return fc.record({
    doc: fc.oneof(
      { weight: 9, arbitrary: doc(['a', 'b', 'c']) },
      { weight: 1, arbitrary: fc.constantFrom<Json | undefined>(undefined, null, 1, [1]) },
    ),
    title: fc.constantFrom('A', 'B', null),
    at: fc.constantFrom(1, 2, 3, null),
  });
}

/** Edits of one base, more often than three rows that have nothing in common. */
function cases(): fc.Arbitrary<Case> {
  const edit = (base: Row) =>
    fc
      .record({ doc: fc.boolean(), title: fc.boolean(), key: fc.constantFrom('a', 'b', 'c') })
      .chain((which) =>
        fc.tuple(rows(), value(), fc.boolean()).map(([other, member, isGone]): Row => {
          const inner = replaced(
            base.doc ?? {},
            [which.key],
            isGone ? {} : { [which.key]: member },
          );
          const isEdited = which.doc && typeof base.doc === 'object' && !Array.isArray(base.doc);
          return {
            doc: isEdited ? inner : base.doc,
            title: which.title ? other.title : base.title,
            at: other.at,
          };
        }),
      );
  return fc.oneof(
    fc.record({ base: fc.option(rows(), { freq: 3 }), edge: rows(), primary: rows() }),
    rows().chain((base) =>
      fc.record({ base: fc.constant(base), edge: edit(base), primary: edit(base) }),
    ),
  );
}

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ResolvedOperation } from '../../../../src/core/queue/applyTypes';
import type { OperationKind } from '../../../../src/core/queue/operation';
import { planWaves, tablesByName } from '../../../../src/core/queue/waves';
import { queued, target } from './targets';

const PARENT = { schema: 'public', name: 'parent' };
const TABLES = [
  target('plain'),
  target('unique', { hasOtherUniques: true }),
  target('parent'),
  target('child', { references: [{ ...PARENT, columns: ['parent'], isIndirect: false }] }),
  target('grandchild', {
    references: [
      { schema: 'public', name: 'child', columns: null, isIndirect: false },
      { ...PARENT, columns: null, isIndirect: true },
    ],
  }),
  target('active', { hasTriggers: true }),
];

interface Made {
  readonly table: string;
  readonly kind: OperationKind;
  readonly keys: readonly string[] | null;
  readonly reads?: readonly { readonly table: string; readonly key: string | null }[];
  readonly shape?: string;
}

function op({ table, kind, keys, reads = [], shape = '' }: Made, index: number): ResolvedOperation {
  return {
    source: queued({ id: String(index), seq: BigInt(index) }),
    kind,
    table: { schema: 'public', name: table },
    keyText: '',
    key: '{}',
    columns: [],
    oldColumns: null,
    changesKey: (keys?.length ?? 0) > 1,
    touches: keys,
    reads: reads.map(({ table: name, key }) => ({ schema: 'public', name, key })),
    shape: `${table} ${kind} ${shape}`,
  };
}

function waves(ops: readonly Made[]): readonly (readonly number[])[] {
  const planned = planWaves(ops.map(op), tablesByName(TABLES));
  return planned.map(({ operations }) => operations.map(({ source }) => Number(source.seq)));
}

const insert = (table: string, key: string, parent?: string): Made => ({
  table,
  kind: 'INSERT',
  keys: [key],
  ...(parent === undefined ? {} : { reads: [{ table: 'parent', key: parent }] }),
});

describe('planWaves', () => {
  it('puts inserts of one table into one statement, also where a unique constraint keeps their order', () => {
    for (const table of ['plain', 'unique']) {
      const ops = Array.from({ length: 500 }, (_, index) => insert(table, String(index)));
      assert.equal(waves(ops).length, 1);
    }
  });

  it('brings rows and those that reference them together by table', () => {
    const ops = Array.from({ length: 100 }, (_, index) => [
      insert('parent', String(index)),
      insert('child', `${index}a`, String(index)),
      insert('child', `${index}b`, String(index)),
    ]).flat();
    assert.equal(waves(ops).length, 2);
  });

  it('keeps the order of operations on one key', () => {
    const ops: readonly Made[] = [
      insert('plain', '1'),
      { table: 'plain', kind: 'UPDATE', keys: ['1'] },
      { table: 'plain', kind: 'UPDATE', keys: ['2'] },
      { table: 'plain', kind: 'UPDATE', keys: ['1', '3'] },
      insert('plain', '1'),
      { table: 'plain', kind: 'DELETE', keys: ['3'] },
    ];
    assert.deepEqual(waves(ops), [[0], [2], [1], [3], [4], [5]]);
  });

  it('keeps everything where it is around a table whose triggers may do anything', () => {
    const ops = [insert('plain', '1'), insert('active', '1'), insert('plain', '2')];
    assert.deepEqual(waves(ops), [[0], [1], [2]]);
  });

  it('deletes a row after every operation that its deletion may reach', () => {
    const ops: readonly Made[] = [
      { table: 'grandchild', kind: 'UPDATE', keys: ['9'] },
      { table: 'parent', kind: 'DELETE', keys: ['1'] },
      { table: 'child', kind: 'UPDATE', keys: ['5'] },
    ];
    assert.deepEqual(waves(ops), [[0], [1], [2]]);
  });

  it('never changes the order of two operations of which one may influence the other', () => {
    fc.assert(
      fc.property(fc.array(made(), { minLength: 2, maxLength: 40 }), (ops) => {
        const planned = waves(ops);
        assert.deepEqual(
          planned.flat().sort(byNumber),
          ops.map((_, index) => index),
        );
        const place = new Map(planned.flatMap((wave, at) => wave.map((id) => [id, at] as const)));
        for (const wave of planned) {
          assert.deepEqual(wave, [...wave].sort(byNumber), 'in the order of the queue');
          assert.equal(new Set(wave.map((id) => op(ops[id] ?? NOTHING, id).shape)).size, 1);
        }
        for (const [later, b] of ops.entries()) {
          for (const [earlier, a] of ops.slice(0, later).entries()) {
            const [first = -1, second = -1] = [place.get(earlier), place.get(later)];
            if (!mayInfluence(a, b)) continue;
            const isTogether = first === second && mayShare(a, b);
            assert.ok(first < second || isTogether, `${earlier} and ${later}`);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

const NOTHING: Made = { table: 'plain', kind: 'INSERT', keys: ['0'] };
const byNumber = (a: number, b: number): number => a - b;
const FAMILY = ['parent', 'child', 'grandchild'];

function made(): fc.Arbitrary<Made> {
  const key = fc.constantFrom('1', '2', '3', '4');
  const keyOrNone = fc.option(key, { freq: 12 });
  return fc
    .record({
      table: fc.constantFrom(...TABLES.map(({ name }) => name)),
      kind: fc.constantFrom('INSERT' as const, 'UPDATE' as const, 'DELETE' as const),
      keys: fc.oneof(
        { weight: 12, arbitrary: fc.tuple(key) },
        { weight: 2, arbitrary: fc.tuple(key, key) },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
      parent: keyOrNone,
      shape: fc.constantFrom('', 'other'),
    })
    .map(({ table, kind, keys, parent, shape }) => ({
      table,
      kind,
      keys: kind === 'UPDATE' ? keys : (keys?.slice(0, 1) ?? null),
      shape,
      reads: kind === 'DELETE' ? [] : readsOf(table, parent),
    }));
}

function readsOf(table: string, key: string | null): NonNullable<Made['reads']> {
  if (table === 'child') return [{ table: 'parent', key }];
  return table === 'grandchild' ? [{ table: 'child', key: null }] : [];
}

/** Said from what tables are, without levels. */
function mayInfluence(a: Made, b: Made): boolean {
  if (a.table === 'active' || b.table === 'active') return true;
  if (reaches(a, b) || reaches(b, a)) return true;
  if (needs(a, b) || needs(b, a)) return true;
  return a.table === b.table && (a.table === 'unique' || shareKey(a.keys, b.keys));
}

function reaches(a: Made, b: Made): boolean {
  const isCascading = a.kind === 'DELETE' || (a.keys?.length ?? 0) > 1;
  const isReferenced = a.table === 'parent' || a.table === 'child';
  return isCascading && isReferenced && FAMILY.includes(b.table);
}

function needs(a: Made, b: Made): boolean {
  return (a.reads ?? []).some(
    ({ table, key }) =>
      table === b.table && (key === null || b.keys === null || b.keys.includes(key)),
  );
}

function shareKey(a: Made['keys'], b: Made['keys']): boolean {
  return a === null || b === null || a.some((key) => b.includes(key));
}

/** Rows of one INSERT go in one after the other. */
function mayShare(a: Made, b: Made): boolean {
  return (
    a.table === 'unique' && a.kind === 'INSERT' && b.kind === 'INSERT' && !shareKey(a.keys, b.keys)
  );
}

import assert from 'node:assert/strict';
import { isOffered, tableChoice } from '../../../../src/core/describe/tableChoice';
import type { RelationFacts } from '../../../../src/core/plan/nodeCatalog';
import { GB, plain } from './makeSnapshot';

function table(change: Partial<RelationFacts> = {}): RelationFacts {
  return {
    schema: 'public',
    name: 'job_statistics',
    kind: 'table',
    persistence: 'permanent',
    isPartition: false,
    owner: 'app',
    isOwned: true,
    canSelect: true,
    sizeBytes: 1.2 * GB,
    columns: [],
    replicaIdentity: 'default',
    identityColumns: ['id'],
    notReadableBy: [],
    comment: null,
    ...change,
  };
}

describe('tables offered for a publication', () => {
  const cases: readonly [Partial<RelationFacts>, string, string][] = [
    [{}, '1.2 GB · key id', 'fit'],
    [{ sizeBytes: null, identityColumns: ['a', 'b'] }, 'key a, b', 'fit'],
    [{ replicaIdentity: 'full', identityColumns: [] }, '1.2 GB · replica identity full', 'fit'],
    [{ kind: 'partitioned', sizeBytes: null }, 'key id · partitioned', 'fit'],
    [{ isOwned: false, sizeBytes: null }, 'key id · owned by app', 'fit'],
    [
      { identityColumns: [] },
      '1.2 GB · no primary key: UPDATE and DELETE would fail on central',
      'insertsOnly',
    ],
    [
      { replicaIdentity: 'nothing', identityColumns: [], sizeBytes: null, isPartition: true },
      'no replica identity: UPDATE and DELETE would fail on central · partition',
      'insertsOnly',
    ],
    [{ persistence: 'unlogged' }, 'unlogged: cannot be published', 'unfit'],
    [{ persistence: 'temporary' }, 'temporary: cannot be published', 'unfit'],
  ];
  for (const [change, description, fitness] of cases) {
    it(`say "${description}"`, () => {
      const choice = tableChoice(table(change), 'central');
      assert.equal(choice.label, 'public.job_statistics');
      assert.equal(plain(choice.description), description);
      assert.equal(choice.fitness, fitness);
    });
  }

  it('are neither views nor our own', () => {
    assert.ok(isOffered(table()));
    assert.ok(isOffered(table({ kind: 'partitioned' })));
    assert.ok(!isOffered(table({ kind: 'view' })));
    assert.ok(!isOffered(table({ kind: 'foreign' })));
    assert.ok(!isOffered(table({ schema: 'pgtopology', name: 'pending_sync' })));
  });
});

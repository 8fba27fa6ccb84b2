import assert from 'node:assert/strict';
import { copyViewOf, tableStateWords } from '../../../../src/core/describe/copyWords';
import type {
  PublicationTableFacts,
  SubscriptionTableFacts,
  TableCopyFacts,
} from '../../../../src/core/facts';
import { subscription } from '../join/builders';
import { plain } from './makeSnapshot';

const TABLE = { subscription: 'jobs_sub', schema: 'public', name: 'jobs' } as const;
const JOBS: PublicationTableFacts = {
  schema: 'public',
  name: 'jobs',
  columns: null,
  rowFilter: null,
  hasReplicaIdentity: true,
  rowEstimate: 4_000,
};
const COPY: TableCopyFacts = {
  schema: 'public',
  name: 'jobs',
  rows: 1_000,
  bytes: 2_048,
  runningMs: 60_000,
};

interface Wishes {
  readonly begun?: number;
  readonly published?: PublicationTableFacts | null;
}

function words(
  state: SubscriptionTableFacts['state'],
  copies: readonly TableCopyFacts[],
  { begun = copies.length, published = JOBS }: Wishes = {},
): string {
  const table = { ...TABLE, state };
  const known = subscription('jobs_sub', {
    copies,
    tableStates: { i: 0, d: begun, f: 0, s: 0, r: 0 },
  });
  return plain(tableStateWords(table, copyViewOf(table, known, published)));
}

describe('the first copy of a table', () => {
  it('says how many rows of an estimate, and how long the rest takes at that pace', () => {
    assert.equal(words('d', [COPY]), 'copying · 1,000 of about 4,000 rows · about 3 min left');
    assert.equal(words('i', [COPY]), 'copying · 1,000 of about 4,000 rows · about 3 min left');
    assert.equal(words('d', [{ ...COPY, runningMs: null }]), 'copying · 1,000 of about 4,000 rows');
  });

  it('says rows and bytes where the whole is not known, or known to be wrong', () => {
    const alone = 'copying · 1,000 rows · 2.0 kB';
    assert.equal(words('d', [COPY], { published: null }), alone);
    assert.equal(words('d', [COPY], { published: { ...JOBS, rowFilter: '(id > 1)' } }), alone);
    assert.equal(words('d', [COPY], { published: { ...JOBS, rowEstimate: null } }), alone);
    assert.equal(words('d', [COPY], { published: { ...JOBS, rowEstimate: 10 } }), alone);
    assert.equal(words('d', [{ ...COPY, rows: null, bytes: null }]), 'copying');
    assert.equal(words('d', [{ ...COPY, rows: 0, bytes: 0 }]), 'copying');
    // An edge's guard writes the rows, and they are not counted.
    assert.equal(words('d', [{ ...COPY, rows: 0 }]), 'copying · 2.0 kB');
  });

  it('tells what waits its turn from what stopped', () => {
    const other = { ...COPY, name: 'runs' };
    assert.equal(words('i', [other]), 'queued');
    assert.equal(words('d', [other], { begun: 2 }), 'copy stopped, waits for its next try');
    // Tables are read once a minute: this one is through by now.
    assert.equal(words('d', [], { begun: 0 }), 'copied, catching up');
    assert.equal(words('r', [COPY]), 'ready');
    assert.equal(words('s', []), 'copied, catching up');
  });
});

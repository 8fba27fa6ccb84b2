import assert from 'node:assert/strict';
import { asChangeFailure } from '../../../src/core/changeFailure';
import type { FailureReason } from '../../../src/core/failure';
import { describeFailure } from '../../../src/core/failureText';

function told(reason: FailureReason, sqlstate: string | null, words: string | null): string {
  const user = 'postgres';
  const facts = describeFailure(reason, {
    nodeId: 'central',
    user,
    sqlstate,
    serverMessage: words,
    endpoint: { host: 'db', port: 5432 },
  });
  const change = asChangeFailure(facts, 'central');
  return `${change.text} | ${change.advice ?? '-'}`;
}

describe('asChangeFailure', () => {
  it('lets the server speak where watching says something else', () => {
    assert.deepEqual(
      [
        told('other', '42710', 'publication "p" already exists'),
        told('schemaDrift', '42P01', 'relation "public.item" does not exist'),
        told('limit', '55P03', 'canceling statement due to lock timeout'),
        told('limit', '57014', 'canceling statement due to statement timeout'),
        told('limit', '53400', 'all replication slots are in use'),
        told('readOnly', '25006', 'cannot execute CREATE PUBLICATION in a read-only transaction'),
        told('privilege', '42501', 'must be owner of table item'),
        told('passwordRefused', '28P01', 'password authentication failed'),
        told('lost', '57P01', 'terminating connection due to administrator command'),
        told('refused', null, null),
        told('cancelled', null, null),
      ],
      [
        'central refused the statement (42710): publication "p" already exists. | Its log may say more.',
        'central refused the statement (42P01): relation "public.item" does not exist. | Something has changed since the plan was made: make it again.',
        'central refused the statement (55P03): canceling statement due to lock timeout. | Another session holds the lock: try again when it has ended.',
        'central refused the statement (57014): canceling statement due to statement timeout. | Something made it wait, such as a lock or an open transaction: try again later.',
        'central refused the statement (53400): all replication slots are in use. | -',
        'central takes no changes (25006): cannot execute CREATE PUBLICATION in a read-only transaction. | It is a standby, or default_transaction_read_only is on: use its primary.',
        'postgres may not do this on central (42501): must be owner of table item. | Grant the privilege to postgres on central.',
        'Password refused for postgres on central (28P01). | Enter another password for it.',
        'The connection to central (db:5432) was lost (57P01): terminating connection due to administrator command. | Its log may say why.',
        'Could not reach central (db:5432): connection refused. | The server is down or listens elsewhere.',
        'The work on central was cancelled. | -',
      ],
    );
  });

  it('speaks of no poll, whatever the reason', () => {
    const reasons: readonly FailureReason[] = [
      'silent',
      'passwordNeeded',
      'passwordRefused',
      'connectionsFull',
      'starting',
      'lost',
      'readTimeout',
      'schemaDrift',
      'wrongState',
      'limit',
      'other',
      'cancelled',
    ];
    for (const reason of reasons) {
      assert.doesNotMatch(told(reason, null, null), /poll|next try|by itself/i, reason);
    }
  });
});

import assert from 'node:assert/strict';
import { describeFailure } from '../../../../src/core/failureText';
import {
  isDrift,
  MAX_ATTEMPTS,
  meaningOf,
  verdictOf,
} from '../../../../src/core/queue/operationFailure';
import { queued } from './targets';

describe('what a refusal of the server means', () => {
  it('tells faults of an operation from those of a connection, a server or a role', () => {
    const meanings = {
      transient: ['40001', '40P01'],
      operation: [
        '22003',
        '23502',
        '23503',
        '23505',
        '42703',
        '42P01',
        'P0001',
        '0A000',
        '39P01',
        '54000',
      ],
      other: ['08006', '57P01', '53100', '53300', '42501', '25006', '57014', 'XX001', '55P03'],
    };
    for (const [meaning, codes] of Object.entries(meanings)) {
      for (const sqlstate of codes) assert.equal(meaningOf({ sqlstate }), meaning, sqlstate);
    }
    assert.equal(meaningOf({ sqlstate: null }), 'other', 'a lost connection has no code');
    assert.deepEqual(
      ['42P01', '42703', '42501', '23505'].map((sqlstate) => isDrift({ sqlstate })),
      [true, true, false, false],
    );
    assert.equal(isDrift({ sqlstate: null }), false);
  });

  const verdict = (sqlstate: string, attempts = 0) => {
    const serverMessage = 'the words of the server';
    const facts = describeFailure('other', { nodeId: 'central', sqlstate, serverMessage });
    return verdictOf(queued({ attempts }), facts);
  };
  const short = (sqlstate: string, attempts = 0): string => {
    const { state, ...rest } = verdict(sqlstate, attempts);
    return `${state} ${'conflict' in rest ? (rest.conflict ?? '-') : '-'}`;
  };

  it('lets a row wait for its parent so often, then is it dead', () => {
    for (let attempts = 0; attempts < MAX_ATTEMPTS - 1; attempts += 1) {
      assert.equal(short('23503', attempts), 'again -');
    }
    assert.equal(short('23503', MAX_ATTEMPTS - 1), 'dead -');
  });

  it('makes a conflict of another constraint and of drift, and is dead by everything else', () => {
    assert.equal(short('23505'), 'conflict constraint');
    assert.equal(short('23P01'), 'conflict constraint');
    assert.equal(short('42P01'), 'conflict drift');
    assert.equal(short('42703'), 'conflict drift');
    for (const sqlstate of ['23502', '23514', '22P02', 'P0001'])
      assert.equal(short(sqlstate), 'dead -');
    const { message, operationId, ...rest } = verdict('23502');
    assert.deepEqual([message, operationId], ['the words of the server', queued().id]);
    assert.equal(rest.sqlstate, '23502');
  });
});

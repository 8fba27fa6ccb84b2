import assert from 'node:assert/strict';
import { ConfigurationProblem } from '../../../../src/pg/libpq/settings';
import { toFailure, type FailureSubject } from '../../../../src/pg/errors/toFailure';

const SUBJECT: FailureSubject = {
  nodeId: 'central',
  endpoint: { host: 'h', port: 5432 },
  user: 'monitor',
  database: 'app',
  sslmode: 'verify-full',
  dialLimitMs: 5_000,
  readLimitMs: 2_500,
};

/** Everything of an error that could reach a message, a log or a snapshot. */
function everything(error: Error): string {
  const cause = error.cause instanceof Error ? `${error.cause.message} ${error.cause.stack}` : '';
  const own = JSON.stringify(error, Object.getOwnPropertyNames(error));
  return `${error.message} ${error.stack} ${own} ${cause} ${JSON.stringify(Object.entries(error))}`;
}

describe('toFailure', () => {
  const codes = ['28P01', '28000', '3D000', '42501', '55000', 'XX000', '08006', undefined];
  for (const code of codes) {
    it(`lets none of 20 secrets through (${code ?? 'no code'})`, () => {
      for (let index = 0; index < 20; index += 1) {
        const secret = `c4n4ry${index}x`;
        const texts = [
          `connection to "postgresql://u:${secret}@h/d" failed`,
          `could not connect: host=h password='${secret}' user=u`,
          `PGPASSWORD=${secret}`,
          `ALTER ROLE x PASSWORD '${secret}'`,
          `SCRAM-SHA-256$4096:${secret}$a:b`,
        ];
        for (const text of texts) {
          const error = Object.assign(new Error(text), {
            ...(code === undefined ? {} : { code, severity: 'ERROR' }),
            // pg puts these on its errors; none of them may travel.
            detail: `Key (secret)=(${secret}) exists`,
            where: `password=${secret}`,
            client: { password: secret },
          });
          for (const phase of ['dial', 'query'] as const) {
            const failure = toFailure(error, SUBJECT, phase);
            assert.ok(!everything(failure).includes('c4n4ry'), everything(failure));
          }
        }
        const problem = new ConfigurationProblem(`service says password=${secret}`);
        assert.ok(!everything(toFailure(problem, SUBJECT, 'dial')).includes('c4n4ry'));
      }
    });
  }

  it('passes a failure on as it is', () => {
    const failure = toFailure(new Error('timeout expired'), SUBJECT, 'dial');
    assert.equal(toFailure(failure, SUBJECT, 'query'), failure);
  });

  it('tells which limit ran out', () => {
    const dial = toFailure(new Error('timeout expired'), SUBJECT, 'dial');
    assert.equal(dial.facts.text, 'central did not answer within 5 s.');
    const read = toFailure(new Error('Query read timeout'), SUBJECT, 'query');
    assert.equal(read.facts.text, 'central did not answer a statement within 2.5 s.');
  });

  it('keeps the words of an unknown error', () => {
    const failure = toFailure(new Error('something odd'), SUBJECT, 'query');
    assert.equal(failure.facts.reason, 'other');
    assert.equal(failure.facts.text, 'central (h:5432) failed: something odd.');
    assert.equal(failure.facts.serverMessage, null);
  });
});

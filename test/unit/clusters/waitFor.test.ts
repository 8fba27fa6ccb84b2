import assert from 'node:assert/strict';
import { sleepUnless, waitFor } from '../../clusters/waitFor';

describe('waitFor', () => {
  it('returns the first answer that says something, zero and the empty text included', async () => {
    const answers = [null, undefined, false, 0, 1];
    assert.equal(await waitFor(() => answers.shift(), { what: 'it answers', everyMs: 1 }), 0);
    assert.equal(await waitFor(() => '', { what: 'it answers' }), '');
  });

  it('asks again after a failure', async () => {
    let tries = 0;
    const answer = await waitFor(
      () => {
        tries += 1;
        if (tries < 3) throw new Error('not yet');
        return tries;
      },
      { what: 'it works', everyMs: 1 },
    );
    assert.equal(answer, 3);
  });

  it('says what it waited for and what the last try said', async () => {
    const never = waitFor(() => Promise.reject(new Error('server is away')), {
      what: 'the standby streams',
      timeoutMs: 20,
      everyMs: 1,
    });
    await assert.rejects(never, /until the standby streams; last: Error: server is away/);
  });
});

describe('sleepUnless', () => {
  it('returns at once when told to', async () => {
    const stop = new AbortController();
    const sleeping = sleepUnless(stop.signal, 3_600_000);
    stop.abort();
    await sleeping;
    await sleepUnless(stop.signal, 3_600_000);
  });
});

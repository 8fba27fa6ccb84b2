import assert from 'node:assert/strict';
import { LateSession } from '../../../src/panels/lateSession';

/** A load that ends when the test says so. */
function laterLoad(): { load: () => Promise<() => Session>; end: (make: () => Session) => void } {
  let end: (make: () => Session) => void = () => undefined;
  const loading = new Promise<() => Session>((resolve) => {
    end = resolve;
  });
  return { load: () => loading, end };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

const unexpected = (): never => {
  throw new Error('nobody is there to do it');
};

class Session {
  readonly said: string[] = [];
  isDisposed = false;

  say(word: string): void {
    this.said.push(word);
  }

  dispose(): void {
    this.isDisposed = true;
  }
}

describe('LateSession', () => {
  it('does what was asked of it meanwhile, in order, once it is there', async () => {
    const session = new Session();
    const { load, end } = laterLoad();
    const late = new LateSession(load, unexpected);
    late.do((made) => made.say('one'));
    late.do((made) => made.say('two'));
    assert.deepEqual(session.said, []);
    end(() => session);
    await nextTurn();
    late.do((made) => made.say('three'));
    assert.deepEqual(session.said, ['one', 'two', 'three']);
    late.dispose();
    assert.ok(session.isDisposed);
  });

  it('is not made when it was disposed of before it was there', async () => {
    const { load, end } = laterLoad();
    const late = new LateSession(load, unexpected);
    late.do(unexpected);
    late.dispose();
    let made = 0;
    end(() => {
      made += 1;
      return new Session();
    });
    await nextTurn();
    late.do(unexpected);
    assert.equal(made, 0);
  });

  it('tells once that it cannot be loaded', async () => {
    const errors: unknown[] = [];
    const refusal = new Error('no such part');
    const late = new LateSession<Session>(
      () => Promise.reject(refusal),
      (error) => errors.push(error),
    );
    late.do(unexpected);
    await nextTurn();
    assert.deepEqual(errors, [refusal]);
  });
});

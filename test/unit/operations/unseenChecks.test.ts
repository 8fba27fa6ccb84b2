import assert from 'node:assert/strict';
import { UNSEEN_MS, UnseenChecks } from '../../../src/operations/checks/unseenChecks';
import { FakeClock } from '../monitor/fakeClock';

describe('continuous checks that nothing shows', () => {
  let clock: FakeClock;
  let running: Set<string>;
  let tell: (topologyId: string) => void;
  let isContinued: boolean;
  let unseen: UnseenChecks;

  const setContinuous = (id: string, isOn: boolean): void => {
    if (isOn) running.add(id);
    else running.delete(id);
    tell(id);
  };

  beforeEach(() => {
    clock = new FakeClock();
    running = new Set();
    isContinued = false;
    unseen = new UnseenChecks({
      checks: {
        isContinuous: (id) => running.has(id),
        setContinuous,
        onDidChange: (listener) => {
          tell = listener;
          return { dispose: () => (tell = () => undefined) };
        },
      },
      clock,
      topologyIds: () => ['a', 'b'],
      isContinuedUnseen: () => isContinued,
    });
  });

  afterEach(() => {
    unseen.dispose();
    assert.equal(clock.pending, 0);
  });

  it('stop after a minute, and not while something shows them', async () => {
    setContinuous('a', true);
    await clock.advance(10 * UNSEEN_MS);
    assert.deepEqual([...running], ['a']);
    unseen.setSeen(false);
    await clock.advance(UNSEEN_MS - 1);
    unseen.setSeen(true);
    await clock.advance(UNSEEN_MS);
    assert.deepEqual([...running], ['a'], 'seen again in time');
    unseen.setSeen(false);
    unseen.setSeen(false);
    await clock.advance(UNSEEN_MS);
    assert.deepEqual([...running], []);
  });

  it('stop as well when they were started unseen', async () => {
    unseen.setSeen(false);
    setContinuous('a', true);
    await clock.advance(UNSEEN_MS);
    assert.deepEqual([...running], []);
  });

  it('go on where the user asked for it, this time', async () => {
    setContinuous('a', true);
    setContinuous('b', true);
    unseen.goOn('a');
    unseen.setSeen(false);
    await clock.advance(UNSEEN_MS);
    assert.deepEqual([...running], ['a']);
    setContinuous('a', false);
    setContinuous('a', true);
    await clock.advance(UNSEEN_MS);
    assert.deepEqual([...running], [], 'started anew, it was not asked for');
  });

  it('go on where the setting says so', async () => {
    isContinued = true;
    setContinuous('a', true);
    unseen.setSeen(false);
    await clock.advance(2 * UNSEEN_MS);
    assert.deepEqual([...running], ['a']);
  });
});

import assert from 'node:assert/strict';
import { EXPLORER, node, NOBODY, Rig, STATUS_BAR } from './fixture';

const MINUTE = 60_000;

describe('who looks', () => {
  let rig: Rig;
  const polls = (): number => rig.gateway.tally('a').fast;
  /** Polls within this time. */
  const pollsIn = async (ms: number): Promise<number> => {
    const before = polls();
    await rig.clock.advance(ms);
    return polls() - before;
  };
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.dispose());

  it('decides that nothing is asked before anybody looks', async () => {
    rig.declare(node('a'));
    await rig.clock.advance(10 * MINUTE);
    assert.deepEqual([rig.gateway.tally('a').dials, rig.gateway.resolutions], [0, 0]);
    assert.equal(rig.sample('a').isPollingPaused, true);
  });

  it('is asked for at the interval, three times as slow for the status bar alone', async () => {
    await rig.show(node('a'));
    assert.equal(await pollsIn(MINUTE), 12);
    rig.monitor.setAudience(STATUS_BAR);
    assert.equal(await pollsIn(MINUTE), 4);
    await rig.clock.advance(2_000);
    const before = polls();
    rig.monitor.setAudience({ ...STATUS_BAR, dashboard: true });
    assert.equal(polls(), before + 1, 'at once, for the view that came into sight');
    assert.equal(await pollsIn(MINUTE), 12);
  });

  it('follows the interval setting at once', async () => {
    await rig.show(node('a'));
    rig.monitor.setPolling(1, false);
    assert.equal(await pollsIn(10_000), 10);
    rig.monitor.setPolling(30, false);
    await rig.clock.advance(30_000);
    assert.equal(await pollsIn(MINUTE), 2);
  });

  it('keeps the interval within a second and an hour', async () => {
    await rig.show(node('a'));
    rig.monitor.setPolling(0.001, false);
    await rig.clock.advance(1_000);
    assert.equal(await pollsIn(10_000), 10);
    rig.monitor.setPolling(1e9, false);
    await rig.clock.advance(3_600_000);
    assert.equal(await pollsIn(3_600_000), 1);
  });

  it('pauses a minute after the focus went, and is back at once with it', async () => {
    await rig.show(node('a'));
    rig.monitor.setAudience({ ...EXPLORER, isWindowFocused: false });
    assert.equal(await pollsIn(MINUTE - 100), 11);
    assert.equal(rig.sample('a').isPollingPaused, false);
    await rig.clock.advance(200);
    assert.equal(rig.sample('a').isPollingPaused, true);
    assert.equal(await pollsIn(10 * MINUTE), 0);
    assert.equal(rig.sample('a').contact, 'connected', 'values stay, with their age');
    rig.monitor.setAudience(EXPLORER);
    assert.equal(await pollsIn(100), 1);
    assert.equal(rig.sample('a').isPollingPaused, false);
  });

  it('does not pause when the focus comes back within the minute', async () => {
    await rig.show(node('a'));
    rig.monitor.setAudience({ ...EXPLORER, isWindowFocused: false });
    await rig.clock.advance(50_000);
    rig.monitor.setAudience(EXPLORER);
    assert.equal(await pollsIn(MINUTE), 12);
  });

  it('goes on without focus for a dashboard, and for all when the user wants it', async () => {
    await rig.show(node('a'));
    rig.monitor.setAudience({ ...NOBODY, dashboard: true, isWindowFocused: false });
    await rig.clock.advance(2 * MINUTE);
    assert.equal(await pollsIn(MINUTE), 12);
    rig.monitor.setAudience({ ...STATUS_BAR, isWindowFocused: false });
    assert.equal(await pollsIn(MINUTE), 0, 'the dashboard is gone and the focus went long ago');
    rig.monitor.setPolling(5, true);
    await rig.clock.advance(100);
    assert.equal(await pollsIn(MINUTE), 4);
  });

  it('gives sessions back a minute after nobody looks, and sends nothing meanwhile', async () => {
    await rig.show(node('a'));
    rig.monitor.setAudience(NOBODY);
    assert.equal(await pollsIn(MINUTE - 200), 0);
    assert.equal(rig.gateway.tally('a').open, 1);
    await rig.clock.advance(400);
    assert.equal(rig.gateway.tally('a').open, 0);
    assert.equal(rig.clock.pending, 0, 'not even a timer runs');
    rig.monitor.setAudience(EXPLORER);
    await rig.clock.advance(60);
    assert.equal(rig.gateway.tally('a').dials, 2);
    assert.equal(rig.sample('a').contact, 'connected');
  });

  it('keeps the session through a short absence', async () => {
    await rig.show(node('a'));
    rig.monitor.setAudience(NOBODY);
    await rig.clock.advance(30_000);
    rig.monitor.setAudience(EXPLORER);
    await rig.clock.advance(60);
    assert.equal(rig.gateway.tally('a').dials, 1);
    await rig.clock.advance(10 * MINUTE);
    assert.equal(rig.gateway.tally('a').dials, 1, 'the minute of before does not count any more');
  });

  it('does not ask again for a view that is toggled within a second', async () => {
    await rig.show(node('a'));
    const before = polls();
    for (let times = 0; times < 20; times += 1) {
      rig.monitor.setAudience(NOBODY);
      rig.monitor.setAudience(EXPLORER);
      await rig.clock.advance(10);
    }
    assert.equal(polls() - before, 0);
    assert.equal(await pollsIn(MINUTE), 12);
  });

  it('tries a failing node at once when a view comes into sight', async () => {
    rig.gateway.server('a').dial = 'refused';
    await rig.show(node('a'));
    await rig.clock.advance(10 * MINUTE);
    const before = rig.gateway.tally('a').dials;
    rig.monitor.setAudience({ ...EXPLORER, dashboard: true });
    await rig.clock.advance(10);
    assert.equal(rig.gateway.tally('a').dials, before + 1);
  });

  it('drops a retry when nobody looks any more', async () => {
    rig.gateway.server('a').dial = 'refused';
    await rig.show(node('a'));
    rig.monitor.setAudience(NOBODY);
    await rig.clock.advance(MINUTE);
    assert.equal(rig.gateway.tally('a').dials, 1);
    assert.equal(rig.sample('a').nextTryAtMs, null);
  });
});

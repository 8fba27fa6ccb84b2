import assert from 'node:assert/strict';
import { EXPLORER, ID, node, NOBODY, Rig } from './fixture';

describe('when a node fails', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.dispose());

  /** What the node's tries wait for, seconds. */
  async function waits(tries: number): Promise<readonly number[]> {
    const seconds: number[] = [];
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const { nextTryAtMs } = rig.sample('a');
      assert.ok(nextTryAtMs !== null);
      const waitMs = nextTryAtMs - rig.clock.nowMs();
      seconds.push(Math.round(waitMs / 100) / 10);
      await rig.clock.advance(waitMs + 60);
    }
    return seconds;
  }

  it('backs off to half a minute, never gives up, and recovers by itself', async () => {
    rig.gateway.server('a').dial = 'silent';
    await rig.show(node('a'));
    assert.deepEqual(await waits(8), [1.2, 2.4, 4.9, 9.9, 19.9, 29.9, 29.9, 29.9]);
    assert.equal(rig.gateway.tally('a').dials, 9);
    await rig.clock.advance(3 * 3_600_000);
    assert.ok(rig.gateway.tally('a').dials > 300, 'still trying after hours');
    rig.gateway.server('a').dial = null;
    await rig.clock.advance(30_060);
    assert.equal(rig.sample('a').contact, 'connected');
    assert.equal(rig.sample('a').failure, null);
    assert.equal(rig.sample('a').failingSinceMs, null);
    rig.gateway.server('a').dial = 'silent';
    rig.gateway.sessions.at(-1)?.drop();
    await rig.clock.advance(5_060);
    const next = rig.sample('a').nextTryAtMs;
    assert.ok(next !== null && next - rig.clock.nowMs() < 1_300, 'a new outage starts anew');
  });

  it('asks a closed port at each poll, so that a server is back with the next one', async () => {
    rig.gateway.server('a').dial = 'refused';
    await rig.show(node('a'));
    assert.deepEqual(await waits(5), [1.2, 2.4, 4.9, 4.9, 4.9]);
    await rig.clock.advance(15 * 60_000);
    rig.gateway.server('a').dial = 'starting';
    await rig.clock.advance(5_060);
    assert.equal(rig.sample('a').failure?.reason, 'starting');
    rig.gateway.server('a').dial = null;
    await rig.clock.advance(1_260);
    assert.equal(rig.sample('a').contact, 'connected', 'the start is waited for by the second');
  });

  it('keeps the last good facts with their age, and says since when', async () => {
    await rig.show(node('a'));
    const good = rig.sample('a');
    rig.gateway.sessions[0]?.drop();
    rig.gateway.server('a').dial = 'refused';
    await rig.clock.advance(20_000);
    const bad = rig.sample('a');
    assert.equal(bad.contact, 'failed');
    assert.equal(bad.failure?.reason, 'refused');
    assert.equal(bad.fast, good.fast);
    assert.equal(bad.fastAtMs, good.fastAtMs);
    assert.equal(bad.failingSinceMs, (good.fastAtMs ?? 0) + 5_000);
  });

  it('writes one warning an outage, and one line when it ends', async () => {
    rig.gateway.server('a').dial = 'refused';
    await rig.show(node('a'));
    await rig.clock.advance(300_000);
    assert.equal(rig.log.count('warn'), 1);
    rig.gateway.server('a').dial = null;
    await rig.clock.advance(30_000);
    assert.equal(rig.log.count('warn'), 1);
    assert.match(rig.log.lines.at(-1)?.text ?? '', /"a" answers again after \d+ s/);
  });

  it('asks a starting server every second, without a warning', async () => {
    rig.gateway.server('a').dial = 'starting';
    await rig.show(node('a'));
    await rig.clock.advance(10_000);
    assert.ok(rig.gateway.tally('a').dials >= 8);
    assert.equal(rig.log.count('warn'), 0);
  });

  it('leaves a full server alone for ten seconds', async () => {
    rig.gateway.server('a').dial = 'connectionsFull';
    await rig.show(node('a'));
    await rig.clock.advance(9_900);
    assert.equal(rig.gateway.tally('a').dials, 1);
    await rig.clock.advance(3_000);
    assert.equal(rig.gateway.tally('a').dials, 2);
  });

  it('lets a hung node delay nobody', async () => {
    await rig.show(node('a'), node('b'), node('c'));
    rig.gateway.server('b').fast = 'hang';
    await rig.clock.advance(50_000);
    assert.equal(rig.gateway.tally('a').fast, 11);
    assert.equal(rig.gateway.tally('c').fast, 11);
    assert.equal(rig.gateway.tally('b').fast, 2);
  });

  it('replaces a session whose statement was not answered in time', async () => {
    await rig.show(node('a'));
    rig.gateway.server('a').fast = 'readTimeout';
    await rig.clock.advance(5_060);
    const tally = rig.gateway.tally('a');
    assert.equal(rig.sample('a').failure?.reason, 'readTimeout');
    assert.equal(tally.open, 0);
    rig.gateway.server('a').fast = null;
    await rig.clock.advance(2_000);
    assert.equal(rig.sample('a').contact, 'connected');
    assert.deepEqual([tally.dials, tally.mostOpen], [2, 1]);
  });

  it('redials a lost connection at once, and says nothing if that works', async () => {
    await rig.show(node('a'));
    rig.gateway.sessions[0]?.drop();
    await rig.clock.advance(5_060);
    assert.equal(rig.sample('a').contact, 'connected');
    assert.equal(rig.sample('a').failure, null);
    assert.equal(rig.gateway.tally('a').dials, 2);
    assert.equal(rig.log.lines.length, 0);
  });

  it('does not redial without end a server that hangs up on every statement', async () => {
    await rig.show(node('a'));
    rig.gateway.server('a').fast = 'lost';
    await rig.clock.advance(5_060);
    assert.equal(rig.gateway.tally('a').dials, 2);
    assert.equal(rig.sample('a').failure?.reason, 'lost');
  });

  it('goes on at the interval when a statement fails and the session lives', async () => {
    await rig.show(node('a'));
    rig.gateway.server('a').fast = 'limit';
    await rig.clock.advance(20_000);
    assert.deepEqual([rig.gateway.tally('a').fast, rig.gateway.tally('a').dials], [5, 1]);
    assert.equal(rig.sample('a').contact, 'failed');
  });

  describe('for want of a password', () => {
    it('tries a refused one once, and then once for each act of the user', async () => {
      rig.gateway.server('a').dial = 'passwordRefused';
      await rig.show(node('a'));
      await rig.clock.advance(3_600_000);
      rig.monitor.setAudience(NOBODY);
      rig.monitor.setAudience(EXPLORER);
      rig.monitor.recheckContact();
      await rig.monitor.refresh(null, 'interval');
      await rig.clock.advance(3_600_000);
      const tally = rig.gateway.tally('a');
      assert.equal(tally.dials, 1);
      assert.equal(rig.sample('a').nextTryAtMs, null);
      void rig.monitor.refresh(null, 'manual');
      await rig.clock.advance(60_000);
      assert.equal(tally.dials, 2);
      rig.gateway.server('a').dial = null;
      rig.monitor.connect({ topologyId: ID, nodeId: 'a' });
      await rig.clock.advance(60);
      assert.equal(tally.dials, 3);
      assert.equal(rig.sample('a').contact, 'connected');
    });

    it('looks for a missing one again when a view comes into sight', async () => {
      rig.gateway.server('a').dial = 'passwordNeeded';
      await rig.show(node('a'));
      await rig.clock.advance(600_000);
      assert.equal(rig.gateway.tally('a').dials, 1);
      rig.gateway.server('a').dial = null;
      rig.monitor.setAudience({ ...EXPLORER, dashboard: true });
      await rig.clock.advance(60);
      assert.equal(rig.sample('a').contact, 'connected');
    });
  });

  describe('after the machine slept', () => {
    const nodes = Array.from({ length: 40 }, (_, index) => node(`n${index}`));

    it('opens every session anew, once, and in no burst', async () => {
      await rig.show(...nodes);
      await rig.clock.advance(5_000);
      await rig.clock.sleep(8 * 3_600_000);
      await rig.clock.advance(0);
      assert.ok(rig.gateway.total('dials') - 40 <= 21, 'twenty at once');
      await rig.clock.advance(1_000);
      assert.equal(rig.gateway.total('dials'), 80);
      assert.equal(rig.gateway.tally('n0').mostOpen, 1);
      await rig.clock.advance(20_000);
      assert.equal(rig.gateway.total('dials'), 80);
      assert.equal(rig.sample('n39').failure, null);
    });

    it('notices it too where timers stand still meanwhile', async () => {
      await rig.show(node('a'));
      rig.clock.suspend(8 * 3_600_000);
      await rig.clock.advance(5_060);
      assert.equal(rig.gateway.tally('a').dials, 2);
      assert.equal(rig.sample('a').contact, 'connected');
    });
  });
});

import assert from 'node:assert/strict';
import { ID, node, NOBODY, Rig } from './fixture';

describe('polling a node', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.dispose());

  it('costs one statement and no new connection a poll', async () => {
    await rig.show(node('a'));
    const tally = rig.gateway.tally('a');
    assert.deepEqual([tally.dials, tally.slow, tally.fast], [1, 1, 1]);
    await rig.clock.advance(50_000);
    assert.deepEqual([tally.dials, tally.slow, tally.fast], [1, 1, 11]);
    assert.equal(rig.sample('a').contact, 'connected');
  });

  it('reads slow facts again after a minute', async () => {
    await rig.show(node('a'));
    await rig.clock.advance(54_000);
    assert.equal(rig.gateway.tally('a').slow, 1);
    await rig.clock.advance(6_000);
    assert.equal(rig.gateway.tally('a').slow, 2);
  });

  it('plans the next poll from the last answer, and never overlaps', async () => {
    await rig.show(node('a'));
    const tally = rig.gateway.tally('a');
    rig.gateway.server('a').fast = 'hang';
    await rig.clock.advance(60_000);
    assert.equal(tally.fast, 2);
    assert.equal(tally.mostBusy, 1);
    void rig.monitor.refresh(null, 'interval');
    void rig.monitor.refresh(null, 'manual');
    await rig.clock.advance(1_000);
    assert.equal(tally.fast, 2, 'a statement under way is not doubled');
  });

  it('keeps slow facts that cannot be read from hurting the fast ones', async () => {
    rig.gateway.server('a').slow = 'privilege';
    await rig.show(node('a'));
    assert.equal(rig.sample('a').contact, 'connected');
    assert.equal(rig.sample('a').slow, null);
    assert.equal(rig.sample('a').failure, null);
    await rig.clock.advance(120_000);
    assert.equal(rig.gateway.tally('a').slow, 3, 'tried again once a minute');
    assert.equal(rig.log.count('info'), 1);
  });

  it('looks again, once, when a table of its statement is gone', async () => {
    await rig.show(node('a'));
    rig.gateway.server('a').fast = 'schemaDrift';
    await rig.clock.advance(5_000);
    const tally = rig.gateway.tally('a');
    assert.deepEqual([tally.slow, tally.fast, tally.dials], [2, 3, 1]);
    assert.equal(rig.sample('a').failure?.reason, 'schemaDrift');
    rig.gateway.server('a').fast = null;
    await rig.clock.advance(5_000);
    assert.equal(rig.sample('a').contact, 'connected');
    assert.equal(tally.dials, 1, 'the session was fine all along');
  });

  describe('refresh', () => {
    it('by hand reads at once, slow facts too, and answers with the new snapshot', async () => {
      await rig.show(node('a'));
      await rig.clock.advance(2_000);
      const before = rig.monitor.current()[0];
      let after = before;
      void rig.monitor.refresh(null, 'manual').then(() => {
        after = rig.monitor.current()[0];
      });
      await rig.clock.advance(0);
      const tally = rig.gateway.tally('a');
      assert.deepEqual([tally.slow, tally.fast], [2, 2]);
      assert.ok(after !== before && (after?.version ?? 0) > (before?.version ?? 0));
    });

    it('after a command waits for a reading that began after it', async () => {
      await rig.show(node('a'));
      await rig.clock.advance(4_000);
      const tally = rig.gateway.tally('a');
      const polled = rig.monitor.refresh(null, 'interval'); // begins to read
      let done = false;
      void rig.monitor.refresh(null, 'afterCommand').then(() => {
        done = true;
      });
      assert.equal(tally.fast, 2);
      await polled;
      assert.equal(done, false, 'the reading under way may be older than the command');
      await rig.clock.advance(0);
      assert.equal(tally.fast, 3);
      assert.equal(done, true);
    });

    it('many at once make two readings at most: the one under way and the next', async () => {
      await rig.show(node('a'));
      const all = Array.from({ length: 50 }, () => rig.monitor.refresh(null, 'manual'));
      await rig.clock.advance(0);
      await Promise.all(all);
      assert.ok(rig.gateway.tally('a').fast <= 3, `${rig.gateway.tally('a').fast} readings`);
    });

    it('of one node leaves the others alone', async () => {
      await rig.show(node('a'), node('b'));
      await rig.clock.advance(2_000);
      const done = rig.monitor.refresh({ topologyId: ID, nodeId: 'b' }, 'manual');
      await rig.clock.advance(0);
      await done;
      assert.equal(rig.gateway.tally('a').fast, 1);
      assert.equal(rig.gateway.tally('b').fast, 2);
    });

    it('by hand is served though nobody looks, and polling stays paused', async () => {
      rig.declare(node('a'));
      rig.monitor.setAudience(NOBODY);
      const done = rig.monitor.refresh(null, 'manual');
      await rig.clock.advance(0);
      await done;
      assert.equal(rig.gateway.tally('a').fast, 1);
      await rig.clock.advance(50_000);
      assert.equal(rig.gateway.tally('a').fast, 1);
      assert.equal(rig.gateway.tally('a').open, 1);
      await rig.clock.advance(20_000);
      assert.equal(rig.gateway.tally('a').open, 0, 'and the session goes after a minute');
    });

    it('resolves for what is not there', async () => {
      rig.declare(node('a'));
      await rig.monitor.refresh({ topologyId: 'file:///other', nodeId: null }, 'manual');
      await rig.monitor.refresh({ topologyId: ID, nodeId: 'nobody' }, 'manual');
    });
  });

  it('asks downstreams before their upstreams', async () => {
    await rig.show(
      node('primary'),
      node('cascade', { standbyOf: 'standby' }),
      node('standby', { standbyOf: 'primary' }),
    );
    rig.gateway.sent.length = 0;
    await rig.clock.advance(5_000);
    assert.deepEqual(rig.gateway.sent, ['cascade', 'standby', 'primary']);
  });
});

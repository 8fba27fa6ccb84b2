import assert from 'node:assert/strict';
import type { SenderFacts } from '../../../src/core/facts';
import { fastFacts } from './fakeGateway';
import { ID, node, NOBODY, EXPLORER, Rig } from './fixture';

const STREAMING = 'streaming/standby';

function sender(replayLsn: bigint): SenderFacts {
  return {
    pid: 7,
    applicationName: 'standby',
    clientAddress: null,
    state: 'streaming',
    sentLsn: replayLsn,
    writeLsn: replayLsn,
    flushLsn: replayLsn,
    replayLsn,
    replayLagMs: 12,
    syncState: 'async',
    replyAtMs: 0,
  };
}

/** A primary and a standby that is some bytes behind. */
async function showPair(rig: Rig): Promise<void> {
  const receiver = {
    pid: 1,
    isVisible: true,
    status: 'streaming',
    receivedTimeline: 1,
    flushedLsn: 500n,
    latestEndLsn: 500n,
    latestEndAtMs: 0,
    lastMessageAtMs: 0,
    slotName: null,
    senderHost: null,
    senderPort: null,
    applicationName: 'standby',
  };
  rig.gateway.server('primary').facts = fastFacts({ currentLsn: 600n, senders: [sender(500n)] });
  rig.gateway.server('standby').facts = fastFacts({
    isInRecovery: true,
    currentLsn: null,
    receiveLsn: 500n,
    replayLsn: 500n,
    replayPauseState: 'not paused',
    receiver,
  });
  await rig.show(node('primary'), node('standby', { standbyOf: 'primary' }));
}

describe('publishing', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.dispose());

  it('makes one snapshot of answers that arrive together', async () => {
    await rig.show(...Array.from({ length: 10 }, (_, index) => node(`n${index}`)));
    rig.published.length = 0;
    await rig.clock.advance(5_000);
    assert.equal(rig.published.length, 1);
    assert.ok(rig.published[0]?.snapshot.nodes.every(({ sample }) => sample.fast !== null));
  });

  it('counts versions up by one, and gives the same object until something changed', async () => {
    await rig.show(node('a'));
    await rig.clock.advance(20_000);
    const versions = rig.published.map(({ snapshot }) => snapshot.version);
    assert.deepEqual(
      versions,
      versions.map((_, index) => index + 1),
    );
    const now = rig.monitor.current();
    assert.equal(rig.monitor.current(), now);
    assert.equal(now[0], rig.published.at(-1)?.snapshot);
  });

  it('says whether there is news, or only later times', async () => {
    await showPair(rig);
    await rig.clock.advance(120_000);
    rig.published.length = 0;
    rig.gateway.server('standby').facts = {
      ...rig.gateway.server('standby').facts,
      serverTimeMs: 99,
    };
    await rig.clock.advance(5_000);
    assert.deepEqual(
      rig.published.map(({ isNews }) => isNews),
      [false],
    );
    rig.gateway.server('primary').facts = fastFacts({ currentLsn: 601n, senders: [sender(500n)] });
    await rig.clock.advance(5_000);
    assert.equal(rig.published.at(-1)?.isNews, true);
  });

  it('publishes less often the more a picture costs', async () => {
    rig.monitor.onDidChange(() => rig.clock.work(20));
    await rig.show(...Array.from({ length: 40 }, (_, index) => node(`n${index}`)));
    const before = rig.joins;
    await rig.clock.advance(5_000);
    // Dials were spread over 200 ms, and so are the polls; a picture that takes 20 ms is made every second at most.
    assert.ok(rig.joins - before <= 2, `${rig.joins - before} pictures`);
  });

  it('outlives a listener that throws, and lets a listener go', async () => {
    let calls = 0;
    const broken = rig.monitor.onDidChange(() => {
      throw new Error('broken view');
    });
    const counting = rig.monitor.onDidChange(() => {
      calls += 1;
    });
    await rig.show(node('a'));
    assert.ok(calls > 0);
    assert.ok(rig.log.count('error') > 0);
    counting.dispose();
    broken.dispose();
    const before = calls;
    await rig.clock.advance(10_000);
    assert.equal(calls, before);
  });

  describe('history', () => {
    // Hours of a clock that a busy machine has to tick through.

    const points = () => {
      const past = rig.monitor.history(ID).series.get(STREAMING);
      return (past?.atMs ?? []).map((atMs, index) => ({
        atMs,
        lagMs: past?.columns.lagMs?.[index],
        lagBytes: past?.columns.lagBytes?.[index],
      }));
    };

    it('has one point a poll for each edge, and reaches back fifteen minutes', async () => {
      await showPair(rig);
      await rig.clock.advance(60_000);
      assert.equal(points().length, 13);
      assert.deepEqual(
        points().map(({ lagBytes }) => lagBytes),
        Array.from({ length: 13 }, () => 100),
      );
      await rig.clock.advance(3_600_000);
      assert.ok(points().length >= 180 && points().length <= 181, `${points().length} points`);
    });

    it('has a gap, not a zero, while an end cannot be read, and one gap only', async () => {
      await showPair(rig);
      for (const id of ['primary', 'standby']) {
        rig.gateway.server(id).fast = 'readTimeout';
        rig.gateway.server(id).dial = 'refused';
      }
      await rig.clock.advance(120_000);
      assert.deepEqual(
        points().map(({ lagMs, lagBytes }) => [lagMs, lagBytes]),
        [
          [12, 100],
          [null, null],
        ],
      );
    });

    it('has a gap where polling was paused', async () => {
      await showPair(rig);
      rig.monitor.setAudience(NOBODY);
      await rig.clock.advance(300_000);
      rig.monitor.setAudience(EXPLORER);
      await rig.clock.advance(100);
      assert.deepEqual(
        points().map(({ lagBytes }) => lagBytes),
        [100, null, 100],
      );
    });

    it('says when nobody looked', async () => {
      await showPair(rig);
      rig.monitor.setAudience(NOBODY);
      const fromMs = rig.clock.nowMs();
      await rig.clock.advance(300_000);
      assert.deepEqual(rig.monitor.history(ID).pauses, [{ fromMs, toMs: null }]);
      rig.monitor.setAudience(EXPLORER);
      const toMs = rig.clock.nowMs();
      await rig.clock.advance(100);
      assert.deepEqual(rig.monitor.history(ID).pauses, [{ fromMs, toMs }]);
    });

    it('reaches back a day, one point a step, and keeps a peak that was seen once', async () => {
      await showPair(rig);
      rig.monitor.setPolling(60, false);
      await rig.clock.advance(3_600_000);
      rig.gateway.server('primary').facts = fastFacts({
        currentLsn: 10_500n,
        senders: [sender(500n)],
      });
      await rig.clock.advance(60_000);
      rig.gateway.server('primary').facts = fastFacts({
        currentLsn: 600n,
        senders: [sender(500n)],
      });
      await rig.clock.advance(3_600_000);
      const past = rig.monitor.history(ID, '24h').series.get(STREAMING);
      const bytes = past?.columns.lagBytes ?? [];
      assert.ok(bytes.length >= 24 && bytes.length <= 26, `${bytes.length} points`);
      assert.deepEqual(
        bytes.filter((value) => value !== 100),
        [10_000],
      );
      assert.equal(
        points().some(({ lagBytes }) => lagBytes === 10_000),
        false,
      );
    });

    it('of an unknown topology is empty', () => {
      assert.deepEqual(rig.monitor.history('file:///nowhere'), {
        topologyId: 'file:///nowhere',
        range: '15min',
        series: new Map(),
        pauses: [],
      });
    });
  });
});

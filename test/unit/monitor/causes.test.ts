import assert from 'node:assert/strict';
import type { CauseWants } from '../../../src/core/causeFacts';
import {
  CAUSES_INTERVAL_MS,
  FAILED_CAUSES_MS,
  KEEP_CAUSES_MS,
  WANTED_AGAIN_MS,
} from '../../../src/monitor/causeReader';
import { NO_CAUSES } from './fakeGateway';
import { ID, NOBODY, node, Rig } from './fixture';

const NOTHING: CauseWants = {
  blockers: false,
  replay: false,
  tables: false,
  wal: false,
  log: false,
};
const BLOCKERS: CauseWants = { ...NOTHING, blockers: true };
const LOG: CauseWants = { ...NOTHING, log: true };
const CENTRAL = { topologyId: ID, nodeId: 'central' };
const POLL_MS = 5_000;

describe('reading why something is wrong', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = new Rig();
    await rig.show(node('central'), node('read'));
  });

  afterEach(() => rig.dispose());

  const asked = (): number => rig.gateway.tally('central').causes;

  /** Polls until the picture with the present wishes was put together. */
  const poll = (): Promise<void> => rig.clock.advance(POLL_MS + 100);

  it('sends nothing but polls while nothing is wrong, also where a person refreshes', async () => {
    await rig.clock.advance(10 * 60_000);
    await Promise.all([rig.monitor.refresh(CENTRAL, 'manual'), rig.clock.advance(100)]);
    assert.equal(rig.gateway.total('causes'), 0);
    const { fast, slow } = rig.gateway.tally('read');
    assert.ok(fast > 100 && slow <= 11, `${fast} polls, ${slow} slow ones`);
    assert.equal(rig.sample('central').causes ?? null, null);
  });

  it('asks at once what is newly wanted, of that node alone, and keeps the answer', async () => {
    rig.wanted.set('central', BLOCKERS);
    rig.gateway.server('central').facts = { ...rig.gateway.server('central').facts, timeline: 2 };
    await poll();
    assert.deepEqual(rig.gateway.wants, [BLOCKERS]);
    assert.equal(rig.gateway.tally('read').causes, 0);
    assert.equal(rig.sample('central').causes, NO_CAUSES);
    const { causesAtMs } = rig.sample('central');
    assert.ok(causesAtMs !== null && causesAtMs !== undefined);
    assert.ok(rig.clock.nowMs() - causesAtMs < 1_000);
    assert.equal(rig.gateway.tally('central').mostBusy, 1, 'one at a time');
  });

  it('asks again twice a minute at most, and with a person who refreshes', async () => {
    rig.wanted.set('central', BLOCKERS);
    await poll();
    await rig.clock.advance(CAUSES_INTERVAL_MS - POLL_MS);
    assert.equal(asked(), 1);
    await rig.clock.advance(2 * POLL_MS);
    assert.equal(asked(), 2);
    await rig.clock.advance(10 * CAUSES_INTERVAL_MS);
    assert.ok(asked() <= 12, `${asked()}`);
    const before = asked();
    await Promise.all([rig.monitor.refresh(CENTRAL, 'manual'), rig.clock.advance(100)]);
    assert.equal(asked(), before + 1);
    await Promise.all([rig.monitor.refresh(CENTRAL, 'afterCommand'), rig.clock.advance(100)]);
    assert.equal(asked(), before + 1);
  });

  it('asks for another part at once', async () => {
    rig.wanted.set('central', BLOCKERS);
    await poll();
    const both = { ...BLOCKERS, log: true };
    rig.wanted.set('central', both);
    await poll();
    assert.deepEqual(rig.gateway.wants, [BLOCKERS, both]);
  });

  it('is not worn out by a verdict that comes and goes', async () => {
    for (let round = 0; round < 24; round += 1) {
      rig.wanted.set('central', round % 2 === 0 ? BLOCKERS : LOG);
      await rig.clock.advance(POLL_MS);
    }
    const most = 2 * Math.ceil((24 * POLL_MS) / WANTED_AGAIN_MS);
    assert.ok(asked() <= most && asked() >= 4, `${asked()} of ${most}`);
    assert.ok(rig.gateway.tally('central').fast <= 24 + most + 5);
  });

  it('forgets what it read some time after all is well', async () => {
    rig.wanted.set('central', BLOCKERS);
    await poll();
    rig.wanted.delete('central');
    await rig.clock.advance(KEEP_CAUSES_MS - 2 * POLL_MS);
    assert.equal(rig.sample('central').causes, NO_CAUSES);
    await rig.clock.advance(4 * POLL_MS);
    assert.equal(rig.sample('central').causes, null);
    assert.equal(rig.sample('central').causesAtMs, null);
    assert.equal(asked(), 1);
  });

  it('forgets it at once where the file means another server', async () => {
    rig.wanted.set('central', BLOCKERS);
    await poll();
    rig.wanted.delete('central');
    rig.declare(node('central', { connection: { host: 'elsewhere.example' } }), node('read'));
    await rig.clock.advance(100);
    assert.equal(rig.sample('central').causes ?? null, null);
    await poll();
    assert.equal(rig.sample('central').causes ?? null, null);
  });

  it('a failure costs the node nothing, and is not tried again soon', async () => {
    for (const reason of ['privilege', 'readTimeout'] as const) {
      rig.gateway.server('central').causes = reason;
      const before = asked();
      rig.wanted.set('central', BLOCKERS);
      await poll();
      await rig.clock.advance(FAILED_CAUSES_MS - 3 * POLL_MS);
      assert.equal(asked(), before + 1, reason);
      const sample = rig.sample('central');
      assert.deepEqual([sample.contact, sample.failure], ['connected', null]);
      rig.wanted.delete('central');
      await rig.clock.advance(FAILED_CAUSES_MS);
    }
    assert.equal(rig.log.count('warn'), 0);
    assert.equal(rig.gateway.tally('central').dials, 2, 'one session timed out');
  });

  it('waits with a node that does not answer for its back-off', async () => {
    rig.gateway.server('central').fast = 'lost';
    rig.gateway.server('central').dial = 'silent';
    await poll();
    rig.wanted.set('central', BLOCKERS);
    await rig.clock.advance(60_000);
    const { dials } = rig.gateway.tally('central');
    assert.ok(dials < 15, `${dials} dials`);
    assert.equal(asked(), 0);
    rig.gateway.server('central').fast = null;
    rig.gateway.server('central').dial = null;
    await rig.clock.advance(60_000);
    assert.ok(asked() >= 1);
  });

  it('asks nothing while nobody looks', async () => {
    rig.monitor.setAudience(NOBODY);
    rig.wanted.set('central', BLOCKERS);
    await rig.clock.advance(10 * 60_000);
    assert.equal(asked(), 0);
  });
});

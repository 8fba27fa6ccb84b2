import assert from 'node:assert/strict';
import { attend, type Alarm } from '../../../../src/core/attention/attend';
import {
  mute,
  NOTHING_HAPPENED,
  readAttentionMemory,
  type AttentionMemory,
} from '../../../../src/core/attention/attentionMemory';
import type { TopologySnapshot, VerdictCode } from '../../../../src/core/snapshot';
import { declared, edge, NOW, queue, slot, snapshot, verdict } from '../describe/makeSnapshot';

const POLL_MS = 5_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What is wrong, by subject; the worst first, as a snapshot lists it. */
type Wrong = Readonly<Record<string, VerdictCode>>;

const NODES = [
  declared('central'),
  declared('read', { standbyOf: 'central' }),
  declared('genesis'),
  declared('vengeance'),
];

function picture(wrong: Wrong): TopologySnapshot {
  const codeOf = (subject: string, well: VerdictCode) => verdict(wrong[subject] ?? well);
  const edges = ['streaming/read', 'logical/genesis/a_sub', 'logical/genesis/b_sub'];
  return snapshot({
    nodes: NODES,
    seen: Object.fromEntries(NODES.map(({ id }) => [id, { verdict: codeOf(id, 'healthy') }])),
    edges: edges.map((id) => edge({ id, verdict: codeOf(id, 'streaming') })),
    queues: [queue({ verdict: codeOf('queue/vengeance', 'queueEmpty') })],
    slots: [slot({ name: 'reports', verdict: codeOf('slot/central/reports', 'healthy') })],
    summary: {
      problems: Object.keys(wrong).filter(
        (subject) => !['stale', 'unknown', 'sourceCutOff'].includes(wrong[subject] ?? ''),
      ),
    },
  });
}

/** Polls go on, one every five seconds, and what is told is collected. */
class Watch {
  memory: AttentionMemory = NOTHING_HAPPENED;
  nowMs = NOW;
  readonly told: { readonly atMs: number; readonly alarm: Alarm }[] = [];

  look(wrong: Wrong): void {
    const { memory, alarms } = attend(picture(wrong), this.memory, this.nowMs, POLL_MS);
    this.memory = memory;
    this.told.push(...alarms.map((alarm) => ({ atMs: this.nowMs, alarm })));
  }

  watch(forMs: number, wrongAt: (sinceMs: number) => Wrong): this {
    const startMs = this.nowMs;
    while (this.nowMs - startMs < forMs) {
      this.look(wrongAt(this.nowMs - startMs));
      this.nowMs += POLL_MS;
    }
    return this;
  }

  of(group: string) {
    return this.told.filter(({ alarm }) => alarm.problem.group === group);
  }

  get subjects(): readonly string[] {
    return this.told.map(({ alarm }) => alarm.problem.subject);
  }
}

const always = (wrong: Wrong) => () => wrong;
const WELL = always({});
const AWAY: Wrong = { 'streaming/read': 'notStreaming' };

describe('what is told of an outage', () => {
  it('is one thing, once it has lasted longer than two polls', () => {
    const watch = new Watch().watch(MINUTE_MS, WELL).watch(10 * MINUTE_MS, always(AWAY));
    assert.deepEqual(watch.subjects, ['streaming/read']);
    const afterMs = (watch.told[0]?.atMs ?? 0) - NOW - MINUTE_MS;
    assert.ok(afterMs > 2 * POLL_MS && afterMs <= 4 * POLL_MS, `${afterMs} ms`);
    assert.equal(watch.told[0]?.alarm.flapping, null);
  });

  it('is nothing where it passes within two polls, however often', () => {
    const watch = new Watch().watch(HOUR_MS, (ms) => (ms % 20_000 < 15_000 - POLL_MS ? AWAY : {}));
    assert.deepEqual(watch.subjects, []);
  });

  it('is nothing when it is over, and nothing new after a moment of health', () => {
    const watch = new Watch()
      .watch(MINUTE_MS, always(AWAY))
      .watch(2 * POLL_MS, WELL)
      .watch(10 * MINUTE_MS, always(AWAY))
      .watch(10 * MINUTE_MS, WELL);
    assert.equal(watch.told.length, 1);
    watch.watch(MINUTE_MS, always(AWAY));
    assert.equal(watch.told.length, 2, 'the next outage is told again');
  });

  it('is nothing of what is stale, unknown or follows from another', () => {
    const watch = new Watch()
      .watch(MINUTE_MS, always({ 'streaming/read': 'stale' }))
      .watch(MINUTE_MS, always({ 'streaming/read': 'sourceCutOff' }))
      .watch(MINUTE_MS, always({ genesis: 'unknown' }));
    assert.deepEqual(watch.subjects, []);
  });

  it('does not begin anew after nobody looked for a while', () => {
    const watch = new Watch()
      .watch(MINUTE_MS, always(AWAY))
      .watch(5 * MINUTE_MS, always({ 'streaming/read': 'stale', read: 'stale' }))
      .watch(MINUTE_MS, always(AWAY));
    assert.equal(watch.told.length, 1);
  });

  it('does not take the sleep of the machine for an outage', () => {
    const watch = new Watch();
    watch.look(AWAY);
    watch.nowMs += HOUR_MS;
    watch.look(AWAY);
    assert.deepEqual(watch.subjects, [], 'two looks an hour apart');
    watch.watch(MINUTE_MS, always(AWAY));
    assert.equal(watch.told.length, 1);
  });

  it('is told at the first look as well, once it has lasted since', () => {
    const watch = new Watch().watch(MINUTE_MS, always({ central: 'unreachable' }));
    assert.deepEqual(watch.subjects, ['central']);
  });

  it('is nothing of what a person has set up or has yet to', () => {
    const watch = new Watch().watch(
      MINUTE_MS,
      always({
        'logical/genesis/a_sub': 'disabled',
        central: 'passwordNeeded',
        read: 'noPrivilege',
      }),
    );
    assert.deepEqual(watch.subjects, []);
  });

  it('is one thing a node, where several of its parts go out together', () => {
    const both: Wrong = {
      'logical/genesis/a_sub': 'stoppedByError',
      'logical/genesis/b_sub': 'stoppedByError',
    };
    const watch = new Watch().watch(10 * MINUTE_MS, always(both));
    assert.deepEqual(watch.subjects, ['logical/genesis/a_sub']);
  });

  it('is told of each slot, which is lost once, whatever its server does', () => {
    const watch = new Watch().watch(
      MINUTE_MS,
      always({ 'slot/central/reports': 'slotLost', central: 'unreachable' }),
    );
    assert.deepEqual(watch.subjects, ['slot/central/reports', 'central']);
  });

  it('comes together for what fails together', () => {
    const watch = new Watch().watch(MINUTE_MS, (ms) => ({
      central: 'unreachable',
      ...(ms >= POLL_MS ? { genesis: 'unreachable' as const } : {}),
    }));
    assert.deepEqual(watch.subjects, ['central', 'genesis']);
    assert.equal(watch.told[0]?.atMs, watch.told[1]?.atMs);
  });

  it('is told again of a node when something worse comes later', () => {
    const conflicts: Wrong = { 'queue/vengeance': 'queueConflicts' };
    const watch = new Watch()
      .watch(10 * MINUTE_MS, always(conflicts))
      .watch(MINUTE_MS, always({ vengeance: 'unreachable', ...conflicts }));
    assert.deepEqual(watch.subjects, ['queue/vengeance', 'vengeance']);
  });
});

describe('an hour of flapping', () => {
  const flap = (ms: number, offsetMs: number, periodMs: number) =>
    (ms + offsetMs) % periodMs < periodMs / 2;

  it('makes at most three notifications a node, the last of which says so', () => {
    const watch = new Watch().watch(HOUR_MS, (ms) => ({
      ...(flap(ms, 0, 2 * MINUTE_MS) ? { central: 'unreachable' as const } : {}),
      ...(flap(ms, 30_000, 90_000) ? AWAY : {}),
      ...(flap(ms, 10_000, 3 * MINUTE_MS)
        ? { 'logical/genesis/a_sub': 'stoppedByError' as const }
        : {}),
      ...(flap(ms, 0, MINUTE_MS) ? { 'logical/genesis/b_sub': 'lagging' as const } : {}),
    }));
    for (const group of ['central', 'read', 'genesis']) {
      const told = watch.of(group);
      assert.equal(told.length, 3, group);
      assert.deepEqual(
        told.map(({ alarm }) => alarm.flapping?.times ?? null),
        [null, null, 3],
        group,
      );
    }
    assert.equal(watch.of('read')[2]?.alarm.flapping?.isAlike, true);
    assert.equal(watch.of('genesis')[2]?.alarm.flapping?.isAlike, false);
    assert.equal(watch.told.length, 9);
  });

  it('stays at three for as long as it goes on, and in every hour', () => {
    const watch = new Watch().watch(3 * HOUR_MS, (ms) => (flap(ms, 0, 90_000) ? AWAY : {}));
    assert.equal(watch.told.length, 3);
  });

  it('is forgotten after an hour without an outage', () => {
    const watch = new Watch()
      .watch(HOUR_MS, (ms) => (flap(ms, 0, 2 * MINUTE_MS) ? AWAY : {}))
      .watch(HOUR_MS + MINUTE_MS, WELL)
      .watch(MINUTE_MS, always(AWAY));
    assert.equal(watch.told.length, 4);
    assert.equal(watch.told[3]?.alarm.flapping, null);
  });

  it('never makes more than three in any hour, whatever the rhythm', () => {
    for (const periodMs of [25_000, 40_000, 7 * MINUTE_MS, 19 * MINUTE_MS, 31 * MINUTE_MS]) {
      const watch = new Watch().watch(6 * HOUR_MS, (ms) => (flap(ms, 0, periodMs) ? AWAY : {}));
      const times = watch.told.map(({ atMs }) => atMs);
      for (const from of times) {
        const inHour = times.filter((atMs) => atMs >= from && atMs < from + HOUR_MS).length;
        assert.ok(inHour <= 3, `${inHour} at a period of ${periodMs} ms`);
      }
    }
  });
});

describe('muting', () => {
  it('for an hour silences that node alone, and ends by itself', () => {
    const watch = new Watch();
    watch.memory = mute(watch.memory, 'read', NOW + HOUR_MS);
    watch.watch(MINUTE_MS, always({ central: 'unreachable', ...AWAY }));
    assert.deepEqual(watch.subjects, ['central']);
    watch.watch(HOUR_MS, WELL);
    assert.deepEqual(watch.memory.mutes, {});
    watch.watch(MINUTE_MS, always(AWAY));
    assert.deepEqual(watch.subjects, ['central', 'streaming/read']);
  });

  it('does not tell later what went out while it was muted', () => {
    const watch = new Watch();
    watch.memory = mute(watch.memory, 'read', NOW + MINUTE_MS);
    watch.watch(10 * MINUTE_MS, always(AWAY));
    assert.deepEqual(watch.subjects, []);
  });

  it('until it recovers ends with the outage', () => {
    const watch = new Watch().watch(MINUTE_MS, always(AWAY));
    watch.memory = mute(watch.memory, 'read', 'recovery');
    watch.watch(MINUTE_MS, always(AWAY));
    assert.deepEqual(watch.memory.mutes, { read: 'recovery' });
    watch.watch(MINUTE_MS, WELL);
    assert.deepEqual(watch.memory.mutes, {});
    watch.watch(MINUTE_MS, always(AWAY));
    assert.equal(watch.told.length, 2);
  });
});

describe('what is remembered over a reload', () => {
  const reload = (watch: Watch): void => {
    const stored: unknown = JSON.parse(JSON.stringify(watch.memory));
    watch.memory = readAttentionMemory(stored);
  };

  it('keeps what was told, so that an outage is not told twice', () => {
    const watch = new Watch().watch(MINUTE_MS, always(AWAY));
    watch.memory = mute(watch.memory, 'central', 'recovery');
    reload(watch);
    assert.deepEqual(watch.memory.mutes, { central: 'recovery' });
    watch.watch(10 * MINUTE_MS, always(AWAY));
    assert.equal(watch.told.length, 1);
  });

  it('keeps how often a node was out within the hour', () => {
    const watch = new Watch();
    for (let outage = 0; outage < 6; outage += 1) {
      watch.watch(MINUTE_MS, always(AWAY)).watch(MINUTE_MS, WELL);
      reload(watch);
    }
    assert.equal(watch.told.length, 3);
  });

  it('is nothing where nonsense was stored', () => {
    for (const nonsense of [null, 7, 'x', [], { outages: 7, groups: [], mutes: { a: {} } }]) {
      assert.deepEqual(readAttentionMemory(nonsense), NOTHING_HAPPENED);
    }
    const half = { outages: { 'node/a': { group: 'a', isCounted: true } } };
    assert.deepEqual(readAttentionMemory(half), NOTHING_HAPPENED);
  });
});

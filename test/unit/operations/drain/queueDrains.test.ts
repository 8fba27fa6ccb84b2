import assert from 'node:assert/strict';
import { CancelSource } from '../../../../src/core/cancelSource';
import { describeFailure } from '../../../../src/core/failureText';
import type { CancelSignal } from '../../../../src/core/ports/cancelSignal';
import type { DrainEnd, DrainProgress, DrainReport } from '../../../../src/core/queue/drain';
import { DrainRefused, type DrainJob } from '../../../../src/operations/drain/drainJob';
import { NO_COUNTS } from '../../../../src/operations/drain/drainTally';
import { QueueDrains } from '../../../../src/operations/drain/queueDrains';
import { MemoryLog } from '../../../postgres/pg/support';
import { declared } from '../../core/describe/makeSnapshot';
import { FakeClock } from '../../monitor/fakeClock';

const address = { topologyId: 'file:///pg-topology.json', nodeId: 'vengeance' };
const edge = declared('vengeance', {
  pendingSync: {
    primary: 'central',
    table: { schema: 'pgtopology', name: 'pending_sync' },
    capture: 'trigger',
    tables: [],
  },
});
const STOPPED: DrainEnd = {
  kind: 'stopped',
  failure: describeFailure('refused', { nodeId: 'central' }),
};

/** One drain that has begun and that a test ends. */
interface Begun {
  readonly signal: CancelSignal;
  readonly onProgress: (progress: DrainProgress) => void;
  readonly end: (end: DrainEnd, left: number) => Promise<void>;
}

class World {
  readonly clock = new FakeClock();
  readonly log = new MemoryLog();
  readonly begun: Begun[] = [];
  readonly news: string[] = [];
  mayDrain = true;
  hasWork = true;
  refusal: DrainRefused | null = null;
  #poll: (topologyId: string) => void = () => undefined;
  readonly drains: QueueDrains;

  constructor() {
    const { pendingSync: queue } = edge;
    assert.ok(queue !== null);
    const job: DrainJob = {
      address,
      environment: 'development',
      edge,
      queue,
      primaries: [declared('central')],
      who: 'a test',
      isStrict: false,
    };
    this.drains = new QueueDrains(
      {
        gateway: { openDrain: () => Promise.reject(new Error('Nothing is opened here.')) },
        clock: this.clock,
        log: this.log,
        regainMs: 1,
        random: () => 0,
        jobOf: () => {
          if (this.refusal !== null) throw this.refusal;
          return job;
        },
        mayDrainUnasked: () => this.mayDrain,
        hasWork: () => this.hasWork,
        onDidChangeTopology: (listener) => {
          this.#poll = listener;
          return { dispose: () => (this.#poll = () => undefined) };
        },
      },
      (_job, onProgress, signal) => this.#begin(onProgress, signal),
    );
    this.drains.onDidChange((id) => this.news.push(id));
  }

  /** The monitor has looked. */
  async poll(topologyId = address.topologyId): Promise<void> {
    this.#poll(topologyId);
    await this.clock.advance(0);
  }

  async endLast(end: DrainEnd = { kind: 'drained' }, left = 0): Promise<void> {
    await this.begun.at(-1)?.end(end, left);
  }

  /** How long it takes after a drain until another one begins, in steps of a second. */
  async waitsFor(): Promise<number> {
    const before = this.begun.length;
    for (let seconds = 0; seconds <= 1_000; seconds += 1) {
      await this.poll();
      if (this.begun.length > before) return seconds;
      await this.clock.advance(1_000);
    }
    return Infinity;
  }

  get state() {
    return this.drains.of(address.topologyId)[0];
  }

  #begin(onProgress: Begun['onProgress'], signal: CancelSignal): Promise<DrainReport> {
    return new Promise((resolve) => {
      const end = async (how: DrainEnd, left: number): Promise<void> => {
        resolve(reportOf(how, left));
        await this.clock.advance(0);
      };
      this.begun.push({ signal, onProgress, end });
      signal.addEventListener('abort', () => void end({ kind: 'cancelled' }, 0));
    });
  }
}

function reportOf(end: DrainEnd, left: number): DrainReport {
  return {
    address,
    primaryId: 'central',
    startedAtMs: 0,
    endedAtMs: 1,
    end,
    counts: NO_COUNTS,
    left,
    resent: 0,
    verdicts: [],
    notes: [],
  };
}

const progress = (done: number): DrainProgress => ({
  done,
  total: 9,
  perSecond: null,
  remainingMs: null,
  counts: NO_COUNTS,
});

describe('QueueDrains, automatic', () => {
  it('drains nothing unless it was turned on, may and there is work', async () => {
    const world = new World();
    await world.poll();
    assert.equal(world.begun.length, 0, 'off');
    world.mayDrain = false;
    world.drains.setAutomatic(address, true);
    assert.equal(world.state?.isAutomatic, true);
    await world.poll();
    assert.equal(world.begun.length, 0, 'it may not');
    world.mayDrain = true;
    world.hasWork = false;
    await world.poll();
    assert.equal(world.begun.length, 0, 'nothing waits');
    world.hasWork = true;
    await world.poll('file:///other.json');
    assert.equal(world.begun.length, 0, 'another topology');
    await world.poll();
    assert.equal(world.begun.length, 1);
    await world.poll();
    assert.equal(world.begun.length, 1, 'one at a time');
    await world.endLast();
    assert.equal(world.state.last?.end.kind, 'drained');
    await world.drains.dispose();
  });

  it('looks anew some seconds after a drain, and in growing distances after failures', async () => {
    const world = new World();
    world.drains.setAutomatic(address, true);
    assert.equal(world.begun.length, 1, 'at once');
    await world.endLast();
    assert.equal(await world.waitsFor(), 5);
    const distances: number[] = [];
    for (let failure = 0; failure < 7; failure += 1) {
      await world.endLast(
        failure % 2 === 0 ? STOPPED : { kind: 'busy', pid: 1, sinceMs: null, who: null },
      );
      distances.push(await world.waitsFor());
    }
    assert.deepEqual(distances, [15, 30, 60, 120, 240, 300, 300]);
    await world.endLast();
    assert.equal(await world.waitsFor(), 5, 'a good one ends it');
    for (const distance of [15, 30]) {
      await world.endLast({ kind: 'drained' }, 3);
      assert.equal(await world.waitsFor(), distance, 'all that waits is held up');
    }
    await world.endLast(STOPPED);
    world.drains.setAutomatic(address, false);
    world.drains.setAutomatic(address, true);
    assert.equal(world.begun.length, 13, 'turned on anew it waits for nothing');
    await world.drains.dispose();
  });

  it('is cancelled when it may not go on, or is turned off; what a person began is not', async () => {
    const world = new World();
    world.drains.setAutomatic(address, true);
    world.mayDrain = false;
    await world.poll();
    assert.equal(world.begun[0]?.signal.aborted, true, 'such as a split brain');
    assert.equal(world.state?.last?.end.kind, 'cancelled');
    const byHand = world.drains.drain(address, new CancelSource());
    await world.poll();
    world.drains.setAutomatic(address, false);
    assert.equal(world.begun[1]?.signal.aborted, false);
    await world.endLast();
    assert.equal((await byHand).end.kind, 'drained');
    world.mayDrain = true;
    world.drains.setAutomatic(address, true);
    await world.clock.advance(60_000);
    await world.poll();
    assert.equal(world.begun.length, 3);
    world.drains.setAutomatic(address, false);
    assert.equal(world.begun[2]?.signal.aborted, true);
    await world.drains.dispose();
  });
});

describe('QueueDrains', () => {
  it('tells how far it is, and passes a cancellation on', async () => {
    const world = new World();
    const cancel = new CancelSource();
    const heard: number[] = [];
    const drained = world.drains.drain(address, cancel, ({ done }) => heard.push(done));
    world.begun[0]?.onProgress(progress(1));
    assert.equal(world.state?.progress?.done, 1);
    world.begun[0]?.onProgress(progress(2));
    assert.deepEqual(heard, [1, 2]);
    assert.equal(world.state.progress.done, 1, 'news come no more often than five times a second');
    await world.clock.advance(200);
    world.begun[0]?.onProgress(progress(3));
    assert.equal(world.state.progress.done, 3);
    assert.equal(world.news.length, 2);
    assert.equal(world.drains.of(address.topologyId), world.drains.of(address.topologyId));
    cancel.cancel();
    assert.equal((await drained).end.kind, 'cancelled');
    assert.equal(world.state.progress, null);
    await world.drains.dispose();
  });

  it('gives a refusal as the end of a drain and of a dry run, without an error', async () => {
    const world = new World();
    world.refusal = new DrainRefused(['Refused: 2 writable nodes.']);
    const report = await world.drains.drain(address, new CancelSource());
    assert.deepEqual(report.end, { kind: 'refused', reasons: ['Refused: 2 writable nodes.'] });
    const preview = await world.drains.preview(address, new CancelSource());
    assert.deepEqual(preview.refusals, ['Refused: 2 writable nodes.']);
    assert.equal(preview.total, 0);
    await world.drains.dispose();
  });

  it('cancels what is under way when it ends, and waits for it', async () => {
    const world = new World();
    world.drains.setAutomatic(address, true);
    await world.drains.dispose();
    assert.equal(world.begun[0]?.signal.aborted, true);
    await world.poll();
    assert.equal(world.begun.length, 1);
  });
});

import assert from 'node:assert/strict';
import type { CheckResult } from '../../../src/core/checks/checkResult';
import { checkSeriesId } from '../../../src/core/history';
import { decodeHistory, encodeHistory, HISTORY_LIMIT_BYTES } from '../../../src/host/historyCodec';
import { type HistoryFiles, HistoryKeeper } from '../../../src/host/historyKeeper';
import { HistoryBook } from '../../../src/monitor/historyBook';
import type { SavedSeries } from '../../../src/core/ports/historyArchive';
import { FakeClock } from '../monitor/fakeClock';
import { FakeLog } from '../monitor/fixture';

const ID = 'file:///folder/pg-topology.json';
const EDGE = 'streaming/standby';
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

class MemoryFiles implements HistoryFiles {
  readonly kept = new Map<string, { bytes: Uint8Array; changedAtMs: number }>();
  reads = 0;

  constructor(private readonly clock: FakeClock) {}

  read(name: string): Promise<Uint8Array | null> {
    this.reads += 1;
    const bytes = this.kept.get(name)?.bytes;
    if (bytes === undefined) return Promise.resolve(null);
    // As Node reads a file: a part of a larger memory.
    return Promise.resolve(Buffer.concat([Buffer.of(0), bytes]).subarray(1));
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    this.put(name, bytes);
    return Promise.resolve();
  }

  put(name: string, bytes: Uint8Array): void {
    this.kept.set(name, { bytes, changedAtMs: this.clock.nowMs() });
  }

  list() {
    return Promise.resolve(
      [...this.kept].map(([name, { changedAtMs }]) => ({ name, changedAtMs })),
    );
  }

  remove(name: string): Promise<void> {
    this.kept.delete(name);
    return Promise.resolve();
  }

  /** The one file there is. */
  only(): [string, Uint8Array] {
    const [found, ...more] = this.kept;
    assert.ok(found !== undefined && more.length === 0);
    return [found[0], found[1].bytes];
  }
}

/** One window: a book that checks write into, and its keeper. */
class Window {
  readonly book: HistoryBook;
  readonly keeper: HistoryKeeper;
  readonly log = new FakeLog();

  constructor(
    readonly files: MemoryFiles,
    readonly clock: FakeClock,
  ) {
    this.book = new HistoryBook(clock);
    this.keeper = new HistoryKeeper({ archive: this.book, files, clock, log: this.log });
  }

  arrive(arrivedMs: number, topologyId = ID): void {
    const endedAtMs = this.clock.nowMs();
    const result: CheckResult = {
      edgeId: EDGE,
      kind: 'row',
      outcome: 'arrived',
      arrivedMs,
      startedAtMs: endedAtMs - arrivedMs,
      endedAtMs,
      limitMs: 10_000,
      verdict: null,
      failure: null,
    };
    this.book.recordChecks(topologyId, [result]);
  }

  arrived(range: '15min' | '24h' = '15min') {
    return this.book.read(ID, range, null).series.get(checkSeriesId(EDGE))?.columns.arrivedMs;
  }
}

describe('a history that is kept over a reload', () => {
  let clock: FakeClock;
  let files: MemoryFiles;
  beforeEach(async () => {
    clock = new FakeClock();
    await clock.advance(3 * DAY);
    files = new MemoryFiles(clock);
  });

  it('is there again when the charts ask for it, before what was seen since', async () => {
    const first = new Window(files, clock);
    first.arrive(12);
    await clock.advance(30_000);
    first.arrive(900);
    await first.keeper.flush();
    first.keeper.dispose();
    await clock.advance(60_000);

    const second = new Window(files, clock);
    second.arrive(7);
    assert.deepEqual(second.arrived(), [7]);
    await second.keeper.restore(ID);
    assert.deepEqual(second.arrived(), [12, 900, null, 7]);
    assert.deepEqual(second.arrived('24h'), [900]);
    await second.keeper.restore(ID);
    assert.deepEqual(second.arrived(), [12, 900, null, 7], 'once');
    second.keeper.dispose();
  });

  it('reads nothing until it is asked, and writes at most every five minutes, with news alone', async () => {
    const window = new Window(files, clock);
    await window.keeper.follow([ID]);
    await clock.advance(DAY);
    assert.deepEqual([files.reads, files.kept.size, clock.pending], [0, 0, 0]);
    window.arrive(1);
    await clock.advance(5 * MINUTE - 1);
    assert.equal(files.kept.size, 0);
    await clock.advance(1);
    assert.equal(files.kept.size, 1);
    const [name] = files.only();
    files.kept.clear();
    await clock.advance(DAY);
    assert.deepEqual([files.kept.size, clock.pending], [0, 0], 'no news, no file');
    window.arrive(2);
    await window.keeper.flush();
    assert.equal(files.only()[0], name);
    window.keeper.dispose();
    assert.equal(clock.pending, 0);
  });

  it('adds to what a short window never looked at', async () => {
    for (const arrivedMs of [1, 2, 3]) {
      const window = new Window(files, clock);
      window.arrive(arrivedMs);
      await window.keeper.flush();
      window.keeper.dispose();
      await clock.advance(5 * MINUTE);
    }
    const last = new Window(files, clock);
    await last.keeper.restore(ID);
    assert.deepEqual(last.arrived('24h'), [1, 2, 3]);
  });

  it('is no older than a day', async () => {
    const first = new Window(files, clock);
    first.arrive(1);
    await clock.advance(20 * 60 * MINUTE);
    first.arrive(2);
    await first.keeper.flush();
    await clock.advance(5 * 60 * MINUTE);
    const second = new Window(files, clock);
    await second.keeper.restore(ID);
    assert.deepEqual(second.arrived('24h'), [2]);
    assert.equal(second.arrived(), undefined);
  });

  it('begins anew with a line in the log where the file is broken, cut off or of something else', async () => {
    const first = new Window(files, clock);
    first.arrive(12);
    await first.keeper.flush();
    const [name, good] = files.only();
    const broken: [string, Uint8Array][] = [
      ['empty', new Uint8Array(0)],
      ['text', new TextEncoder().encode('{"version":1,"series":[]}'.repeat(10))],
      ['cut off', good.slice(0, good.length - 4)],
      ['too long', new Uint8Array([...good, 0, 0, 0, 0])],
      ['another version', good.map((byte, at) => (at === 4 ? byte + 1 : byte))],
    ];
    for (let at = 5; at < good.length; at += 7) {
      broken.push([`byte ${at}`, good.map((byte, index) => (index === at ? byte ^ 0x10 : byte))]);
    }
    for (const [what, bytes] of broken) {
      files.put(name, bytes);
      const window = new Window(files, clock);
      await window.keeper.restore(ID);
      assert.equal(window.arrived(), undefined, what);
      assert.equal(window.log.count('warn'), 1, what);
      window.arrive(5);
      await window.keeper.flush();
      assert.deepEqual(window.arrived(), [5], what);
      assert.ok(decodeHistory(files.only()[1]), what);
      window.keeper.dispose();
    }
    const other = new Window(files, clock);
    other.arrive(1, 'file:///other.json');
    await other.keeper.flush();
    const [, foreign] = [...files.kept].find(([each]) => each !== name) ?? assert.fail();
    files.put(name, foreign.bytes);
    const window = new Window(files, clock);
    await window.keeper.restore(ID);
    assert.equal(window.log.count('warn'), 1);
    assert.equal(window.arrived(), undefined);
  });

  it('takes nothing from a clock that was ahead', async () => {
    const first = new Window(files, clock);
    first.arrive(12);
    await first.keeper.flush();
    const earlier = new FakeClock();
    await earlier.advance(DAY);
    const second = new Window(files, earlier);
    await second.keeper.restore(ID);
    second.arrive(5);
    assert.deepEqual(second.arrived(), [5]);
  });

  it('goes with its topology after a week, and leaves what is not ours', async () => {
    const window = new Window(files, clock);
    await window.keeper.follow([ID, 'file:///gone.json']);
    window.arrive(1);
    window.arrive(1, 'file:///gone.json');
    await window.keeper.follow([ID]);
    assert.equal(
      window.book.read('file:///gone.json', '24h', null).series.size,
      0,
      'memory is freed',
    );
    await window.keeper.flush();
    assert.equal(files.kept.size, 2, 'its file stays for a while');
    const unfinished = `history-${'0'.repeat(32)}.bin.${'a'.repeat(16)}.tmp`;
    files.put(unfinished, new Uint8Array(1));
    files.put('somebody-elses.bin', new Uint8Array(1));
    window.keeper.dispose();
    await clock.advance(8 * DAY);
    const later = new Window(files, clock);
    await later.keeper.follow([ID]);
    later.arrive(2);
    await later.keeper.flush();
    const left = [...files.kept.keys()];
    assert.equal(left.length, 2);
    assert.ok(left.includes('somebody-elses.bin'));
    const reader = new Window(files, clock);
    await reader.keeper.restore(ID);
    assert.deepEqual(reader.arrived('24h'), [2]);
  });

  it('says so and goes on when the folder cannot be written', async () => {
    const window = new Window(files, clock);
    files.write = () => Promise.reject(new Error('disk full'));
    window.arrive(1);
    await window.keeper.flush();
    assert.match(window.log.lines.at(-1)?.text ?? '', /could not be kept: Error: disk full/);
    window.arrive(2);
    await clock.advance(5 * MINUTE);
    assert.equal(window.log.count('warn'), 2);
    window.keeper.dispose();
  });

  it('is bounded: of many series the newest hours are kept', () => {
    const past = (): SavedSeries => ({
      measures: ['lagMs', 'lagBytes'],
      recentAtMs: Float64Array.from({ length: 180 }, (_, at) => at),
      recent: [new Float32Array(180).fill(1), new Float32Array(180).fill(2)],
      firstMinute: 1_000,
      minutes: [new Float32Array(1_441).fill(3), new Float32Array(1_441).fill(Number.NaN)],
    });
    const of = (count: number) => ({
      topologyId: ID,
      savedAtMs: 5,
      pauses: [{ fromMs: 1, toMs: null }],
      series: new Map(Array.from({ length: count }, (_, at) => [`streaming/${at}`, past()])),
    });
    const small = encodeHistory(of(3)) ?? assert.fail();
    assert.deepEqual(decodeHistory(small), of(3));
    const large = encodeHistory(of(1_000)) ?? assert.fail();
    assert.ok(large.length <= HISTORY_LIMIT_BYTES);
    const kept = decodeHistory(large).series.get('streaming/999');
    assert.equal(kept?.minutes[0]?.length, 360);
    assert.equal(kept.firstMinute, 1_000 + 1_441 - 360);
  });
});

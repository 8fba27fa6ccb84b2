import assert from 'node:assert/strict';
import type { QueueContents } from '../../../src/core/queue/drain';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import { QueueReader } from '../../../src/views/queueReader';
import { NO_DRAINS } from '../../../src/views/noDrains';
import {
  declared,
  NOW,
  queue,
  queueFacts,
  sample,
  snapshot,
  UNASKED,
} from '../core/describe/makeSnapshot';

const EMPTY: QueueContents = { readAtMs: NOW, tables: [], conflicts: [], dead: [] };
const ROW = 'row';

class Desk {
  reads = 0;
  answer: () => Promise<QueueContents> = () => Promise.resolve(EMPTY);
  private snapshot: TopologySnapshot;
  private listener: (snapshot: TopologySnapshot, isNews: boolean) => void = () => undefined;
  readonly logged: string[] = [];
  readonly reader: QueueReader;

  constructor(conflicts = 1) {
    this.snapshot = this.counting(conflicts);
    const log = (text: string) => void this.logged.push(text);
    this.reader = new QueueReader({
      desk: {
        readContents: () => {
          this.reads += 1;
          return this.answer();
        },
      },
      drains: NO_DRAINS,
      monitor: {
        current: () => [this.snapshot],
        onDidChange: (listener) => {
          this.listener = listener;
          return { dispose: () => undefined };
        },
      },
      log: { debug: log, info: log, warn: log, error: log },
    });
  }

  get address() {
    return { topologyId: this.snapshot.id, nodeId: 'vengeance' };
  }

  counting(conflicts: number, isConnected = true): TopologySnapshot {
    return snapshot({
      nodes: [declared('vengeance'), declared('central')],
      seen: { vengeance: { sample: sample(isConnected ? {} : UNASKED) } },
      queues: [queue({ facts: queueFacts({ conflicts }) })],
    });
  }

  async poll(next: TopologySnapshot): Promise<void> {
    this.snapshot = next;
    this.listener(next, true);
    await settled();
  }

  contents() {
    return this.reader.of(this.address.topologyId).contentsOf('vengeance');
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('reading queues on demand', () => {
  it('reads what is unfolded, once, and again when the counts are others', async () => {
    const desk = new Desk();
    await desk.poll(desk.counting(1));
    assert.equal(desk.reads, 0);
    desk.reader.opened(desk.address, ROW);
    desk.reader.opened(desk.address, ROW);
    assert.equal(desk.contents(), null);
    await settled();
    assert.equal(desk.contents(), EMPTY);
    await desk.poll(desk.counting(1));
    assert.equal(desk.reads, 1);
    await desk.poll(desk.counting(2));
    assert.equal(desk.reads, 2);
  });

  it('forgets what is folded, unless another row shows it', async () => {
    const desk = new Desk();
    desk.reader.opened(desk.address, ROW);
    desk.reader.opened(desk.address, 'other');
    await settled();
    desk.reader.closed(desk.address, ROW);
    assert.equal(desk.contents(), EMPTY);
    desk.reader.closed(desk.address, 'other');
    assert.equal(desk.contents(), null);
    await desk.poll(desk.counting(5));
    assert.equal(desk.reads, 1);
  });

  it('asks no edge that is not connected, and looks when it is', async () => {
    const desk = new Desk();
    await desk.poll(desk.counting(1, false));
    desk.reader.opened(desk.address, ROW);
    await settled();
    assert.equal(desk.reads, 0);
    await desk.poll(desk.counting(1));
    assert.equal(desk.reads, 1);
  });

  it('reads again after a decision, whatever the counts say', async () => {
    const desk = new Desk();
    desk.reader.refresh(desk.address);
    desk.reader.opened(desk.address, ROW);
    await settled();
    desk.reader.refresh(desk.address);
    await settled();
    assert.equal(desk.reads, 2);
  });

  it('tells a defect in the log, and that there was one in the tree', async () => {
    const desk = new Desk();
    desk.answer = () => Promise.reject(new Error('no such thing'));
    let told = 0;
    desk.reader.onDidChange(() => (told += 1));
    desk.reader.opened(desk.address, ROW);
    await settled();
    assert.equal(desk.contents(), 'Could not be read; see the log for details.');
    assert.match(desk.logged.join('\n'), /no such thing/u);
    assert.equal(told, 1);
  });

  it('tells nobody after its end', async () => {
    const desk = new Desk();
    let told = 0;
    desk.reader.onDidChange(() => (told += 1));
    desk.reader.opened(desk.address, ROW);
    desk.reader.dispose();
    await settled();
    assert.equal(told, 0);
  });
});

import assert from 'node:assert/strict';
import type { TopologySnapshot, VerdictCode } from '../../../src/core/snapshot';
import { AttentionStore } from '../../../src/host/attentionStore';
import { Attention } from '../../../src/views/attention';
import { declared, edge, snapshot, verdict } from '../core/describe/makeSnapshot';
import { FakeClock } from '../monitor/fakeClock';

const POLL_MS = 5_000;

class FakeMemento {
  readonly values = new Map<string, unknown>();
  writes = 0;

  get(key: string): unknown {
    return this.values.get(key);
  }

  update(key: string, value: unknown): Promise<void> {
    this.writes += 1;
    this.values.set(key, JSON.parse(JSON.stringify(value)));
    return Promise.resolve();
  }
}

function picture(code: VerdictCode, name = 'read'): TopologySnapshot {
  const id = `streaming/${name}`;
  return snapshot({
    nodes: [declared('central'), declared(name, { standbyOf: 'central' })],
    edges: [edge({ id, to: name, name, verdict: verdict(code) })],
    summary: { problems: code === 'streaming' ? [] : [id] },
  });
}

describe('Attention', () => {
  const clock = new FakeClock();
  let memento: FakeMemento;
  let store: AttentionStore;
  let attention: Attention;
  let isEnabled: boolean;
  let press: string | undefined;
  let shown: string[];
  let ran: unknown[];
  let listener: (picture: TopologySnapshot, isNews: boolean) => void;

  beforeEach(() => {
    memento = new FakeMemento();
    isEnabled = true;
    press = undefined;
    shown = [];
    ran = [];
    open();
  });

  afterEach(() => {
    attention.dispose();
    store.dispose();
  });

  function open(): void {
    store = new AttentionStore(memento, clock);
    attention = new Attention({
      monitor: {
        onDidChange: (told) => {
          listener = told;
          return { dispose: () => (listener = () => undefined) };
        },
      },
      store,
      clock,
      isEnabled: () => isEnabled,
      pollIntervalMs: () => POLL_MS,
      diagnose: () => null,
      redact: (text) => text.replaceAll('hunter2', '***'),
      show: (level, text, buttons) => {
        shown.push(`${level}: ${text} (${buttons.join(', ')})`);
        return Promise.resolve(press);
      },
      runCommand: (id, target) => ran.push([id, target]),
    });
  }

  async function polls(count: number, of: TopologySnapshot): Promise<void> {
    for (let poll = 0; poll < count; poll += 1) {
      listener(of, poll === 0);
      await clock.advance(POLL_MS);
    }
  }

  it('shows an outage once, with its two buttons, also over a reload', async () => {
    await polls(10, picture('notStreaming'));
    assert.equal(shown.length, 1);
    assert.match(
      shown[0] ?? '',
      /^error: read is not streaming for 1[0-9]\u00a0s\. \(Explain, Mute…\)$/,
    );
    attention.dispose();
    open();
    await polls(10, picture('notStreaming'));
    assert.equal(shown.length, 1);
  });

  it('starts what was pressed, on what it was about', async () => {
    const target = { topologyId: picture('streaming').id, subject: 'streaming/read' };
    press = 'Explain';
    await polls(6, picture('notStreaming'));
    assert.deepEqual(ran, [['explain', target]]);
    await polls(6, picture('streaming'));
    press = 'Mute…';
    await polls(6, picture('notStreaming'));
    assert.deepEqual(ran[1], ['muteNotifications', target]);
  });

  it('shows nothing while it is turned off or everything is muted, and does not make up for it', async () => {
    isEnabled = false;
    await polls(10, picture('notStreaming'));
    isEnabled = true;
    await polls(10, picture('notStreaming'));
    assert.deepEqual(shown, []);
    await polls(6, picture('streaming'));
    store.setAllMuted(true);
    await polls(10, picture('notStreaming'));
    assert.deepEqual(shown, []);
    assert.ok(store.isAnyMuted([]));
    await polls(6, picture('streaming'));
    store.setAllMuted(false);
    await polls(10, picture('notStreaming'));
    assert.equal(shown.length, 1);
  });

  it('tells when muting begins and ends, and keeps it over a reload', async () => {
    const { id } = picture('streaming');
    let told = 0;
    store.onDidChange(() => (told += 1));
    store.mute(id, 'read', clock.nowMs() + 60_000);
    assert.equal(told, 1);
    await polls(2, picture('streaming'));
    attention.dispose();
    open();
    store.onDidChange(() => (told += 1));
    assert.deepEqual(store.mutedIn(id), ['read']);
    assert.ok(store.isAnyMuted([id]) && !store.isAnyMuted(['file:///other']));
    await polls(14, picture('streaming'));
    assert.equal(told, 2, 'it ended by itself');
    assert.deepEqual(store.mutedIn(id), []);
  });

  it('writes to the workspace only when something was told or is over', async () => {
    await polls(100, picture('notStreaming'));
    assert.equal(memento.writes, 1);
    await polls(100, picture('streaming'));
    assert.equal(memento.writes, 2);
  });

  it('lets no name become a link, a line or a secret', async () => {
    await polls(6, picture('notStreaming', '[go](command:evil)\u001b[31m\nhunter2'));
    assert.equal(shown.length, 1);
    const [text = ''] = shown;
    for (const harm of ['](', '\u001b', '\n', 'hunter2']) assert.ok(!text.includes(harm), text);
  });
});

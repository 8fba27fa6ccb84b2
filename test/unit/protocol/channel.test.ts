import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import { CancelSource } from '../../../src/core/cancelSource';
import { Channel } from '../../../src/protocol/channel';
import { ChannelError, type ChannelErrorReason } from '../../../src/protocol/channelError';
import type { Envelope } from '../../../src/protocol/envelope';
import type { EventSpec, RequestSpec } from '../../../src/protocol/schema';

const greeted: EventSpec<{ name: string }> = {
  name: 'greeted',
  payload: z.object({ name: z.string() }),
};
const double: RequestSpec<number, number> = {
  name: 'double',
  payload: z.number(),
  answer: z.number(),
};

interface Side {
  readonly channel: Channel;
  readonly warnings: string[];
  readonly sent: Envelope[];
  /** Lets the longest waiting time-out pass. */
  readonly expire: () => void;
  readonly timers: Set<() => void>;
}

/** Two channels on one pipe that can be cut; values cross it as JSON. */
function connect(maxReceivedBytes: number | null = null): {
  host: Side;
  page: Side;
  cut: () => void;
} {
  const pipe = { isCut: false };
  const side = (other: () => Side): Side => {
    const warnings: string[] = [];
    const sent: Envelope[] = [];
    const timers = new Set<() => void>();
    const channel = new Channel({
      post: (message) => {
        sent.push(message);
        if (!pipe.isCut) other().channel.receive(JSON.parse(JSON.stringify(message)));
      },
      schedule: (_delayMs, run) => {
        timers.add(run);
        return () => timers.delete(run);
      },
      warn: (message) => warnings.push(message),
      maxReceivedBytes,
    });
    const expire = () => {
      for (const run of [...timers]) run();
    };
    return { channel, warnings, sent, timers, expire };
  };
  const host: Side = side(() => page);
  const page: Side = side(() => host);
  return { host, page, cut: () => (pipe.isCut = true) };
}

async function reasonOf(promise: Promise<unknown>): Promise<ChannelErrorReason> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof ChannelError);
    return error.reason;
  }
  throw new assert.AssertionError({ message: 'the request was answered' });
}

describe('protocol/channel', () => {
  it('delivers an event to its listener', () => {
    const { host, page } = connect();
    const names: string[] = [];
    page.channel.on(greeted, ({ name }) => names.push(name));
    host.channel.emit(greeted, { name: 'central' });
    assert.deepEqual(names, ['central']);
  });

  it('answers a request', async () => {
    const { host, page } = connect();
    host.channel.handle(double, (value) => value * 2);
    assert.equal(await page.channel.request(double, 21), 42);
    assert.equal(page.timers.size, 0);
  });

  it('drops an event whose content is not as declared, and names it without showing the content', () => {
    const { page } = connect();
    let heard = 0;
    page.channel.on(greeted, () => (heard += 1));
    page.channel.receive({ kind: 'event', name: 'greeted', payload: { name: 'hunter2'.length } });
    assert.equal(heard, 0);
    assert.deepEqual(page.warnings, ['Dropped message "greeted": its content is not as declared.']);
  });

  it('drops an event that nobody knows, and logs its name', () => {
    const { page } = connect();
    page.channel.receive({ kind: 'event', name: 'runSql', payload: 'DROP TABLE x' });
    assert.deepEqual(page.warnings, ['Dropped message "runSql": nobody knows it.']);
  });

  for (const raw of [null, 7, 'text', [], { kind: 'shout' }, { kind: 'event' }, { id: 1 }]) {
    it(`survives ${JSON.stringify(raw)}`, () => {
      const { page } = connect();
      page.channel.receive(raw);
      assert.deepEqual(page.warnings, ['Dropped a message that is none of ours.']);
    });
  }

  it('drops what is larger than the limit', () => {
    const { host } = connect(1_000);
    let heard = 0;
    host.channel.on(greeted, () => (heard += 1));
    host.channel.receive({ kind: 'event', name: 'greeted', payload: { name: 'x'.repeat(2_000) } });
    assert.equal(heard, 0);
    assert.deepEqual(host.warnings, ['Dropped a message of more than 1000 bytes.']);
  });

  it('goes on after a listener threw', () => {
    const { host, page } = connect();
    let calls = 0;
    page.channel.on(greeted, () => {
      calls += 1;
      throw new Error('broken');
    });
    host.channel.emit(greeted, { name: 'a' });
    host.channel.emit(greeted, { name: 'b' });
    assert.equal(calls, 2);
    assert.equal(page.warnings.length, 2);
  });

  describe('a request ends', () => {
    it('with "failed" when its handler throws, without the reason crossing the pipe', async () => {
      const { host, page } = connect();
      host.channel.handle(double, () => {
        throw new Error('password=hunter2');
      });
      const error: unknown = await page.channel.request(double, 1).catch((e: unknown) => e);
      assert.ok(error instanceof ChannelError);
      assert.equal(error.reason, 'failed');
      assert.doesNotMatch(JSON.stringify(host.sent), /hunter2/);
    });

    it('with "unknown" when nobody handles it', async () => {
      const { page } = connect();
      assert.equal(await reasonOf(page.channel.request(double, 1)), 'unknown');
    });

    it('with "invalid" when its content is not as declared', async () => {
      const { host, page } = connect();
      host.channel.handle(double, (value) => value);
      const wrong: RequestSpec<string, number> = { ...double, payload: z.string() };
      assert.equal(await reasonOf(page.channel.request(wrong, 'two')), 'invalid');
    });

    it('with "invalid" when the answer is not as declared', async () => {
      const { host, page } = connect();
      const wrong: RequestSpec<number, string> = { ...double, answer: z.string() };
      host.channel.handle(wrong, () => 'two');
      assert.equal(await reasonOf(page.channel.request(double, 1)), 'invalid');
    });

    it('with "timeout" when the other side hears nothing', async () => {
      const { page, cut } = connect();
      cut();
      const pending = reasonOf(page.channel.request(double, 1, { timeoutMs: 50 }));
      page.expire();
      assert.equal(await pending, 'timeout');
    });

    it('with "cancelled" when the asker gives up, and the handler is told', async () => {
      const { host, page } = connect();
      let wasTold = false;
      host.channel.handle(double, (_value, signal) => {
        return new Promise<number>((resolve) => {
          signal.addEventListener('abort', () => {
            wasTold = true;
            resolve(0);
          });
        });
      });
      const source = new CancelSource();
      const pending = reasonOf(page.channel.request(double, 1, { signal: source }));
      source.cancel();
      assert.equal(await pending, 'cancelled');
      assert.equal(wasTold, true);
      assert.equal(page.timers.size, 0);
    });

    it('with "closed" when the channel closes, and nothing is sent after', async () => {
      const { page, cut } = connect();
      cut();
      const pending = reasonOf(page.channel.request(double, 1));
      page.channel.close();
      assert.equal(await pending, 'closed');
      const sent = page.sent.length;
      assert.equal(await reasonOf(page.channel.request(double, 1)), 'closed');
      page.channel.emit(greeted, { name: 'x' });
      assert.equal(page.sent.length, sent);
      assert.equal(page.timers.size, 0);
    });

    it('once: a late or second answer is not heard', async () => {
      const { host, page } = connect();
      host.channel.handle(double, (value) => value * 2);
      assert.equal(await page.channel.request(double, 1), 2);
      page.channel.receive({ kind: 'answer', id: 1, payload: 99 });
      assert.deepEqual(page.warnings, []);
    });
  });
});

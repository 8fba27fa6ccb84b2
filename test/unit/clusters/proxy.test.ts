import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { Proxy } from '../../clusters/proxy';
import { SocketSpy } from '../../clusters/socketSpy';
import { waitFor } from '../../clusters/waitFor';

/** Answers every chunk with the same bytes in upper case. */
async function startEcho(): Promise<{ server: net.Server; port: number }> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => socket.write(chunk.toString().toUpperCase()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return { server, port: address.port };
}

class Caller {
  received = '';
  closed: 'no' | 'ended' | 'reset' | 'refused' = 'no';

  constructor(readonly socket: net.Socket) {
    socket.on('data', (chunk) => (this.received += chunk.toString()));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.closed = error.code === 'ECONNREFUSED' ? 'refused' : 'reset';
    });
    socket.on('close', () => {
      if (this.closed === 'no') this.closed = 'ended';
    });
  }

  static dial(port: number): Caller {
    return new Caller(net.connect(port, '127.0.0.1'));
  }

  async hears(text: string): Promise<void> {
    await waitFor(() => this.received === text, { what: `"${text}" arrived` });
  }

  async isClosed(how: Caller['closed']): Promise<void> {
    await waitFor(() => this.closed !== 'no', { what: 'the connection closed' });
    assert.equal(this.closed, how);
  }
}

describe('Proxy', () => {
  let echo: Awaited<ReturnType<typeof startEcho>>;
  let proxy: Proxy;
  const callers: Caller[] = [];
  const dial = (): Caller => {
    const caller = Caller.dial(proxy.port);
    callers.push(caller);
    return caller;
  };

  beforeEach(async () => {
    echo = await startEcho();
    proxy = await Proxy.start(echo);
  });

  afterEach(async () => {
    for (const { socket } of callers.splice(0)) socket.destroy();
    await proxy.stop();
    assert.equal(proxy.open, 0);
    const closed = once(echo.server, 'close');
    echo.server.close();
    await closed;
  });

  it('passes bytes on, and counts connections', async () => {
    const first = dial();
    first.socket.write('hello');
    await first.hears('HELLO');
    assert.deepEqual([proxy.accepted, proxy.open], [1, 1]);
    first.socket.end();
    await first.isClosed('ended');
    await waitFor(() => proxy.open === 0, { what: 'the relay is gone' });
  });

  it('keeps delayed bytes in order', async () => {
    await proxy.setMode({ kind: 'delay', ms: 20 });
    const caller = dial();
    caller.socket.write('one ');
    await new Promise((resolve) => setTimeout(resolve, 5));
    caller.socket.write('two');
    await caller.hears('ONE TWO');
  });

  it('swallows everything as a black hole, without closing, and stays with what it swallowed', async () => {
    const caller = dial();
    caller.socket.write('a');
    await caller.hears('A');
    await proxy.setMode({ kind: 'blackHole' });
    caller.socket.write('lost');
    const late = dial();
    late.socket.write('lost as well');
    await waitFor(() => proxy.accepted === 2, { what: 'new connections are taken' });
    await proxy.setMode({ kind: 'pass' });
    caller.socket.write('b');
    await caller.hears('AB');
    assert.equal(caller.closed, 'no');
  });

  it('resets open and new connections', async () => {
    const caller = dial();
    caller.socket.write('a');
    await caller.hears('A');
    await proxy.setMode({ kind: 'reset' });
    await caller.isClosed('reset');
    await dial().isClosed('reset');
  });

  it('refuses connections, and takes them again at the same port', async () => {
    const { port } = proxy;
    await proxy.setMode({ kind: 'refuse' });
    await dial().isClosed('refused');
    await proxy.setMode({ kind: 'pass' });
    assert.equal(proxy.port, port);
    const caller = dial();
    caller.socket.write('back');
    await caller.hears('BACK');
  });

  it('cuts after so many bytes of the server', async () => {
    await proxy.setMode({ kind: 'cutAfter', serverBytes: 6 });
    const caller = dial();
    caller.socket.write('four');
    await caller.hears('FOUR');
    caller.socket.write('four');
    // A reset on the heels of data reads as an end on some systems.
    await waitFor(() => caller.closed !== 'no', { what: 'the connection closed' });
    assert.ok('FOURFO'.startsWith(caller.received), caller.received);
  });
});

describe('SocketSpy', () => {
  it('counts callers, and says only what it was told to', async () => {
    const silent = await SocketSpy.start();
    const banner = await SocketSpy.start({ banner: 'HTTP/1.1 400 Bad Request\r\n' });
    assert.equal(silent.connections, 0);
    const caller = Caller.dial(silent.port);
    const reader = Caller.dial(banner.port);
    await reader.hears('HTTP/1.1 400 Bad Request\r\n');
    await waitFor(() => silent.connections === 1, { what: 'the call was counted' });
    assert.equal(caller.received, '');
    await silent.stop();
    await banner.stop();
    await waitFor(() => caller.closed !== 'no' && reader.closed !== 'no', { what: 'all closed' });
  });

  it('hangs up', async () => {
    const spy = await SocketSpy.start('hangUp');
    await waitFor(() => spy.port > 0, { what: 'it listens' });
    const caller = Caller.dial(spy.port);
    await waitFor(() => caller.closed !== 'no', { what: 'it hung up' });
    await spy.stop();
  });
});

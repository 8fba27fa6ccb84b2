import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

/** Where a running statement is, and how to reach its server again. */
export interface CancelTarget {
  /** For `net.connect`. */
  readonly address: { readonly path: string } | { readonly host: string; readonly port: number };
  /** As for the session itself; `null` for no TLS. */
  readonly tls: ConnectionOptions | null;
  readonly sslnegotiation: 'postgres' | 'direct';
  readonly processId: number;
  readonly secretKey: number;
}

const CANCEL_REQUEST_CODE = 80_877_102;
const SSL_REQUEST_CODE = 80_877_103;

/**
 * Asks the server, over a fresh connection, to cancel what a session runs. Whether it worked is not known: the server
 * closes the connection without a word. Never rejects; gives up after `limitMs`.
 * @see "Frontend/Backend Protocol", CancelRequest
 */
export function sendCancelRequest(target: CancelTarget, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(target.address);
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve();
    };
    const timer = setTimeout(finish, limitMs);
    socket.on('error', finish);
    socket.on('close', finish);
    socket.once('connect', () => {
      if (target.tls === null) {
        socket.end(cancelMessage(target));
        return;
      }
      if (target.sslnegotiation === 'direct') {
        upgrade(socket, target, target.tls, finish);
        return;
      }
      const tls = target.tls;
      socket.once('data', (answer) => {
        if (answer.toString('latin1') === 'S') upgrade(socket, target, tls, finish);
        else finish();
      });
      socket.write(message(SSL_REQUEST_CODE));
    });
    // Without a reader the end of the stream is never seen.
    if (target.tls === null) socket.resume();
  });
}

function upgrade(
  socket: Socket,
  target: CancelTarget,
  tls: ConnectionOptions,
  finish: () => void,
): void {
  const secure = connectTls({
    ...tls,
    socket,
    ...(target.sslnegotiation === 'direct' ? { ALPNProtocols: ['postgresql'] } : {}),
  });
  secure.on('error', finish);
  secure.on('close', finish);
  secure.once('secureConnect', () => secure.end(cancelMessage(target)));
  secure.resume();
}

function cancelMessage(target: CancelTarget): Buffer {
  return message(CANCEL_REQUEST_CODE, target.processId, target.secretKey);
}

/** A message without a type byte: its length, then 32-bit numbers. */
function message(...words: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 + 4 * words.length);
  buffer.writeInt32BE(buffer.length, 0);
  for (const [index, word] of words.entries()) buffer.writeInt32BE(word, 4 + 4 * index);
  return buffer;
}

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { waitFor } from './waitFor';

/** A listening socket that counts who connects, and never answers. */
export interface ConnectionSpy {
  readonly port: number;
  connections(): number;
  /** Counts those too that have connected and were not handed over yet: on a busy machine that comes later. */
  connectionsMade(): Promise<number>;
  close(): Promise<void>;
}

/** Listens on a free loopback port. */
export function listenForConnections(): Promise<ConnectionSpy> {
  const sockets: Socket[] = [];
  let ownConnections = 0;
  const connections = () => sockets.length - ownConnections;
  const server = createServer((socket) => {
    sockets.push(socket);
    // Clients may reset it; only their number counts.
    socket.on('error', () => undefined);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        reject(new Error('no port'));
        return;
      }
      resolve({
        port: address.port,
        connections,
        connectionsMade: async () => {
          // Connections are handed over in the order in which they were made: with this one there, all before it are.
          const own = connect(address.port, '127.0.0.1');
          await once(own, 'connect');
          await waitFor('the own connection', () =>
            sockets.some(({ remotePort }) => remotePort === own.localPort) ? true : undefined,
          );
          ownConnections += 1;
          own.destroy();
          return connections();
        },
        close: () =>
          new Promise((closed) => {
            for (const socket of sockets) socket.destroy();
            server.close(() => closed());
          }),
      });
    });
  });
}

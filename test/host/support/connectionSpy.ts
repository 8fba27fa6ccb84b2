import { createServer, type Socket } from 'node:net';

/** A listening socket that counts who connects, and never answers. */
export interface ConnectionSpy {
  readonly port: number;
  connections(): number;
  close(): Promise<void>;
}

/** Listens on a free loopback port. */
export function listenForConnections(): Promise<ConnectionSpy> {
  const sockets: Socket[] = [];
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
        connections: () => sockets.length,
        close: () =>
          new Promise((closed) => {
            for (const socket of sockets) socket.destroy();
            server.close(() => closed());
          }),
      });
    });
  });
}

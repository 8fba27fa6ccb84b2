/** A topology with a standby, both behind one port of this machine. @param nodes more of them, as in the file */
export function spiedTopology(port: number, nodes: Readonly<Record<string, object>> = {}): string {
  const connection = `postgresql://monitor@127.0.0.1:${port}/app?sslmode=disable`;
  return JSON.stringify({
    name: 'Spied upon',
    nodes: { main: { connection }, standby: { connection, standbyOf: 'main' }, ...nodes },
  });
}

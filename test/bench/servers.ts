import { Clusters } from '../clusters/clusters';
import type { Major } from '../clusters/majors';
import { waitFor } from '../clusters/waitFor';

const ADDRESSES_EACH = 50;

/** Four servers as a small shop has them: a primary, its standby, a subscriber, and an edge with a queue. */
export async function startFour(clusters: Clusters) {
  const primary = await clusters.add('primary');
  const standby = await clusters.addStandby('standby', primary, { slot: 'standby' });
  const subscriber = await clusters.add('subscriber');
  const edge = await clusters.add('edge');
  await Promise.all([primary.start(), subscriber.start(), edge.start()]);
  await standby.start();
  const table = 'CREATE TABLE items (id bigint PRIMARY KEY, name text)';
  await primary.query(`${table}; CREATE PUBLICATION items_pub FOR TABLE items`);
  await subscriber.query(table);
  await subscriber.query(
    `CREATE SUBSCRIPTION items_sub CONNECTION '${primary.conninfo({ user: 'postgres', database: 'postgres' })}' PUBLICATION items_pub`,
  );
  await edge.query(`
    CREATE TABLE pending_sync (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), table_name text NOT NULL,
      operation text NOT NULL, data jsonb NOT NULL, created_at timestamptz DEFAULT clock_timestamp(),
      synced_at timestamptz, error text);
    CREATE INDEX ON pending_sync (created_at);
    CREATE INDEX ON pending_sync (synced_at) WHERE synced_at IS NULL`);
  await waitFor(
    async () => {
      const rows = await primary.query(`SELECT FROM pg_stat_replication WHERE state = 'streaming'`);
      return rows.length === 2;
    },
    { what: 'standby and subscriber stream' },
  );
  return { primary, standby, subscriber, edge };
}

/** Addresses of many servers, made of few: each listens on fifty loopback addresses. The list alternates between servers. */
export async function startMany(
  clusters: Clusters,
  count: number,
): Promise<readonly { readonly host: string; readonly port: number }[]> {
  const servers = Math.ceil(count / ADDRESSES_EACH);
  const lists = await Promise.all(
    Array.from({ length: servers }, async (_, server) => {
      const hosts = Array.from(
        { length: ADDRESSES_EACH },
        (_unused, index) => `127.${server + 1}.0.${index + 1}`,
      );
      const cluster = await clusters.add(`many${server}`, {
        conf: { listen_addresses: ['127.0.0.1', ...hosts].join(','), max_connections: 200 },
      });
      await cluster.start();
      await cluster.setHba(['host all all 127.0.0.0/8 trust']);
      return hosts.map((host) => ({ host, port: cluster.port }));
    }),
  );
  return Array.from({ length: count }, (_, index) => {
    const address = lists[index % servers]?.[Math.floor(index / servers)];
    if (address === undefined) throw new Error('too few addresses');
    return address;
  });
}

/** Runs a benchmark with servers of one major that are gone afterwards. */
export async function withServers(
  major: Major,
  body: (clusters: Clusters) => Promise<void>,
): Promise<void> {
  const clusters = new Clusters(major);
  try {
    await body(clusters);
  } finally {
    await clusters.stop();
  }
}

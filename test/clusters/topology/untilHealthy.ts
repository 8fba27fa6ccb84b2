import { waitFor } from '../waitFor';
import type { DeclaredServer, DeclaredServers } from './declaredTopology';
import type { RunningNode } from './runningTopology';

/**
 * Waits until every standby streams and has caught up, every table of every subscription is ready and every declared reader is at its slot.
 * Asked of the catalogs directly, with nothing of the extension in between.
 */
export async function untilHealthy(
  declared: DeclaredServers,
  nodes: ReadonlyMap<string, RunningNode>,
): Promise<void> {
  const running = (id: string): RunningNode => {
    const node = nodes.get(id);
    if (node === undefined) throw new Error(`There is no node ${id}.`);
    return node;
  };
  await Promise.all([
    ...declared.nodes
      .filter((node) => node.standbyOf !== null)
      .map((node) => untilStreaming(running(node.id), running(headOf(declared, node).id))),
    ...declared.nodes
      .filter((node) => node.subscriptions.length > 0)
      .map((node) => untilReady(running(node.id), node)),
    ...declared.consumers.map(({ node, slot }) => untilSlotActive(running(node), slot)),
  ]);
}

/** A standby that streams may still lack what its primary had before it came. */
async function untilStreaming({ cluster, id }: RunningNode, primary: RunningNode): Promise<void> {
  const [position] = await primary.cluster.query<{ lsn: string }>(
    'SELECT pg_current_wal_lsn()::text AS lsn',
  );
  await waitFor(
    async () => {
      const [row] = await cluster.query<{ streams: boolean }>(
        `SELECT status = 'streaming' AND pg_last_wal_replay_lsn() >= $1::pg_lsn AS streams
           FROM pg_stat_wal_receiver`,
        [position?.lsn],
      );
      return row?.streams === true;
    },
    { what: `standby ${id} streams and has caught up`, timeoutMs: 120_000 },
  );
}

function headOf(declared: DeclaredServers, node: DeclaredServer): DeclaredServer {
  const upstream = declared.nodes.find((other) => other.id === node.standbyOf);
  return upstream === undefined ? node : headOf(declared, upstream);
}

async function untilReady(
  { cluster, database, id }: RunningNode,
  { subscriptions }: DeclaredServer,
): Promise<void> {
  await waitFor(
    async () => {
      const rows = await cluster.query<{ working: boolean; ready: boolean }>(
        `SELECT EXISTS (SELECT FROM pg_stat_subscription w
                         WHERE w.subid = s.oid AND w.relid IS NULL AND w.pid IS NOT NULL) AS working,
                (SELECT bool_and(r.srsubstate = 'r') FROM pg_subscription_rel r
                  WHERE r.srsubid = s.oid) AS ready
           FROM pg_subscription s
          WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        undefined,
        { database },
      );
      return rows.length === subscriptions.length && rows.every((row) => row.working && row.ready);
    },
    { what: `every table of the subscriptions of ${id} is ready`, timeoutMs: 120_000 },
  );
}

async function untilSlotActive({ cluster, id }: RunningNode, slot: string): Promise<void> {
  await waitFor(
    async () => {
      const [row] = await cluster.query<{ active: boolean }>(
        'SELECT active FROM pg_replication_slots WHERE slot_name = $1',
        [slot],
      );
      return row?.active === true;
    },
    { what: `slot ${slot} on ${id} is read`, timeoutMs: 120_000 },
  );
}

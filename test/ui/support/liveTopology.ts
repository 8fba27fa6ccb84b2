import { majorsOfThisRun } from '../../clusters/majors';
import { RunningTopology } from '../../clusters/topology/runningTopology';
import type { TopologySource } from '../../clusters/topology/topologySource';
import { waitFor } from '../../clusters/waitFor';

const START_MS = 360_000;

/** How sessions of the extension call themselves. */
const APPLICATION_NAME = 'pg-topology';

/** Real servers on the newest supported version for the tests of one `describe`. They exist once the suite has started. */
export class LiveTopology {
  #running: RunningTopology | undefined;

  get running(): RunningTopology {
    if (this.#running === undefined) throw new Error('The servers have not started.');
    return this.#running;
  }

  async start(source: TopologySource): Promise<void> {
    this.#running = await RunningTopology.start(source, majorsOfThisRun().at(-1) ?? 18);
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  /** Runs SQL in the database of a node. */
  async query<Row extends object>(nodeId: string, sql: string): Promise<readonly Row[]> {
    const { cluster, database } = this.running.node(nodeId);
    return cluster.query<Row>(sql, undefined, { database });
  }

  /** Waits until every node was asked twice more. */
  async untilPolled(): Promise<void> {
    const seen = new Map<string, Set<string>>();
    await waitFor(
      async () => {
        for (const line of await this.sessions()) {
          const node = line.split(' ')[0] ?? '';
          seen.set(node, (seen.get(node) ?? new Set()).add(line));
        }
        const isPolled = [...seen.values()].every((lines) => lines.size > 2);
        return isPolled && seen.size === this.running.nodes.size;
      },
      { what: 'every node is polled', everyMs: 200 },
    );
  }

  /** How often each node was dialled by the extension since its server logs connections. @see log_connections */
  dials(): ReadonlyMap<string, number> {
    const authorized = /connection authorized: .*application_name=pg-topology/gu;
    return new Map(
      [...this.running.nodes.values()].map(({ id, cluster }) => [
        id,
        [...cluster.readLog().matchAll(authorized)].length,
      ]),
    );
  }

  /**
   * The extension's sessions on all servers that run, each as `node pid query_start`: the list changes with each statement.
   * @see pg_stat_activity
   */
  async sessions(): Promise<readonly string[]> {
    const running = [...this.running.nodes.values()].filter(({ cluster }) => cluster.isRunning);
    const found = await Promise.all(
      running.map(async ({ id }) => {
        const rows = await this.query<{ session: string }>(
          id,
          `SELECT pid::text || ' ' || query_start::text AS session FROM pg_stat_activity
            WHERE application_name = '${APPLICATION_NAME}' ORDER BY pid`,
        );
        return rows.map(({ session }) => `${id} ${session}`);
      }),
    );
    return found.flat();
  }
}

/** Brings a topology up before the tests of one `describe`, and takes it down after them. Call it before `useWorkbench`. */
export function useServers(source: TopologySource): LiveTopology {
  const servers = new LiveTopology();
  before(async function () {
    this.timeout(START_MS);
    await servers.start(source);
  });
  after(() => servers.stop());
  return servers;
}

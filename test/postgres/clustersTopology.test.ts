import assert from 'node:assert/strict';
import { readDeclaredServers } from '../clusters/topology/declaredTopology';
import { MONITOR, RunningTopology } from '../clusters/topology/runningTopology';
import { EXAMPLE_NAMES, TopologySource } from '../clusters/topology/topologySource';
import { forEachMajor } from '../clusters/majors';
import { waitFor } from '../clusters/waitFor';

forEachMajor('topologies that come with the project', (major) => {
  for (const name of ['demo', ...EXAMPLE_NAMES]) {
    describe(name, () => {
      let topology: RunningTopology;

      before(async () => {
        topology = await RunningTopology.start(TopologySource.named(name), major);
      });

      after(() => topology.stop());

      it('has a server for each node, and the file says where', () => {
        const text = topology.topologyFileText;
        assert.deepEqual(
          readDeclaredServers(text).nodes.map((node) => node.id),
          [...topology.nodes.keys()],
        );
        for (const { cluster } of topology.nodes.values()) {
          assert.ok(text.includes(`@127.0.0.1:${cluster.port}/`), `${cluster.name} is in the file`);
        }
      });

      it('lets the watching role read the queues and no more than monitoring needs', async () => {
        const declared = readDeclaredServers(topology.topologyFileText);
        for (const { database, id, queueTable } of declared.nodes) {
          const session = { database, user: MONITOR };
          const { cluster } = topology.node(id);
          const [role] = await cluster.query(
            `SELECT rolsuper, rolcreaterole, rolreplication, pg_has_role('pg_monitor', 'USAGE') AS watches
               FROM pg_roles WHERE rolname = current_user`,
            undefined,
            session,
          );
          assert.deepEqual(
            role,
            { rolsuper: false, rolcreaterole: false, rolreplication: false, watches: true },
            id,
          );
          if (queueTable !== null) {
            await cluster.query(`SELECT id FROM ${queueTable} LIMIT 1`, undefined, session);
          }
        }
      });

      it('has writers whose every statement works', async () => {
        assert.notEqual(topology.workloads.length, 0);
        for (const workload of topology.workloads) {
          await waitFor(() => workload.done > 0 || workload.failure !== null, {
            what: 'the writer wrote',
          });
        }
        for (const { cluster, database, id } of topology.nodes.values()) {
          const chore = TopologySource.named(name).workloadSql(id);
          if (chore === null) continue;
          // Every statement once, at once, for the writers are too gentle to wait for.
          await cluster.query(chore, undefined, { database });
        }
        assert.deepEqual(
          topology.workloads.map((workload) => workload.failure),
          topology.workloads.map(() => null),
        );
      });

      it('copies what was written to whoever subscribes', async () => {
        await topology.pauseWriters();
        const declared = readDeclaredServers(topology.topologyFileText);
        for (const { database, id, subscriptions } of declared.nodes) {
          const target = topology.node(id);
          for (const { publications, publisher } of subscriptions) {
            const source = topology.node(publisher);
            const tables = await source.cluster.query<{ table: string }>(
              `SELECT DISTINCT format('%I.%I', schemaname, tablename) AS "table"
                 FROM pg_publication_tables WHERE pubname = ANY ($1)`,
              [publications],
              { database: source.database },
            );
            assert.notEqual(tables.length, 0);
            for (const { table } of tables) {
              const count = `SELECT count(*)::int AS count FROM ${table}`;
              await waitFor(
                async () => {
                  const [here] = await target.cluster.query(count, undefined, { database });
                  const [there] = await source.cluster.query(count, undefined, source);
                  return here?.['count'] >= there?.['count'];
                },
                { what: `${table} arrived at ${id}` },
              );
            }
          }
        }
        topology.resumeWriters();
      });
    });
  }
});

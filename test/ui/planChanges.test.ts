import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TopologySource } from '../clusters/topology/topologySource';
import { waitFor } from '../clusters/waitFor';
import { ExplorerPage } from './support/explorerPage';
import { useServers } from './support/liveTopology';
import { PlanPage } from './support/planPage';
import { useWorkbench } from './support/uiSession';

const TITLE = 'Plan Changes';
const SUBSCRIPTIONS = [
  ['singularity', 'patterns_sub'],
  ['genesis', 'job_stats_sub'],
  ['genesis', 'metrics_sub'],
] as const;

describe('Plan Changes, from a bare publisher and empty subscribers to what the file says', () => {
  const servers = useServers(TopologySource.example('centralcloud'));
  before(() => strip());
  const session = useWorkbench({
    files: () => ({ 'pg-topology.json': servers.running.topologyFileText }),
    settings: { 'pgTopology.pollIntervalSeconds': 1 },
  });
  let explorer: ExplorerPage;
  let plans: PlanPage;
  before(() => {
    explorer = new ExplorerPage(session.workbench);
    plans = new PlanPage(session.workbench);
  });

  /** No publication, no role, no subscription, no table but those of the publisher. */
  async function strip(): Promise<void> {
    for (const [node, name] of SUBSCRIPTIONS) {
      await servers.query(node, `DROP SUBSCRIPTION ${name}`);
    }
    await servers.query('singularity', 'DROP TABLE approved_patterns');
    await servers.query('genesis', 'DROP TABLE job_statistics, execution_metrics');
    await servers.query(
      'central',
      `DROP PUBLICATION approved_patterns_pub, job_statistics_pub, execution_metrics_pub, sync_log_pub`,
    );
    await servers.query('central', 'DROP OWNED BY replication_user');
    await servers.query('central', 'DROP ROLE replication_user');
  }

  it('shows what is missing', async () => {
    await explorer.open();
    await explorer.row(/^central, primary, publisher/);
    await explorer.row(/^singularity, /);
    await explorer.row(/^genesis, /);
  });

  it('asks as whom to log in and with what, and shows one plan in order', async () => {
    await session.workbench.command('Postgres Topology: Plan Changes…');
    await plans.prompt(`${TITLE} (1/`);
    await session.capture('plan changes role');
    await plans.choose(`${TITLE} (1/`, 'replication_user');
    await plans.prompt(`${TITLE} (2/`);
    await session.capture('plan changes sign in');
    await plans.choose(`${TITLE} (2/`, 'Generated password');
    await plans.prompt(/^Bring Central cloud to what its file says: 12 steps on /u);
    const text = (await plans.document('Bring Central cloud')).join('\n');
    assert.match(text, /^-- Bring Central cloud to what its file says$/mu);
    assert.match(text, /^-- Topology: Central cloud \(development\)$/mu);
    await session.capture('plan changes preview');
  });

  it('runs it until three subscriptions are healthy', async () => {
    const { workbench } = session;
    await workbench.choice('Run Plan').click();
    await workbench.told(/Done: 12 of 12 steps on /u);
    await session.capture('plan changes done');
    for (const [node, name] of SUBSCRIPTIONS) {
      const edge = workbench.row(new RegExp(`^${name}, subscription, (streaming|idle)`, 'u'));
      await waitFor(
        async () => {
          // The row of a node that gets its first child is drawn anew.
          await workbench.expand(workbench.row(new RegExp(`^${node}`, 'u')));
          return edge.isVisible();
        },
        { what: `${name} is healthy`, timeoutMs: 120_000, everyMs: 500 },
      );
    }
    const rows = await servers.query<{ n: number }>(
      'singularity',
      'SELECT count(*)::int AS n FROM approved_patterns',
    );
    assert.ok((rows[0]?.n ?? 0) >= 200);
    await plans.answer(/Done: 12 of 12 steps on /u, 'Show Report');
    await plans.document('Report of Bring Central cloud');
    await session.capture('plan changes report');
  });

  it('then finds nothing to do, and has left the file alone', async () => {
    const { workbench } = session;
    await workbench.command('Postgres Topology: Plan Changes…');
    await workbench.told(/as the file says: there is nothing to do\./u);
    await session.capture('plan changes nothing to do');
    const stored = await readFile(join(session.folder, 'pg-topology.json'), 'utf8');
    assert.equal(stored, servers.running.topologyFileText);
  });
});

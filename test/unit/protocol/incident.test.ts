import assert from 'node:assert/strict';
import { IncidentError, INCIDENT_LIMIT_BYTES, parseIncident } from '../../../src/protocol/incident';
import { IncidentMaker } from '../../../src/panels/incidentMaker';
import { IncidentSession } from '../../../src/panels/incidentSession';
import { detailsOf, toDashboardState } from '../../../src/protocol/toDashboardState';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import { snapshotPushed, type DashboardPush } from '../../../src/protocol/dashboardMessages';
import type { Envelope } from '../../../src/protocol/envelope';
import { CHECKED_IN_TROUBLE } from '../../webview/support/checks';
import { FakeHost } from '../../webview/support/fakeHost';
import { hundred, STATES, tangled, trouble } from '../../webview/support/states';

async function exported(snapshot: TopologySnapshot, withHosts = true): Promise<string> {
  const host = new FakeHost([snapshot], () => undefined);
  host.checks = CHECKED_IN_TROUBLE;
  return new IncidentMaker(host.deps).make(snapshot.id, withHosts);
}

describe('protocol/incident', () => {
  it('says of every recorded state what the dashboard said', async () => {
    for (const snapshot of Object.values(STATES)) {
      if (snapshot === null || snapshot === hundred) continue;
      const [kept] = parseIncident(await exported(snapshot)).topologies;
      assert.ok(kept !== undefined);
      const live = toDashboardState(snapshot, null);
      assert.deepEqual(kept.state.problems, live.problems);
      assert.deepEqual(kept.state.loss, live.loss);
      for (const { id, diagnosis } of kept.details.slice(0, 20)) {
        assert.deepEqual(diagnosis, detailsOf(snapshot, id)?.diagnosis, id);
      }
      const subjects =
        snapshot.nodes.length +
        snapshot.edges.length +
        snapshot.slots.length +
        snapshot.queues.length;
      assert.equal(kept.details.length, subjects);
    }
  });

  it('keeps events and history', async () => {
    const [kept] = parseIncident(await exported(trouble)).topologies;
    assert.equal(kept?.events.length, 5);
    assert.equal(kept.histories.length, 3);
    assert.ok((kept.histories[0]?.series.length ?? 0) > 5);
  });

  it('holds no address of the file, no secret, and no host where those are not wanted', async () => {
    const secretive: TopologySnapshot = {
      ...trouble,
      topology: {
        ...trouble.topology,
        nodes: trouble.topology.nodes.map((node) => ({
          ...node,
          connection: { ...node.connection, password: 'hunter2hunter2' },
        })),
      },
      edges: trouble.edges.map((edge) => ({
        ...edge,
        evidence: [
          {
            label: 'Query',
            value:
              "ALTER ROLE x PASSWORD 'hunter2hunter2'; postgres://u:hunter2hunter2@db.example.com/x",
            source: 'pg_stat_activity on central',
            atMs: null,
          },
        ],
      })),
    };
    const without = await exported(secretive, false);
    assert.doesNotMatch(without, /hunter2|example\.com|file:\/\/\//u);
    assert.match(without, /host-1/u);
    const withHosts = await exported(secretive, true);
    assert.doesNotMatch(withHosts, /hunter2|file:\/\/\//u);
    assert.match(withHosts, /central\.example\.com/u);
    assert.doesNotMatch(await exported(tangled, false), /10\.0\.0\.7/u);
  });

  it('takes nothing else for an incident', async () => {
    const good = await exported(trouble);
    const broken: [string, RegExp][] = [
      ['', /not JSON/u],
      ['[]', /no incident file/u],
      ['{"format":"pg-topology-incident"}', /no incident file/u],
      [good.replace('"version":1', '"version":2'), /version 2/u],
      [good.replace('"health":"error"', '"health":"dreadful"'), /no incident file/u],
      [`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, /no incident file|not JSON/u],
      [' '.repeat(INCIDENT_LIMIT_BYTES + 1), /larger than 20 MB/u],
    ];
    for (const [text, expected] of broken) {
      assert.throws(
        () => parseIncident(text),
        (error) => error instanceof IncidentError && expected.test(error.message),
        text.slice(0, 40),
      );
    }
    const polluted = parseIncident(good.replace('{"format"', '{"__proto__":{"x":1},"format"'));
    assert.equal(Reflect.get(polluted, 'x'), undefined);
  });

  it('keeps 100 nodes well below the limit', async () => {
    assert.ok((await exported(hundred)).length < INCIDENT_LIMIT_BYTES / 4);
  });

  it('is shown without any command, selected or not, with ages of its own time', async () => {
    const incident = parseIncident(await exported(trouble));
    const posted: Envelope[] = [];
    const { clock, log } = new FakeHost([], () => undefined).deps;
    const session = new IncidentSession(
      { clock, log },
      incident,
      'x.pg-incident.json',
      (message) => {
        posted.push(message);
      },
    );
    const say = (name: string, payload: unknown) =>
      session.receive({ kind: 'event', name, payload });
    const last = (): DashboardPush => {
      const envelope = posted.at(-1);
      assert.ok(envelope?.kind === 'event' && envelope.name === snapshotPushed.name);
      const parsed = snapshotPushed.payload.safeParse(envelope.payload);
      assert.ok(parsed.success);
      return parsed.data;
    };
    say('ready', { topologyId: null, selectedId: null });
    assert.deepEqual(last().commands, []);
    assert.equal(last().sentAtMs, incident.exportedAtMs);
    assert.equal(last().incident?.file, 'x.pg-incident.json');
    const topologyId = last().state?.topologyId;
    say('select', { topologyId, id: 'queue/vengeance' });
    assert.equal(last().state?.details?.diagnosis.subject, 'queue/vengeance');
    const count = posted.length;
    say('runCommand', { command: 'refresh', topologyId, subject: null });
    assert.equal(posted.length, count);
    session.dispose();
  });
});

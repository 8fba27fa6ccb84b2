import assert from 'node:assert/strict';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import type { DashboardPush } from '../../../src/protocol/dashboardMessages';
import type { Envelope } from '../../../src/protocol/envelope';
import { CHECKED } from '../../webview/support/checks';
import { FakeHost } from '../../webview/support/fakeHost';
import { healthy, trouble } from '../../webview/support/states';

const OTHER: TopologySnapshot = { ...trouble, id: 'file:///workspace/other.pg-topology.json' };

const [SLOT = ''] = healthy.slots.map(({ nodeId, name }) => `slot/${nodeId}/${name}`);

function open(snapshots: readonly TopologySnapshot[] = [healthy]) {
  const sent: Envelope[] = [];
  const host = new FakeHost(snapshots, (message) => sent.push(message));
  const say = (name: string, payload: unknown) => host.receive({ kind: 'event', name, payload });
  const pushes = () =>
    sent.flatMap((message) =>
      message.kind === 'event' && message.name === 'snapshot'
        ? [message.payload as DashboardPush] // What the session itself made.
        : [],
    );
  const ready = () => say('ready', { topologyId: null, selectedId: null });
  return { host, sent, say, pushes, ready };
}

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!isTrue()) {
    assert.ok(Date.now() < deadline, 'not reached within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('panels/dashboardSession', () => {
  it('is silent until the page listens, then pushes the whole state', () => {
    const { host, pushes, ready } = open();
    host.publish({ ...healthy, version: 42 });
    assert.equal(pushes().length, 0);
    ready();
    assert.equal(pushes().length, 1);
    assert.equal(pushes()[0]?.state?.version, 42);
  });

  it('pushes each new snapshot of the shown topology only', () => {
    const { host, pushes, ready } = open([healthy, OTHER]);
    ready();
    host.publish({ ...healthy, version: 42 });
    host.publish({ ...OTHER, version: 7 });
    assert.deepEqual(
      pushes().map((push) => push.state?.version),
      [41, 42],
    );
    assert.equal(pushes()[0]?.topologies.length, 2);
  });

  it('pushes nothing while hidden, and the present state when shown again', () => {
    const { host, pushes, ready } = open();
    ready();
    host.session.setVisible(false);
    host.publish({ ...healthy, version: 42 });
    assert.equal(pushes().length, 1);
    host.session.setVisible(true);
    assert.equal(pushes().length, 1, 'the new page has not said that it listens');
    ready();
    assert.equal(pushes()[1]?.state?.version, 42);
  });

  it('restores what the page had selected, unless somebody asked for something else', () => {
    const first = open();
    first.say('ready', { topologyId: healthy.id, selectedId: 'central' });
    assert.equal(first.pushes()[0]?.state?.details?.id, 'central');
    const second = open();
    second.host.session.show({ topologyId: null, id: 'queue/vengeance' });
    second.say('ready', { topologyId: healthy.id, selectedId: 'central' });
    assert.equal(second.pushes()[0]?.state?.details?.id, 'queue/vengeance');
    assert.deepEqual(second.pushes()[0]?.focus, {
      serial: 1,
      id: 'queue/vengeance',
      section: null,
    });
  });

  it('changes topology on demand, to a known one only', () => {
    const { say, pushes, ready } = open([healthy, OTHER]);
    ready();
    say('setTopology', { topologyId: 'file:///etc/passwd' });
    assert.equal(pushes().length, 1);
    say('setTopology', { topologyId: OTHER.id });
    assert.equal(pushes()[1]?.state?.topologyId, OTHER.id);
  });

  it('runs listed commands on known nodes only', () => {
    const { host, say } = open();
    const run = (command: string, topologyId: string | null, subject: string | null) =>
      say('runCommand', { command, topologyId, subject });
    run('refresh', healthy.id, null);
    run('enterPassword', healthy.id, 'genesis');
    run('createTopologyFile', null, null);
    run('rotatePassword', healthy.id, null);
    run('dropSlot', healthy.id, 'slot/central/nobody');
    run('dropSlot', healthy.id, SLOT);
    run('refresh', healthy.id, 'nobody');
    run('refresh', 'file:///elsewhere', null);
    assert.deepEqual(host.commands, [
      { command: 'refresh', target: { topologyId: healthy.id, subject: null } },
      { command: 'enterPassword', target: { topologyId: healthy.id, subject: 'genesis' } },
      { command: 'createTopologyFile', target: null },
      { command: 'dropSlot', target: { topologyId: healthy.id, subject: SLOT } },
    ]);
    assert.equal(host.warnings.length, 4);
  });

  it('runs commands on links, and pushes soon what became of checks, once for all of them', async () => {
    const { host, say, pushes, ready } = open([healthy, OTHER]);
    ready();
    const subject = 'logical/genesis/metrics_sub';
    say('runCommand', { command: 'refresh', topologyId: healthy.id, subject });
    assert.deepEqual(host.commands[0]?.target, { topologyId: healthy.id, subject });
    host.checked([], true);
    host.checked(CHECKED, true);
    assert.equal(pushes().length, 1);
    await until(() => pushes().length > 1);
    assert.equal(pushes().length, 2, 'once for the shown topology, not for the other');
    assert.equal(pushes()[1]?.state?.checks.edges.length, CHECKED.length);
    assert.equal(pushes()[1]?.state?.checks.isContinuous, true);
    host.checked([]);
    host.session.dispose();
    host.checked([]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(pushes().length, 2);
  });

  it('tells why a subscription stopped as soon as that was read', async () => {
    const { host, pushes, ready, say } = open([trouble]);
    ready();
    const edge = trouble.edges.find(({ verdict }) => verdict.code === 'stoppedByError');
    assert.ok(edge !== undefined);
    say('select', { topologyId: trouble.id, id: edge.id });
    const told = () => pushes().at(-1)?.state?.details?.facts[0];
    assert.notEqual(told()?.label, 'Stopped by');
    host.readStop({
      edgeId: edge.id,
      readAtMs: host.nowMs,
      error: { message: 'duplicate key', detail: null, relation: null, finishLsn: null },
      missing: [],
      waits: [],
    });
    await until(() => told()?.label === 'Stopped by');
    assert.equal(told()?.value, 'duplicate key');
    host.session.dispose();
  });

  it('takes no message of more than 1 MB', () => {
    const { host, say, pushes } = open();
    say('ready', { topologyId: null, selectedId: null, padding: 'x'.repeat(1024 * 1024) });
    assert.equal(pushes().length, 0);
    assert.match(host.warnings[0] ?? '', /more than 1048576 bytes/);
  });

  it('tells that there is no topology at all', () => {
    const { pushes, ready } = open([]);
    ready();
    assert.equal(pushes()[0]?.state, null);
  });

  it('hears nothing after it was closed', () => {
    const { host, pushes, ready } = open();
    ready();
    host.session.dispose();
    host.publish({ ...healthy, version: 42 });
    ready();
    assert.equal(pushes().length, 1);
  });
});

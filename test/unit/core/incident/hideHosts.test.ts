import assert from 'node:assert/strict';
import { hostHider, hostsOf } from '../../../../src/core/incident/hideHosts';
import { incidentFileName } from '../../../../src/core/incident/incidentFileName';
import { mapTexts } from '../../../../src/core/incident/mapTexts';
import { healthy, tangled } from '../../../webview/support/states';

describe('core/incident', () => {
  it('finds every host that a snapshot knows, but no names of nodes', () => {
    assert.ok(hostsOf(healthy).includes('central.example.com'));
    assert.ok(hostsOf(tangled).includes('far.example.com'));
    const named = {
      ...healthy,
      topology: {
        ...healthy.topology,
        nodes: healthy.topology.nodes.map((node) => ({
          ...node,
          connection: { host: `${node.id},10.1.2.3, localhost` },
        })),
      },
      nodes: healthy.nodes.map((node) => ({ ...node, sample: { ...node.sample, endpoint: null } })),
    };
    assert.deepEqual(hostsOf(named), ['10.1.2.3']);
  });

  it('replaces each host always by the same word, wherever it stands', () => {
    const hide = hostHider(['db.example.com', 'db.example.com.internal', 'a+b']);
    assert.equal(
      hide('Could not reach central (db.example.com:5432).'),
      'Could not reach central (host-1:5432).',
    );
    assert.equal(hide('db.example.com.internal and DB.example.com'), 'host-2 and host-1');
    assert.equal(hide('a+b, aab'), 'host-3, aab');
    assert.equal(hide('10.0.0.7:5432 and 10.0.0.7'), 'host-4:5432 and host-4');
    assert.equal(
      hide("postgres://u@pg7/x, host='pg7' port=1"),
      "postgres://u@host-5/x, host='host-5' port=1",
    );
    assert.equal(hide('from 2001:db8::7 and fe80::1'), 'from host-6 and host-7');
  });

  it('leaves clocks, positions, versions, casts and this machine alone', () => {
    const hide = hostHider([]);
    for (const text of [
      '14:31:53',
      '2026-11-21 14:31:53.120+00',
      '3A/7F21C8D0',
      'Postgres 17.2',
      'SELECT relid::regclass',
      '127.0.0.1:5432, localhost, ::1',
      'slot/central/a:b',
    ]) {
      assert.equal(hide(text), text);
    }
  });

  it('changes every text of plain JSON, and nothing else', () => {
    const changed = mapTexts({ a: 'x', b: ['x', 1, null, { x: 'x' }] }, (text) => `${text}!`);
    assert.deepEqual(changed, { a: 'x!', b: ['x!', 1, null, { x: 'x!' }] });
  });

  it('names a file by topology and time, as every file system takes it', () => {
    const at = new Date(2026, 10, 21, 14, 5).getTime();
    assert.equal(incidentFileName('Central cloud', at), 'central-cloud-2026-11-21-1405');
    assert.equal(incidentFileName('../../CON: <x>', at), 'con-x-2026-11-21-1405');
    assert.equal(incidentFileName('日本', at), 'topology-2026-11-21-1405');
  });
});

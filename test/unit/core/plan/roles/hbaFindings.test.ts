import assert from 'node:assert/strict';
import type { NodeCatalog } from '../../../../../src/core/plan/nodeCatalog';
import { planCreateReplicationRole } from '../../../../../src/core/plan/roles/planCreateReplicationRole';
import type { RoleDuty } from '../../../../../src/core/plan/roles/replicationRole';
import type { HbaRule, SetupFacts } from '../../../../../src/core/setup/setupFacts';
import { declared, subscription } from '../../describe/makeSnapshot';
import { settings, setup } from '../../setup/makeSetup';
import { catalog, context, findingLines, slotFacts } from '../catalogs';

const NODES = [
  declared('central'),
  declared('edge', { subscriptions: [subscription('jobs_sub', 'central')] }),
  declared('reader', { standbyOf: 'central', slot: 'reader' }),
];

const rule = (method: string, change: Partial<HbaRule> = {}): HbaRule => ({
  line: 7,
  file: null,
  type: 'host',
  databases: ['all'],
  users: ['all'],
  address: 'all',
  netmask: null,
  method,
  error: null,
  ...change,
});

function lines(
  change: Partial<SetupFacts>,
  slots: NodeCatalog['slots'] = [],
  duty: RoleDuty = 'replication',
  nodes = NODES.slice(0, 2),
): readonly string[] {
  const plan = planCreateReplicationRole(
    { nodeId: 'central', name: 'streamer', duties: [duty], tables: [], verifier: null },
    {
      ...context([catalog('central', { slots })], { nodes }),
      setup: new Map([['central', setup(change)]]),
    },
  );
  return findingLines(plan);
}

describe('lines of pg_hba.conf with a role', () => {
  it('the subscriber’s address as the server sees it, else a placeholder', () => {
    const reader = { pid: 1, user: 'x', applicationName: 'jobs_sub', clientAddress: '10.0.0.5' };
    const slots = [slotFacts('jobs_sub', { isActive: true, reader })];
    assert.deepEqual(lines({ hba: [] }, slots), [
      'warning hbaRule central: No line of pg_hba.conf on central lets jobs_sub on edge in as streamer (28000). / Paste it above the first rule that fits, then SELECT pg_reload_conf().',
      '  hostssl app streamer 10.0.0.5/32 scram-sha-256',
    ]);
    assert.equal(
      lines({ hba: null })[1],
      '  hostssl app streamer <address of jobs_sub on edge> scram-sha-256',
    );
    assert.match(lines({ hba: null })[0] ?? '', /^note .* the rules there could not be read/);
    assert.match(
      lines({ hba: [] }, [], 'replication', [declared('central')])[1] ?? '',
      /<address of a subscriber>/,
    );
  });

  it('a standby’s line is the keyword replication, and "all" does not let it in', () => {
    const both = lines({ hba: [rule('scram-sha-256')] }, [], 'replication', NODES);
    assert.deepEqual(both, [
      'warning hbaRule central: No line of pg_hba.conf on central lets reader in as streamer (28000). / Paste it above the first rule that fits, then SELECT pg_reload_conf().',
      '  hostssl replication streamer <address of reader> scram-sha-256',
      'note hbaRule central: jobs_sub on edge meets line 7 of pg_hba.conf on central, host all all all scram-sha-256: its password is asked for.',
    ]);
  });

  it('what the rule that matches today does', () => {
    const words = (method: string) => lines({ hba: [rule(method)] })[0] ?? '';
    assert.match(words('reject'), /^warning .*: it is refused/);
    assert.match(words('trust'), /^warning .*: nobody is asked for a password/);
    assert.match(words('password'), /^warning .*: the password travels in clear/);
    assert.match(words('md5'), /^note .*: its password is asked for/);
    assert.match(words('cert'), /^note .*: no password is asked for/);
    assert.match(
      lines({ hba: [rule('md5', { address: 'db.example.com' })] })[0] ?? '',
      /is not known/,
    );
  });

  it('this machine, for who watches; without TLS it is said', () => {
    const own = lines({ hba: [], settings: settings({ ssl: 'off' }) }, [], 'monitor');
    assert.deepEqual(own.slice(1), [
      '  host app streamer 10.9.9.9/32 scram-sha-256',
      '  # ssl is off on central: what travels can be read.',
    ]);
  });
});

import assert from 'node:assert/strict';
import {
  consumerRowText,
  groupRowText,
  publicationRowText,
  publishedTableText,
  subscribedTableText,
  subscriptionRowText,
} from '../../../../src/core/describe/childTexts';
import { contactRow, nodeFailureRow } from '../../../../src/core/describe/failureRow';
import { queueRowText } from '../../../../src/core/describe/queueText';
import type { RowText } from '../../../../src/core/describe/rowText';
import { slotRowText } from '../../../../src/core/describe/slotText';
import { topologyRowText } from '../../../../src/core/describe/topologyText';
import type { FailureReason } from '../../../../src/core/failure';
import type { EdgeSnapshot, QueueSnapshot, SlotSnapshot } from '../../../../src/core/snapshot';
import {
  declared,
  edge,
  failure,
  GB,
  KB,
  MB,
  MINUTE,
  NOW,
  plain,
  queue,
  queueFacts,
  sample,
  slot,
  snapshot,
  UNASKED,
  verdict,
} from './makeSnapshot';

const WARNING = 'problemsWarningIcon.foreground';
const ERROR = 'problemsErrorIcon.foreground';

/** Description, icon and flags, as a person reads them. */
function read({ description, icon, contextValue }: RowText): readonly string[] {
  const colour = icon.themeColor === null ? '' : ` ${icon.themeColor}`;
  return [plain(description), `${icon.codicon}${colour}`, contextValue];
}

describe('describe: slots', () => {
  const row = (change: Partial<SlotSnapshot>, isUnlimited = false) =>
    read(slotRowText(slot(change), isUnlimited, NOW));
  const logical = { type: 'logical' as const, name: 'electric_slot_default' };

  it('tells what each keeps and what threatens it', () => {
    assert.deepEqual(row({}), [
      'physical · active · keeps 16 MB',
      'bookmark',
      'slot healthy active physical declared',
    ]);
    const near = { verdict: verdict('nearLimit'), isActive: false, limitBytes: 10 * GB };
    assert.deepEqual(row({ ...logical, ...near, retainedWalBytes: 9.1 * GB }), [
      'logical · 9.1 of 10 GB · near its limit',
      `watch ${ERROR}`,
      'slot error inactive logical declared',
    ]);
    const limit = { by: 'server', limitBytes: 10 * GB, leftBytes: 0.9 * GB } as const;
    const timed = (toLimit: SlotSnapshot['toLimit']) =>
      row({ ...logical, ...near, retainedWalBytes: 9.1 * GB, ...(toLimit && { toLimit }) })[0];
    assert.equal(
      timed({ ...limit, pace: 'approaching', ms: 13.9 * MINUTE }),
      'logical · 9.1 of 10 GB · about 13 min',
    );
    assert.equal(
      timed({ ...limit, pace: 'unknown', ms: null }),
      'logical · 9.1 of 10 GB · near its limit',
    );
    assert.equal(
      timed({ by: 'file', limitBytes: 8 * GB, leftBytes: 0, pace: 'approaching', ms: 0 }),
      'logical · 9.1 of 8 GB · past its limit',
    );
    const orphan = { verdict: verdict('orphan'), isActive: false, isDeclared: false };
    assert.deepEqual(row({ ...logical, ...orphan, retainedWalBytes: 3.2 * GB }), [
      'logical · keeps 3.2 GB for nobody',
      `warning ${WARNING}`,
      'slot warning inactive logical undeclared',
    ]);
    const lost = verdict('slotLost', {}, NOW - 26 * MINUTE);
    assert.deepEqual(row({ verdict: lost, isActive: false, invalidationReason: 'wal_removed' }), [
      'physical · lost 26 min ago · wal_removed',
      `debug-stop ${ERROR}`,
      'slot error inactive lost physical declared',
    ]);
    assert.equal(
      row({ ...logical, retainedWalBytes: 24 * MB }, true)[0],
      'logical · keeps 24 MB · no limit',
    );
  });

  it('says nothing of a size it does not know', () => {
    assert.equal(row({ retainedWalBytes: null })[0], 'physical · active');
  });
});

describe('describe: queues', () => {
  const row = (change: Partial<QueueSnapshot>) => read(queueRowText(queue(change), NOW));

  it('tells depth, age and what waits for a person', () => {
    assert.deepEqual(row({}), [
      '3 waiting · oldest 1.8 s',
      'list-ordered',
      'queue healthy drainable',
    ]);
    const drainedAt = new Date(2026, 10, 21, 14, 20).getTime();
    const empty = queueFacts({ waiting: 0, oldestAtMs: null, lastDoneAtMs: drainedAt });
    assert.deepEqual(row({ facts: empty, verdict: verdict('queueEmpty') }), [
      'empty · drained 14:20',
      'list-ordered',
      'queue healthy',
    ]);
    const deep = queueFacts({ waiting: 10_001, oldestAtMs: NOW - 180 * MINUTE });
    assert.equal(row({ facts: deep })[0], '> 10,000 waiting · oldest 3 h');
    const conflicts = queueFacts({ waiting: 412, conflicts: 3, dead: 1 });
    assert.deepEqual(row({ facts: conflicts, verdict: verdict('queueConflicts') }), [
      '412 waiting · 3 conflicts · 1 dead',
      `diff ${WARNING}`,
      'queue warning drainable hasConflicts hasDead',
    ]);
  });

  it('tells a table that is not there from an empty one', () => {
    const absent = queueRowText(queue({ facts: null, verdict: verdict('queueAbsent') }), NOW);
    assert.equal(absent.label, 'Queue');
    assert.equal(absent.description, 'public.pending_sync not installed');
    assert.equal(row({ facts: null, verdict: verdict('unknown') })[0], 'depth unknown');
  });
});

describe('describe: subscriptions and consumers', () => {
  const row = (change: Partial<EdgeSnapshot>) =>
    read(subscriptionRowText(edge({ id: 'logical/singularity/patterns_sub', ...change }), NOW));

  it('tells a person who disabled from an error that stopped', () => {
    assert.deepEqual(row({ lagMs: 9 }), [
      'streaming · 9 ms',
      'rss',
      'subscription healthy enabled declared',
    ]);
    assert.deepEqual(row({ verdict: verdict('disabled'), retainedWalBytes: 24 * MB }), [
      'disabled · keeps 24 MB on central',
      'circle-slash descriptionForeground',
      'subscription warning disabled declared',
    ]);
    assert.deepEqual(row({ verdict: verdict('stoppedByError', {}, NOW - 4 * MINUTE) }), [
      'stopped by an error · 4 min',
      `error ${ERROR}`,
      'subscription error disabled declared stopped',
    ]);
    assert.deepEqual(row({ verdict: verdict('applyErrorLoop', { retries: 12 }) }).slice(0, 2), [
      'apply error, 12 retries in 1 min',
      `error ${ERROR}`,
    ]);
    const noWorker = verdict('noWorker', { workersUsed: 4, workersMax: 4 });
    assert.equal(row({ verdict: noWorker })[0], 'enabled, no worker free (4 of 4)');
  });

  it('says what is not in the file', () => {
    assert.equal(row({ isDeclared: false, lagMs: 9 })[0], 'not in the file · streaming · 9 ms');
  });

  it('tells how far a reader is that is no Postgres', () => {
    const electric = edge({ id: 'consumer/electric', lagMs: null, lagBytes: 24 * KB });
    assert.deepEqual(read(consumerRowText(electric, NOW)), [
      'not Postgres · reads 24 kB behind',
      'plug',
      'consumer healthy declared',
    ]);
  });

  it('tells the state of each table', () => {
    const table = { subscription: 'patterns_sub', schema: 'public', name: 'approved_patterns' };
    assert.deepEqual(read(subscribedTableText({ ...table, state: 'r' })), [
      'ready',
      'table',
      'table healthy taken',
    ]);
    assert.equal(subscribedTableText({ ...table, state: 'i' }).description, 'queued');
    assert.equal(subscribedTableText({ ...table, state: 'd' }).description, 'copying');
    assert.equal(
      subscribedTableText({ ...table, schema: 'app', state: 'r' }).label,
      'app.approved_patterns',
    );
  });
});

describe('describe: publications', () => {
  const table = (name: string, hasReplicaIdentity: boolean) => ({
    schema: 'public',
    name,
    columns: null,
    rowFilter: null,
    hasReplicaIdentity,
  });
  const found = (tables: readonly ReturnType<typeof table>[]) => ({
    name: 'stats_pub',
    allTables: false,
    schemas: [],
    operations: ['insert', 'update'] as const,
    viaPartitionRoot: false,
    tables,
  });
  const declaredPublication = {
    name: 'stats_pub',
    tables: [],
    schemas: [],
    allTables: false,
    options: {},
  };
  const view = { name: 'stats_pub', declared: declaredPublication, isKnown: true, subscribers: 1 };

  it('counts tables and subscribers, and warns where updates would fail', () => {
    assert.deepEqual(read(publicationRowText({ ...view, found: found([table('a', true)]) })), [
      '1 table · 1 subscriber',
      'broadcast',
      'publication healthy declared',
    ]);
    const bare = found([table('a', true), table('b', false)]);
    assert.deepEqual(read(publicationRowText({ ...view, found: bare })), [
      '1 of 2 tables without replica identity',
      `warning ${WARNING}`,
      'publication warning declared',
    ]);
  });

  it('marks what the file and the server do not share', () => {
    const missing = publicationRowText({ ...view, found: null });
    assert.equal(missing.description, 'in the file, not on the server');
    const undeclared = publicationRowText({ ...view, declared: null, found: found([]) });
    assert.equal(undeclared.description, 'not in the file · 0 tables · 1 subscriber');
    const unasked = publicationRowText({ ...view, found: null, isKnown: false });
    assert.deepEqual(read(unasked), [
      '0 tables · 1 subscriber',
      'broadcast',
      'publication unknown declared',
    ]);
  });

  it('tells our sentinel table apart from what the user publishes', () => {
    const sentinel = { ...table('sentinel_0a1b2c3d', true), schema: 'pgtopology' };
    const mixed = found([table('users', true), sentinel]);
    assert.deepEqual(read(publicationRowText({ ...view, found: mixed })), [
      '1 table · 1 subscriber',
      'broadcast',
      'publication healthy declared sentinel',
    ]);
    assert.deepEqual(read(publishedTableText(sentinel, true)), [
      'sentinel',
      'pulse',
      'table healthy',
    ]);
    const taken = { subscription: 's', schema: 'pgtopology', name: 'sentinel_0a1b2c3d' };
    assert.deepEqual(read(subscribedTableText({ ...taken, state: 'r' })), [
      'sentinel · ready',
      'pulse',
      'table healthy taken',
    ]);
    assert.equal(subscribedTableText({ ...taken, schema: 'app', state: 'r' }).description, 'ready');
  });
});

describe('describe: failures and their fixes', () => {
  const nodes = [declared('central')];
  const rowFor = (reason: FailureReason, change = {}) => {
    const seen = {
      sample: sample({ contact: 'failed', failure: failure({ reason, ...change }) }),
      verdict: verdict('unreachable'),
    };
    const [node] = snapshot({ nodes, seen: { central: seen } }).nodes;
    assert.ok(node);
    const row = nodeFailureRow(node);
    return row === null ? null : [row.text.label, row.text.description, row.fix];
  };

  it('offers the command that helps', () => {
    assert.deepEqual(rowFor('passwordRefused', { user: 'monitor', sqlstate: '28P01' }), [
      'Password refused for monitor (28P01)',
      'Enter Password…',
      'enterPassword',
    ]);
    assert.deepEqual(rowFor('passwordNeeded', { user: 'monitor' }), [
      'No password found for monitor',
      'Enter Password…',
      'enterPassword',
    ]);
    assert.deepEqual(rowFor('unresolved', { text: 'Could not find host x of central.' }), [
      'Could not find host x of central',
      'Open Topology File',
      'openTopologyFile',
    ]);
    assert.equal(rowFor('refused')?.[2], 'refresh');
    assert.equal(rowFor('cancelled'), null);
  });

  it('offers the GRANT where the role may not look', () => {
    const seen = { verdict: verdict('noPrivilege', { role: 'monitor' }) };
    const [node] = snapshot({ nodes, seen: { central: seen } }).nodes;
    assert.ok(node);
    const row = nodeFailureRow(node);
    assert.deepEqual(
      [row?.text.label, row?.text.description],
      ['Role monitor lacks pg_monitor', 'Copy GRANT'],
    );
  });

  it('says why nothing was asked yet, and what starts it', () => {
    const at = (contact: 'notAsked' | 'restricted' | 'connected') =>
      contactRow(
        snapshot({ nodes, seen: { central: { sample: sample({ ...UNASKED, contact }) } } }),
      );
    assert.equal(at('notAsked')?.fix, 'connect');
    assert.equal(at('restricted')?.fix, 'manageTrust');
    assert.equal(at('connected'), null);
  });
});

describe('describe: the root row', () => {
  const nodes = [declared('central'), declared('central-read', { standbyOf: 'central' })];
  const around = { remoteName: null, folderName: null };
  const root = (
    summary: object,
    seen = {},
    context: Parameters<typeof topologyRowText>[1] = around,
  ) => topologyRowText(snapshot({ nodes, summary, seen }), context);

  it('sums the topology up', () => {
    const healthy = { replicas: 4, healthyReplicas: 4, worstLagMs: 38 };
    assert.deepEqual(read(root(healthy)), [
      '4 of 4 replicas healthy · 38 ms',
      'type-hierarchy',
      'topology healthy connected production declared',
    ]);
    const trouble = {
      replicas: 4,
      healthyReplicas: 1,
      problems: ['a', 'b', 'c', 'd'],
      health: 'error',
    };
    assert.deepEqual(read(root(trouble)), [
      '1 of 4 replicas healthy · 4 problems',
      `error ${ERROR}`,
      'topology error connected production declared',
    ]);
    const remote = root(healthy, {}, { remoteName: 'SSH', folderName: 'cloud' });
    assert.equal(remote.description, '4 of 4 replicas healthy · via SSH');
    assert.equal(remote.label, 'cloud: Central cloud');
  });

  it('says that nothing was contacted', () => {
    const unasked = { sample: sample(UNASKED), verdict: verdict('notConnected') };
    const seen = { central: unasked, 'central-read': unasked };
    const summary = { isContacted: false, health: 'unknown' };
    assert.deepEqual(read(root(summary, seen)), [
      '2 nodes · not connected',
      'type-hierarchy',
      'topology unknown production declared',
    ]);
    const barred = {
      sample: sample({ ...UNASKED, contact: 'restricted' }),
      verdict: verdict('restricted'),
    };
    assert.deepEqual(read(root(summary, { central: barred, 'central-read': barred })), [
      '2 nodes · restricted mode',
      'type-hierarchy',
      'topology unknown production declared restricted',
    ]);
  });

  it('counts what a folder of rows holds', () => {
    assert.deepEqual(read(groupRowText('Slots', 5, '1 near its limit')), [
      '5 · 1 near its limit',
      'folder',
      'group',
    ]);
  });
});

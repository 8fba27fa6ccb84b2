import assert from 'node:assert/strict';
import { confirmationOf } from '../../../../../src/core/plan/confirmationOf';
import type { PlanContext } from '../../../../../src/core/plan/requests';
import { planPromoteStandby } from '../../../../../src/core/plan/standbys/planPromoteStandby';
import {
  planPauseReplay,
  planResumeReplay,
} from '../../../../../src/core/plan/standbys/planReplay';
import type { SetupFacts } from '../../../../../src/core/setup/setupFacts';
import { declared, plain, subscription } from '../../describe/makeSnapshot';
import { settings, setup, standbySetup } from '../../setup/makeSetup';
import {
  catalog,
  context,
  findingLines,
  plainRole,
  planSql,
  slotFacts,
  undoSql,
  type CatalogChange,
} from '../catalogs';

const REQUEST = { nodeId: 'reader' };
const NODES = [declared('central'), declared('reader', { standbyOf: 'central', slot: 'reader' })];

interface Parts {
  readonly reader?: CatalogChange;
  readonly setup?: Partial<SetupFacts>;
  /** `null`: the primary is away. */
  readonly central?: Partial<SetupFacts> | null;
  readonly nodes?: typeof NODES;
}

function contextOf({ reader = {}, central = {}, nodes = NODES, ...parts }: Parts): PlanContext {
  const standby = catalog('reader', {
    ...reader,
    server: { isInRecovery: true, systemIdentifier: 'one', ...reader.server },
  });
  const primary = catalog('central', { server: { systemIdentifier: 'one' } });
  return {
    ...context(central === null ? [standby] : [primary, standby], { nodes }),
    setup: new Map([
      ['reader', standbySetup('0/3000000', parts.setup)],
      ...(central === null ? [] : [['central', setup(central)] as const]),
    ]),
  };
}

const promote = (parts: Parts = {}) => planPromoteStandby(REQUEST, contextOf(parts));
const wal = (change: Partial<SetupFacts['wal']>) => ({ wal: { ...setup().wal, ...change } });

describe('planPauseReplay, planResumeReplay', () => {
  it('one statement, its opposite as undo, and waiting until it is so', () => {
    const pause = planPauseReplay(REQUEST, contextOf({}));
    assert.deepEqual(planSql(pause), ['reader: SELECT pg_catalog.pg_wal_replay_pause()']);
    assert.deepEqual(undoSql(pause), ['reader: SELECT pg_catalog.pg_wal_replay_resume()']);
    assert.deepEqual(findingLines(pause), []);
    assert.match(pause.steps[0]?.settle?.sql ?? '', /= 'paused'/);
    const paused = { setup: wal({ replayPauseState: 'paused' }) };
    const resume = planResumeReplay(REQUEST, contextOf(paused));
    assert.deepEqual(planSql(resume), ['reader: SELECT pg_catalog.pg_wal_replay_resume()']);
    assert.deepEqual(findingLines(planPauseReplay(REQUEST, contextOf(paused))), [
      'note nothingToDo reader: reader is paused already.',
    ]);
    assert.deepEqual(findingLines(planResumeReplay(REQUEST, contextOf({}))), [
      'note nothingToDo reader: reader replays already.',
    ]);
  });

  it('a primary replays nothing; without EXECUTE it is said with the GRANT', () => {
    const primary = contextOf({ reader: { server: { isInRecovery: false } }, central: null });
    assert.deepEqual(findingLines(planPauseReplay(REQUEST, primary)), [
      'error standby reader: reader is no standby: it replays nothing (55000). / Choose a standby.',
    ]);
    const lesser = contextOf({ reader: { role: plainRole() }, setup: { mayPauseReplay: false } });
    assert.deepEqual(findingLines(planPauseReplay(REQUEST, lesser)), [
      'error privilege reader: deployer on reader may not call pg_catalog.pg_wal_replay_pause() (42501). / Let a superuser grant it on the primary.',
      '  GRANT EXECUTE ON FUNCTION pg_catalog.pg_wal_replay_pause() TO "deployer";',
    ]);
  });
});

describe('planPromoteStandby', () => {
  it('while the primary takes writes: two primaries, and how much is lost at least', () => {
    const made = promote({ central: wal({ currentLsn: '0/3E00000' }) });
    assert.deepEqual(planSql(made), ['reader: SELECT pg_catalog.pg_promote(true, 60)']);
    assert.deepEqual(findingLines(made), [
      'warning losesChanges central: central still accepts writes. After this there are two primaries and their data diverge. / Stop central first, and keep it from coming back as a primary.',
      `warning losesChanges reader: At least 14 MB of central's changes are not on reader.`,
    ]);
    const asked = confirmationOf({ ...made, environment: 'production' });
    assert.equal(asked.message, 'Promote reader to primary (production)?');
    assert.match(plain(asked.detail), /At least 14 MB .*\n[^]*pg_promote/);
    assert.deepEqual(undoSql(made), []);
    assert.deepEqual(made.fileChanges, [
      { path: ['nodes', 'reader', 'standbyOf'], value: undefined },
      { path: ['nodes', 'reader', 'slot'], value: undefined },
    ]);
  });

  it('nothing behind is said as a moment', () => {
    assert.match(
      findingLines(promote()).join('\n'),
      /note losesChanges reader: reader had everything of central a moment ago/,
    );
  });

  it('while the primary is away nothing passes for zero', () => {
    assert.deepEqual(findingLines(promote({ central: null })), [
      'warning losesChanges central: central is not reached from here: whether it still accepts writes is not known. If it does, there are two primaries after this. / Make sure that central is stopped and does not come back as a primary.',
      'warning losesChanges reader: central could not be asked how far it is: how much of its changes is not on reader is not known. The last change that it has was committed 12 s ago.',
    ]);
  });

  it('who follows the old timeline, and who this one', () => {
    const nodes = [
      ...NODES,
      declared('other', { standbyOf: 'central' }),
      declared('below', { standbyOf: 'reader' }),
      declared('edge', { subscriptions: [subscription('jobs_sub', 'central')] }),
    ];
    const made = promote({ nodes });
    const text = findingLines(made).join('\n');
    assert.match(text, /other still follows central on the old timeline/);
    assert.match(text, /below goes on streaming from reader/);
    assert.deepEqual(
      made.impacts.map(
        ({ kind, nodeId, subscription: name }) => `${kind} ${nodeId ?? '-'} ${name}`,
      ),
      ['losesRows edge jobs_sub'],
    );
    const copy = slotFacts('jobs_sub', { isSynced: true });
    const ready = promote({ nodes, reader: { slots: [copy] } });
    assert.equal(ready.impacts[0]?.kind, 'pauses');
    const half = promote({ nodes, reader: { slots: [{ ...copy, isTemporary: true }] } });
    assert.equal(half.impacts[0]?.kind, 'losesRows');
  });

  it('a primary has nothing left to do but its file', () => {
    const made = promote({ reader: { server: { isInRecovery: false } }, central: null });
    assert.deepEqual(made.steps, []);
    assert.deepEqual(findingLines(made), ['note nothingToDo reader: reader is a primary already.']);
    assert.equal(made.fileChanges.length, 2);
  });

  it('a paused one replays what waits', () => {
    const made = promote({
      setup: wal({ replayPauseState: 'paused', receiveLsn: '0/3000000', currentLsn: null }),
    });
    assert.match(findingLines(made).join('\n'), /promoting ends the pause/);
  });

  it('needs EXECUTE', () => {
    assert.match(
      findingLines(promote({ reader: { role: plainRole() }, setup: { mayPromote: false } })).join(
        '\n',
      ),
      /error privilege reader: deployer on reader may not promote it \(42501\).*\n {2}GRANT EXECUTE/,
    );
  });

  it('leaves it to the cluster manager that runs the node', () => {
    const errors = (parts: Parts) =>
      findingLines(promote(parts)).filter((line) => /^error|^ {2}/.test(line));
    const given = {
      max_connections: 1,
      max_locks_per_transaction: 1,
      max_prepared_transactions: 1,
      max_replication_slots: 1,
      max_wal_senders: 1,
      max_worker_processes: 1,
      wal_level: 'replica',
    };
    assert.deepEqual(errors({ setup: { settings: settings(given, 'command line') } }), [
      'error clusterManager reader: Patroni runs reader: its settings come from the command line as Patroni gives them. A promotion behind its back would be undone, or end in two primaries. / Let Patroni do it.',
      '  patronictl switchover',
    ]);
    assert.deepEqual(errors({ setup: { settings: settings(given) } }), []);
    assert.deepEqual(
      errors({ setup: { settings: settings({ wal_level: 'x' }, 'command line') } }),
      [],
    );
    const signs: readonly (readonly [Parts, RegExp])[] = [
      [{ setup: { settingFiles: ['/data/postgresql.base.conf'] } }, /Patroni.*base\.conf/],
      [{ setup: { customSettings: ['cnpg.config_sha256'] } }, /CloudNativePG/],
      [{ reader: { slots: [slotFacts('_cnpg_x_1', { type: 'physical' })] } }, /CloudNativePG/],
      [{ setup: { extensions: ['repmgr'] } }, /repmgr/],
      [
        { reader: { schemas: [{ name: 'repmgr', owner: 'x', canCreate: false, canUse: false }] } },
        /repmgr/,
      ],
      [{ setup: { settingFiles: ['/x/postgresql-auto-failover.conf'] } }, /pg_auto_failover/],
      [{ reader: { slots: [slotFacts('pgautofailover_standby_2')] } }, /pg_auto_failover/],
    ];
    for (const [parts, pattern] of signs) {
      assert.match(errors(parts).join('\n'), pattern);
    }
  });
});

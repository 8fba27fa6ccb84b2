import assert from 'node:assert/strict';
import { ServerFailure } from '../../../src/core/failure';
import { describeFailure } from '../../../src/core/failureText';
import type { SqlResult, SqlSession, SqlStatement } from '../../../src/core/ports/sqlSession';
import { PgNodeSession } from '../../../src/pg/pgNodeSession';
import { never, nodeAt } from '../../postgres/pg/support';

const SUBJECT = {
  nodeId: 'central',
  endpoint: { host: 'h', port: 5432 },
  user: 'monitor',
  database: 'app',
  sslmode: 'disable',
  dialLimitMs: 5_000,
  readLimitMs: 2_500,
};

const ROW = {
  serverVersionNum: 190_000,
  isInRecovery: false,
  position: {
    systemIdentifier: '1',
    postmasterStartedAtMs: 1,
    serverTimeMs: 2,
    database: 'app',
    walFile: '0000000A0000000000000001',
    checkpointTimeline: null,
    currentLsn: '0/10',
    receiveLsn: null,
    replayLsn: null,
    lastReplayedCommitAtMs: null,
    replayPauseState: null,
    canSeeReplication: true,
  },
  senders: null,
  receiver: null,
  slots: null,
  subscriptions: null,
  connectionsUsed: 1,
  queue: null,
};

/** Answers statements as a pooler or an odd server would; real servers are asked elsewhere. */
class ScriptedSession implements SqlSession {
  readonly isClosed = false;
  readonly seen: SqlStatement[] = [];

  constructor(private readonly answer: (statement: SqlStatement) => unknown) {}

  query(statement: SqlStatement): Promise<SqlResult> {
    this.seen.push(statement);
    const row = this.answer(statement);
    if (row instanceof Error) return Promise.reject(row);
    return Promise.resolve({ rows: [row as Record<string, unknown>], rowCount: 1, notices: [] });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function sessionOver(session: SqlSession): PgNodeSession {
  const features = {
    versionNum: 190_000,
    columns: new Set<string>(),
    functions: new Set<string>(),
  };
  return new PgNodeSession(
    {
      session,
      target: { endpoint: SUBJECT.endpoint, hostAddress: null },
      subject: SUBJECT,
      probe: { versionText: 'PostgreSQL 19', isInRecovery: false, features },
    },
    nodeAt({ port: 5432 }),
  );
}

function refused(sqlstate: string): ServerFailure {
  return new ServerFailure(describeFailure('other', { ...SUBJECT, sqlstate }));
}

describe('PgNodeSession', () => {
  it('uses one name for one text, poll after poll', async () => {
    const scripted = new ScriptedSession(() => ROW);
    const session = sessionOver(scripted);
    await session.readFast(never());
    const fast = await session.readFast(never());
    assert.equal(fast.timeline, 10);
    assert.equal(fast.currentLsn, 16n);
    assert.deepEqual(fast.senders, []);
    assert.match(scripted.seen[0]?.name ?? '', /^pgt_fast_[0-9a-f]{12}$/);
    assert.equal(scripted.seen[0], scripted.seen[1]);
  });

  for (const sqlstate of ['26000', '42P05']) {
    it(`does without names once a pooler refused one (${sqlstate})`, async () => {
      const scripted = new ScriptedSession(({ name }) => (name ? refused(sqlstate) : ROW));
      const session = sessionOver(scripted);
      await session.readFast(never());
      await session.readFast(never());
      assert.deepEqual(
        scripted.seen.map(({ name }) => name !== undefined),
        [true, false, false],
      );
    });
  }

  it('tells an answer that it cannot read as a failure, without its content', async () => {
    const scripted = new ScriptedSession(() => ({ ...ROW, connectionsUsed: 'c4n4ry' }));
    const outcome = sessionOver(scripted).readFast(never());
    await assert.rejects(outcome, (error: unknown) => {
      assert.ok(error instanceof ServerFailure);
      assert.equal(error.facts.reason, 'other');
      assert.ok(!JSON.stringify(error.facts).includes('c4n4ry'));
      return true;
    });
  });

  it('says of a newer server that it was not tested', async () => {
    const probe = { versionText: 'PostgreSQL 19', versionNum: 190_000, isInRecovery: false };
    const slow = {
      role: {
        serverVersion: '19.0 (Debian)',
        role: 'monitor',
        isSuperuser: false,
        hasMonitorRole: true,
        serverPort: 5432,
      },
      publications: null,
      subscriptionTables: null,
      settings: { wal_level: 'logical', unknown_here: null },
      queue: null,
    };
    const scripted = new ScriptedSession(({ text }) =>
      text.includes('"versionText"') ? { ...probe, columns: null, functions: null } : slow,
    );
    const facts = await sessionOver(scripted).readSlow(never());
    assert.equal(facts.versionNote, 'Postgres 19 is newer than 18, the newest that was tested.');
    assert.equal(facts.serverVersion, '19.0');
    assert.deepEqual(facts.settings, { wal_level: 'logical' });
  });
});

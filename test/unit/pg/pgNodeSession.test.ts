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

const IDENTITY = {
  identity: {
    serverVersionNum: 190_000,
    systemIdentifier: '1',
    postmasterStartedAtMs: 1,
    database: 'app',
  },
};

const PROBE = {
  versionText: 'PostgreSQL 19',
  versionNum: 190_000,
  isInRecovery: false,
  hasSubscriptions: false,
  columns: null,
  functions: null,
};

/** Time, rights, connections, position, senders, slots, subscriptions, queue. */
const ROW = {
  fastFacts: [2, true, 1, ['0/10', '0000000A0000000000000001'], null, null, null, null],
};

const STANDBY_ROW = {
  fastFacts: [2, true, 1, [9, '0/20', '0/18', null, 'paused', null], null, null, null, null],
};

type Answer = (statement: SqlStatement) => unknown;

/** Answers as a server does that `answer` gives the rows of polls for. */
function server(answer: Answer, probe: () => unknown = () => PROBE): Answer {
  return (statement) => {
    if (statement.text.includes('"versionText"')) return probe();
    return statement.text.includes('"fastFacts"') ? answer(statement) : IDENTITY;
  };
}

/** Answers statements as a pooler or an odd server would; real servers are asked elsewhere. */
class ScriptedSession implements SqlSession {
  readonly isClosed = false;
  readonly seen: SqlStatement[] = [];

  constructor(private readonly answer: Answer) {}

  /** The statements of polls. */
  get polls(): readonly SqlStatement[] {
    return this.seen.filter(({ text }) => text.includes('"fastFacts"'));
  }

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
      probe: {
        versionText: 'PostgreSQL 19',
        isInRecovery: false,
        hasSubscriptions: false,
        features,
      },
    },
    nodeAt({ port: 5432 }),
  );
}

function refused(sqlstate: string): ServerFailure {
  return new ServerFailure(describeFailure('other', { ...SUBJECT, sqlstate }));
}

describe('PgNodeSession', () => {
  it('uses one name for one text, poll after poll', async () => {
    const scripted = new ScriptedSession(server(() => ROW));
    const session = sessionOver(scripted);
    await session.readFast(never());
    const fast = await session.readFast(never());
    assert.equal(fast.timeline, 10);
    assert.equal(fast.currentLsn, 16n);
    assert.deepEqual(fast.senders, []);
    assert.match(scripted.polls[0]?.name ?? '', /^pgt_fast_[0-9a-f]{12}$/);
    assert.equal(scripted.polls[0], scripted.polls[1]);
  });

  it('asks which server it is once a session, not with every poll', async () => {
    const scripted = new ScriptedSession(server(() => ROW));
    const session = sessionOver(scripted);
    for (let poll = 0; poll < 3; poll += 1) {
      const fast = await session.readFast(never());
      assert.equal(fast.systemIdentifier, '1');
      assert.equal(fast.database, 'app');
    }
    assert.equal(scripted.polls.length, 3);
    assert.equal(scripted.seen.length, 4);
  });

  it('looks again when the server is not what the statement was made for', async () => {
    let isInRecovery = false;
    const scripted = new ScriptedSession(
      server(
        ({ text }) => {
          const isForStandby = text.includes('pg_last_wal_replay_lsn');
          if (isForStandby !== isInRecovery) return { fastFacts: null };
          return isForStandby ? STANDBY_ROW : ROW;
        },
        () => ({ ...PROBE, isInRecovery }),
      ),
    );
    const session = sessionOver(scripted);
    assert.equal((await session.readFast(never())).isInRecovery, false);
    isInRecovery = true;
    const fast = await session.readFast(never());
    assert.equal(fast.isInRecovery, true);
    assert.equal(fast.timeline, 9);
    assert.equal(fast.replayLsn, 24n);
    assert.equal(fast.replayPauseState, 'paused');
    assert.equal(fast.currentLsn, null);
    assert.equal(fast.receiver, null);
    const polls = scripted.polls.length;
    await session.readFast(never());
    assert.equal(scripted.polls.length, polls + 1);
  });

  it('calls a server that fits no statement a failure, and asks no further', async () => {
    const scripted = new ScriptedSession(server(() => ({ fastFacts: null })));
    await assert.rejects(sessionOver(scripted).readFast(never()), ServerFailure);
    assert.equal(scripted.polls.length, 2);
  });

  for (const sqlstate of ['26000', '42P05']) {
    it(`does without names once a pooler refused one (${sqlstate})`, async () => {
      const scripted = new ScriptedSession(server(({ name }) => (name ? refused(sqlstate) : ROW)));
      const session = sessionOver(scripted);
      await session.readFast(never());
      await session.readFast(never());
      assert.deepEqual(
        scripted.polls.map(({ name }) => name !== undefined),
        [true, false, false],
      );
    });
  }

  it('tells an answer that it cannot read as a failure, without its content', async () => {
    const values: unknown[] = [...ROW.fastFacts];
    values[2] = 'c4n4ry';
    const scripted = new ScriptedSession(server(() => ({ fastFacts: values })));
    const outcome = sessionOver(scripted).readFast(never());
    await assert.rejects(outcome, (error: unknown) => {
      assert.ok(error instanceof ServerFailure);
      assert.equal(error.facts.reason, 'other');
      assert.ok(!JSON.stringify(error.facts).includes('c4n4ry'));
      return true;
    });
  });

  it('says of a newer server that it was not tested', async () => {
    const slow = {
      ...IDENTITY,
      role: {
        serverVersion: '19.0 (Debian)',
        role: 'monitor',
        isSuperuser: false,
        hasMonitorRole: true,
        serverPort: 5432,
      },
      publications: null,
      subscriptionTables: null,
      subscriptionOptions: [],
      settings: { wal_level: 'logical', unknown_here: null },
      sequences: null,
      queue: null,
      queueObjects: { triggers: null, tables: null, missingRoles: null },
    };
    const scripted = new ScriptedSession(({ text }) =>
      text.includes('"versionText"') ? PROBE : slow,
    );
    const facts = await sessionOver(scripted).readSlow(never());
    assert.equal(facts.versionNote, 'Postgres 19 is newer than 18, the newest that was tested.');
    assert.equal(facts.serverVersion, '19.0');
    assert.deepEqual(facts.settings, { wal_level: 'logical' });
  });
});

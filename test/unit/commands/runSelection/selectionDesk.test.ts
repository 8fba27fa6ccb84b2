import assert from 'node:assert/strict';
import { SelectionDesk } from '../../../../src/commands/runSelection/selectionDesk';
import type { SelectionDialogs } from '../../../../src/commands/runSelection/selectionDialogs';
import { CancelSource } from '../../../../src/core/cancelSource';
import { ServerFailure, type FailureReason } from '../../../../src/core/failure';
import { describeFailure } from '../../../../src/core/failureText';
import type { AuditEntry } from '../../../../src/core/ports/auditLog';
import type {
  SelectionAnswer,
  SelectionRequest,
} from '../../../../src/core/ports/selectionGateway';
import type { Environment, TopologyNode } from '../../../../src/core/topology';
import type { NodeSnapshot } from '../../../../src/core/snapshot';
import {
  declared,
  edge,
  failure,
  fast,
  NOW,
  sample,
  snapshot,
  verdict,
} from '../../core/describe/makeSnapshot';

const DELETE = 'DELETE FROM kept';

interface Script {
  readonly text?: string;
  readonly environment?: Environment;
  readonly primary?: Partial<TopologyNode>;
  readonly primarySeen?: Partial<NodeSnapshot>;
  /** What each run on a node comes to; by default it is done. */
  readonly answers?: Readonly<Record<string, readonly (Answer | FailureReason)[]>>;
  readonly isConfirmed?: boolean;
  readonly asksNext?: boolean;
  readonly password?: string | null;
  readonly mayContact?: (nodeId: string) => boolean;
}

type Answer = 'done' | 'writes' | 'mistake' | 'several' | 'unknown';

/** Runs a statement and tells what happened, in order. */
async function run(script: Script): Promise<readonly string[]> {
  const { text = 'SELECT 1', environment = 'development', answers = {} } = script;
  const events: string[] = [];
  const left = new Map(Object.entries(answers).map(([id, list]) => [id, [...list]]));
  const shot = snapshot({
    nodes: [
      declared('primary', { adminUser: 'boss', ...script.primary }),
      declared('replica', { standbyOf: 'primary' }),
    ],
    seen: {
      primary: { sample: sample({ fast: fast() }), ...script.primarySeen },
      replica: { sample: sample({ fast: fast({ isInRecovery: true }) }) },
    },
    edges: [edge({ id: 'streaming/replica', from: 'primary', to: 'replica', lagMs: 12 })],
    topology: { environment, routing: { reads: ['replica', 'primary'], maxLagMs: 5_000 } },
  });
  const dialogs: SelectionDialogs = {
    tell: (message) => events.push(`tell: ${message}`),
    tellNowhere: (problem) => events.push(`nowhere: ${problem}`),
    tellRefused: (message, offset) => events.push(`refused at ${offset}: ${message}`),
    warn: (message) => events.push(`warn: ${message}`),
    askNext: (_message, next) => {
      events.push(`next: ${next}?`);
      return Promise.resolve(script.asksNext ?? true);
    },
    askPassword: (nodeId, user) => {
      events.push(`password for ${user} on ${nodeId}`);
      return Promise.resolve(script.password ?? null);
    },
    confirmWrite: ({ message, detail, document }, mustType) => {
      assert.ok(document.includes(`${text}\n`) && detail.includes(text));
      assert.match(detail, /db\.example\.com:5432\/app as boss/u);
      events.push(`confirm: ${message} type ${mustType}`);
      return Promise.resolve(script.isConfirmed ?? true);
    },
    whileRunning: (title, act) => {
      events.push(title.replaceAll('\u00a0', ' '));
      return act(new CancelSource());
    },
    showResult: (name, shown) => {
      events.push(`${name}: ${shown.split('\n').slice(2, 4).join(' ')}`.replaceAll('\u00a0', ' '));
      return Promise.resolve();
    },
  };
  const desk = new SelectionDesk(
    {
      gateway: {
        userOf: (node) => Promise.resolve(node.adminUser ?? 'monitor'),
        runSelection: (node, request) => {
          const answer = left.get(node.id)?.shift() ?? 'done';
          return answerOf(answer, node, request);
        },
      },
      endpointsOf: (node) => Promise.resolve([{ host: node.connection['host'] ?? '', port: 5432 }]),
      passwords: {
        enterPassword: (node, password) => {
          events.push(`${node.connection['user']} enters ${password}`);
          return Promise.resolve({ isKept: true } as never);
        },
      },
      contact: {
        actOn: () => Promise.resolve(true),
        allows: (_id, node) => Promise.resolve(script.mayContact?.(node.id) ?? true),
      },
      monitor: { current: () => [shot], refresh: () => Promise.resolve() },
      audit: {
        statement: ({ nodeId, user, sql, outcome }: AuditEntry) =>
          events.push(`audit ${nodeId} as ${user}: ${sql} ${outcome.split(':').at(-1)}`),
      },
      clock: { nowMs: () => NOW, monotonicMs: () => 0, schedule: () => () => undefined },
      dialogs,
    },
    shot.id,
    text,
    10,
  );
  try {
    await desk.run();
  } catch (error) {
    if (!(error instanceof ServerFailure)) throw error;
    events.push(`failed: ${error.facts.reason}`);
  }
  return events;
}

function answerOf(
  answer: Answer | FailureReason,
  { id, adminUser }: TopologyNode,
  { mayWrite }: SelectionRequest,
): Promise<SelectionAnswer> {
  const place = {
    nodeId: id,
    endpoint: { host: '127.0.0.1', port: 5432 },
    database: 'app',
    user: mayWrite ? (adminUser ?? 'monitor') : 'monitor',
    isInRecovery: id === 'replica',
  };
  const refused = (sqlstate: string, serverMessage: string): SelectionAnswer => ({
    kind: 'refused',
    place,
    failure: { ...failure(), sqlstate, serverMessage },
    position: 8,
    hint: null,
    isSeveral: answer === 'several',
  });
  switch (answer) {
    case 'done': {
      const result = { columns: [], rows: [], hasMore: false, tag: 'DELETE 3', notices: [] };
      return Promise.resolve({ kind: 'done', place, result });
    }
    case 'writes':
      return Promise.resolve(refused('25006', 'cannot execute it in a read-only transaction'));
    case 'mistake':
      return Promise.resolve(refused('42703', 'column "x" does not exist'));
    case 'several':
      return Promise.resolve(refused('42601', 'cannot insert multiple commands'));
    case 'unknown':
      return Promise.resolve({ kind: 'unknown', place, failure: failure() });
    default:
      return Promise.reject(new ServerFailure(describeFailure(answer, { nodeId: id })));
  }
}

const ON_REPLICA = 'Running on replica (standby, 12 ms behind), READ ONLY';

describe('a selected statement', () => {
  it('runs where reads go, and says why there', async () => {
    assert.deepEqual(await run({}), [
      ON_REPLICA,
      'Result from replica: Reads go there now: standby, 12 ms behind. ',
    ]);
  });

  it('is not sent anywhere when it is none, or ends transactions', async () => {
    assert.deepEqual(await run({ text: '-- nothing' }), [
      'tell: There is no statement here: select one.',
    ]);
    const [only, ...more] = await run({ text: 'COMMIT' });
    assert.match(only ?? '', /^tell: COMMIT is refused/u);
    assert.deepEqual(more, []);
  });

  it('is not sent to a host that nobody approved', async () => {
    assert.deepEqual(await run({ mayContact: () => false }), [
      'tell: Not connecting to replica: its host was not approved from this folder.',
    ]);
  });

  it('goes to the next node when the first is gone, once that was wanted', async () => {
    const answers = { replica: ['refused'] } as const;
    assert.deepEqual(await run({ answers }), [
      ON_REPLICA,
      'next: primary?',
      'Running on primary (primary), READ ONLY',
      'Result from primary: Reads go there now: primary. replica was passed over: it did not answer.',
    ]);
    assert.deepEqual(await run({ answers, asksNext: false }), [ON_REPLICA, 'next: primary?']);
    const none = await run({ answers: { replica: ['lost'], primary: ['silent'] } });
    assert.equal(none.at(-1), 'failed: silent');
  });

  it('tells the place of a mistake, and asks nobody else', async () => {
    assert.deepEqual(await run({ text: 'SELECT x', answers: { replica: ['mistake'] } }), [
      ON_REPLICA,
      'refused at 7: replica refused the statement (42703), line 10: column "x" does not exist.',
    ]);
    const several = await run({ answers: { replica: ['several'] } });
    assert.match(several.at(-1) ?? '', /Nothing was run: there are several statements/u);
  });

  it('that writes is shown and confirmed before it runs where writes go', async () => {
    const answers = { replica: ['writes'] } as const;
    const confirm = 'confirm: Run this on primary, where writes go? type null';
    assert.deepEqual(await run({ text: DELETE, answers, isConfirmed: false }), [
      ON_REPLICA,
      confirm,
    ]);
    assert.deepEqual(await run({ text: DELETE, answers }), [
      ON_REPLICA,
      confirm,
      'Running on primary, READ WRITE',
      'audit primary as boss: DELETE FROM kept  DELETE 3',
      'Result from primary: Writes go there now: primary, takes writes. ',
    ]);
  });

  it('that writes has the name typed in production', async () => {
    const events = await run({
      text: DELETE,
      environment: 'production',
      answers: { replica: ['writes'] },
      isConfirmed: false,
    });
    assert.equal(
      events.at(-1),
      'confirm: Run this on primary, where writes go (production)? type primary',
    );
  });

  it('that writes is refused where the file forbids it, and where writes go nowhere', async () => {
    const answers = { replica: ['writes'] } as const;
    const readOnly = await run({ text: DELETE, answers, primary: { access: 'readOnly' } });
    assert.equal(readOnly.length, 2);
    assert.match(readOnly[1] ?? '', /^tell: This statement writes\. primary is read-only/u);
    const gone = { sample: sample({ contact: 'failed', failure: failure() }) };
    const down = { ...gone, verdict: verdict('unreachable') };
    const nowhere = await run({ text: DELETE, answers, primarySeen: down });
    assert.match(nowhere.at(-1) ?? '', /Writes go nowhere now/u);
    assert.ok(!nowhere.some((event) => event.startsWith('confirm')));
  });

  it('that was given up, or whose end is not known, says so', async () => {
    const cancelled = await run({
      text: DELETE,
      answers: { replica: ['writes'], primary: ['cancelled'] },
    });
    assert.equal(cancelled.at(-1), 'tell: Cancelled: nothing was changed on primary.');
    const unknown = await run({
      text: DELETE,
      answers: { replica: ['writes'], primary: ['unknown'] },
    });
    assert.match(unknown.at(-2) ?? '', /^audit primary as boss/u);
    assert.match(unknown.at(-1) ?? '', /^warn: .*whether it was, is not known/u);
  });

  it('asks for a password that is missing, of the role that it runs as', async () => {
    const answers = {
      replica: ['passwordNeeded', 'writes'],
      primary: ['passwordNeeded'],
    } as const;
    assert.deepEqual(
      (await run({ text: DELETE, answers, password: 'secret' })).filter((event) =>
        /password|enters/u.test(event),
      ),
      [
        'password for monitor on replica',
        'monitor enters secret',
        'password for boss on primary',
        'boss enters secret',
      ],
    );
    assert.deepEqual(await run({ answers }), [ON_REPLICA, 'password for monitor on replica']);
  });
});

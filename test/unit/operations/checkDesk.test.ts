import assert from 'node:assert/strict';
import { isLate, type CheckResult } from '../../../src/core/checks/checkResult';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import { CheckDesk } from '../../../src/operations/checks/checkDesk';
import { declared, edge, snapshot, verdict } from '../core/describe/makeSnapshot';
import { FakeClock } from '../monitor/fakeClock';
import { FakeChanges, fails, rows, type FakeAnswer } from './fakeChanges';

const TOKEN = '0b0f1d1c-7d4e-4f7a-9f57-3b1f6d1f5a01';
const nodes = [declared('central'), declared('read', { standbyOf: 'central' })];
const edges = [edge({ id: 'streaming/read', to: 'read' })];
const PICTURE = snapshot({ nodes, edges });
const ID = PICTURE.id;

const PROBE = {
  isInRecovery: false,
  systemIdentifier: '7',
  database: 'app',
  user: 'monitor',
  publications: [],
  tables: [],
};

describe('CheckDesk', () => {
  let changes: FakeChanges;
  let clock: FakeClock;
  let desk: CheckDesk;
  let arrives: () => FakeAnswer;
  let mayContact: boolean;
  let isDeclared: boolean;
  let picture: TopologySnapshot;

  beforeEach(() => {
    changes = new FakeChanges();
    clock = new FakeClock();
    mayContact = true;
    isDeclared = true;
    picture = PICTURE;
    arrives = () => rows({ arrived: true });
    changes.answers = [
      ['"systemIdentifier"', () => rows(PROBE)],
      ['pg_current_wal_flush_lsn', () => rows({ lsn: '0/16' })],
      ['generate_series', () => rows({ arrived: true })],
      ['"arrived"', () => arrives()],
    ];
    desk = new CheckDesk({
      gateway: changes,
      clock,
      log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
      mayContact: () => Promise.resolve(mayContact),
      randomUuid: () => TOKEN,
      snapshot: (id) => (id === ID && isDeclared ? picture : null),
      refresh: () => Promise.resolve(),
    });
  });

  afterEach(async () => {
    await desk.dispose();
    assert.equal(changes.open, 0, 'a session is still open');
  });

  const never = new AbortController().signal;

  it('opens, writes once, waits, tells, and closes', async () => {
    const told: CheckResult[] = [];
    const results = await desk.run(ID, null, never, (result) => told.push(result));
    assert.deepEqual(
      results.map(({ edgeId, kind, outcome }) => [edgeId, kind, outcome]),
      [['streaming/read', 'marker', 'arrived']],
    );
    assert.deepEqual(told, results);
    assert.equal(changes.open, 0);
    assert.deepEqual(desk.of(ID), [{ edgeId: 'streaming/read', results, isRunning: false }]);
    assert.equal(desk.of(ID), desk.of(ID), 'the same object until something changes');
    assert.deepEqual(await desk.run('file:///other', null, never), []);
  });

  it('writes nothing where the file forbids it, and says so', async () => {
    picture = snapshot({
      nodes: [
        declared('central', { access: 'readOnly' }),
        declared('read', { standbyOf: 'central' }),
      ],
      edges,
    });
    const [result] = await desk.run(ID, null, never);
    assert.equal(result?.outcome, 'notPossible');
    assert.equal(
      result.failure?.text,
      'No token is written: central is read-only: "access" in the topology file forbids every change there.',
    );
    assert.deepEqual(changes.events, []);
  });

  for (const [code, text] of [
    ['splitBrain', 'No token is written to central: two nodes of one system are writable.'],
    ['wrongSystem', 'No token is written to central: it is not the server that was seen before.'],
  ] as const) {
    it(`writes nothing where nobody can tell which server is meant: ${code}`, async () => {
      picture = snapshot({ nodes, edges, seen: { central: { verdict: verdict(code) } } });
      const [result] = await desk.run(ID, null, never);
      assert.equal(result?.outcome, 'notPossible');
      assert.equal(result.failure?.text, text);
      assert.deepEqual(changes.events, []);
    });
  }

  it('keeps the last 200 results of an edge, and says while one is under way', async () => {
    const running: boolean[] = [];
    const listener = desk.onDidChange((id) => {
      running.push(desk.of(id)[0]?.isRunning ?? false);
    });
    for (let round = 0; round < 205; round += 1) await desk.run(ID, null, never);
    listener.dispose();
    assert.equal(desk.of(ID)[0]?.results.length, 200);
    assert.deepEqual(running.slice(0, 2), [true, false]);
  });

  it('holds an arrival against the budget of the file', async () => {
    const within = (arrivesWithinMs: number) =>
      snapshot({
        nodes: [declared('central'), declared('read', { standbyOf: 'central', arrivesWithinMs })],
        edges,
      });
    picture = within(1_000);
    arrives = () => {
      clock.work(1_400);
      return rows({ arrived: true });
    };
    changes.answers = [['generate_series', () => arrives()], ...changes.answers];
    const [late] = await desk.run(ID, null, never);
    assert.deepEqual([late?.outcome, late?.budgetMs, late?.limitMs], ['arrived', 1_000, 10_000]);
    assert.ok(late !== undefined && isLate(late), `${late?.arrivedMs} ms`);
    picture = within(30_000);
    const [slow] = await desk.run(ID, null, never);
    assert.deepEqual([slow?.budgetMs, slow?.limitMs], [30_000, 30_000]);
    assert.ok(slow !== undefined && !isLate(slow));
  });

  it('dials nobody who may not be contacted', async () => {
    mayContact = false;
    const [result] = await desk.run(ID, null, never);
    assert.equal(result?.outcome, 'notPossible');
    assert.equal(result.failure?.text, 'central may not be contacted.');
    assert.deepEqual(changes.events, []);
  });

  it('says why when the primary or the downstream cannot be asked', async () => {
    changes.refusal = (nodeId) => (nodeId === 'read' ? failureFacts('refused') : null);
    const [result] = await desk.run(ID, null, never);
    assert.equal(result?.outcome, 'notPossible');
    assert.equal(result.failure?.reason, 'refused');
    assert.equal(result.verdict, null);
  });

  it('asks again after a lock or a recovery conflict, and gives up on anything else', async () => {
    let asked = 0;
    arrives = () => {
      asked += 1;
      if (asked < 3) return fails('limit', { sqlstate: asked === 1 ? '40001' : '55P03' });
      return rows({ arrived: true });
    };
    const run = desk.run(ID, null, never);
    await passTime(() => asked >= 3);
    assert.equal((await run)[0]?.outcome, 'arrived');
    arrives = () => fails('privilege', { sqlstate: '42501' });
    assert.equal((await desk.run(ID, null, never))[0]?.outcome, 'notPossible');
  });

  it('has the verdict and no number when nothing arrives in time', async () => {
    arrives = () => rows({ arrived: false });
    let isDone = false;
    const run = desk.run(ID, null, never).finally(() => (isDone = true));
    await passTime(() => isDone);
    const [result] = await run;
    assert.equal(result?.outcome, 'notArrived');
    assert.equal(result.arrivedMs, null);
    assert.equal(result.verdict?.code, 'streaming');
    assert.equal(result.limitMs, 10_000);
  });

  it('ends with the signal, and without a result that says anything', async () => {
    arrives = () => rows({ arrived: false });
    const stop = new AbortController();
    const run = desk.run(ID, null, stop.signal);
    await passTime(() => changes.open === 2);
    stop.abort();
    assert.deepEqual(
      (await run).map(({ outcome }) => outcome),
      ['cancelled'],
    );
    assert.equal(changes.open, 0);
  });

  it('goes on until told otherwise, over the same sessions', async () => {
    desk.setContinuous(ID, true);
    assert.ok(desk.isContinuous(ID));
    await passTime(() => (desk.of(ID)[0]?.results.length ?? 0) >= 3);
    const opened = changes.events.filter((event) => event.endsWith(': open'));
    assert.deepEqual(opened, ['central: open', 'read: open']);
    desk.setContinuous(ID, false);
    assert.ok(!desk.isContinuous(ID));
    await passTime(() => changes.open === 0);
  });

  it('repeats some edges until the signal, an interval apart, beside whatever else goes on', async () => {
    const stop = new AbortController();
    const rounds: { readonly atMs: number; readonly outcomes: readonly string[] }[] = [];
    const ended = desk.repeat(ID, ['streaming/read'], stop.signal, (results) => {
      rounds.push({ atMs: clock.nowMs(), outcomes: results.map(({ outcome }) => outcome) });
    });
    await passTime(() => rounds.length >= 3);
    assert.deepEqual(rounds[0]?.outcomes, ['arrived']);
    const apartMs = (rounds[2]?.atMs ?? 0) - (rounds[1]?.atMs ?? 0);
    assert.ok(apartMs >= 10_000 && apartMs < 11_000, `${apartMs} ms`);
    assert.ok(!desk.isContinuous(ID));
    assert.equal(changes.open, 2, 'sessions are kept');
    stop.abort();
    await passTime(() => changes.open === 0);
    await ended;
  });

  it('stops for a topology whose file is gone', async () => {
    desk.setContinuous(ID, true);
    await passTime(() => changes.open === 2);
    isDeclared = false;
    await passTime(() => changes.open === 0);
    assert.ok(!desk.isContinuous(ID));
  });

  it('lets go of a node that may not be contacted any more', async () => {
    desk.setContinuous(ID, true);
    await passTime(() => changes.open === 2);
    mayContact = false;
    await passTime(() => changes.open === 0);
    assert.ok(desk.isContinuous(ID));
    mayContact = true;
    await passTime(() => changes.open === 2);
  });

  /** Lets fake time pass until it holds. */
  async function passTime(holds: () => boolean): Promise<void> {
    for (let turn = 0; turn < 20_000 && !holds(); turn += 1) {
      await clock.advance(5);
    }
    assert.ok(holds(), 'it never happened');
  }
});

function nothing(): void {
  return undefined;
}

function failureFacts(reason: 'refused') {
  const failed = fails(reason);
  if (failed.kind !== 'fails') throw new Error('it does not fail');
  return failed.facts;
}

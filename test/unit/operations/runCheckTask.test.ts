import assert from 'node:assert/strict';
import type { CheckResult } from '../../../src/core/checks/checkResult';
import { readCheckTask, TASK_ENDS } from '../../../src/core/checks/checkTask';
import { runCheckTask, type CheckTaskDeps } from '../../../src/operations/checks/runCheckTask';
import {
  declared,
  edge,
  failure,
  plain,
  snapshot,
  subscription,
  verdict,
} from '../core/describe/makeSnapshot';
import { manifest } from '../checks/readManifest';
import { FakeClock } from '../monitor/fakeClock';

const PICTURE = snapshot({
  nodes: [
    declared('central'),
    declared('read', { standbyOf: 'central' }),
    declared('genesis', { subscriptions: [subscription('metrics_sub', 'central')] }),
  ],
  edges: [
    edge({ id: 'streaming/read', to: 'read', name: 'read' }),
    edge({ id: 'logical/genesis/metrics_sub' }),
  ],
});

describe('task pg-topology: check', () => {
  let clock: FakeClock;
  let lines: string[];
  let ran: (readonly string[])[];
  let resultOf: (edgeId: string, round: number) => Partial<CheckResult>;
  let isTrusted: boolean;
  let strangers: readonly string[];
  let stop: AbortController;

  beforeEach(() => {
    clock = new FakeClock();
    lines = [];
    ran = [];
    resultOf = () => ({});
    isTrusted = true;
    strangers = [];
    stop = new AbortController();
  });

  function result(edgeId: string): CheckResult {
    const base = { edgeId, kind: 'row' as const, outcome: 'arrived' as const, arrivedMs: 9 };
    const times = { startedAtMs: clock.nowMs(), endedAtMs: clock.nowMs(), limitMs: 10_000 };
    const found = resultOf(edgeId, ran.length);
    return { ...base, ...times, verdict: null, failure: null, ...found };
  }

  const deps = (): CheckTaskDeps => ({
    ready: () => Promise.resolve(),
    snapshots: () => [PICTURE],
    checks: {
      run: (_, edgeIds, signal) => {
        const ids = edgeIds ?? [];
        ran.push(ids);
        const isStopped = signal.aborted;
        return Promise.resolve(
          ids.map((id) =>
            isStopped ? { ...result(id), outcome: 'cancelled' as const } : result(id),
          ),
        );
      },
    },
    contact: {
      actOn: () => Promise.resolve(isTrusted),
      allows: (_, { id }) => Promise.resolve(!strangers.includes(id)),
    },
    isTrusted: () => isTrusted,
    diagnose: (_, subject) => ({ health: 'error', title: `Why ${subject} is out.` }),
    placeOf: (_, edgeId) => `/folder/pg-topology.json:${edgeId.length}:5`,
    redact: (text) => text.replaceAll('hunter2', '***'),
    clock,
  });

  async function run(definition: Readonly<Record<string, unknown>> = {}): Promise<number> {
    const task = readCheckTask(definition);
    const end: { code: number | null } = { code: null };
    const ended = runCheckTask(task, deps(), (line) => lines.push(plain(line)), stop.signal);
    void ended.then((code) => (end.code = code));
    for (let turn = 0; turn < 1_000 && end.code === null; turn += 1) await clock.advance(500);
    assert.notEqual(end.code, null, 'it did not end');
    assert.equal(clock.pending, 0);
    return ended;
  }

  it('ends with 0 when everything arrived, with a line an edge', async () => {
    assert.equal(await run(), 0);
    assert.deepEqual(lines, [
      'Checking 2 edges of Central cloud',
      'read: row arrived in 9 ms',
      'metrics_sub on genesis: row arrived in 9 ms',
      'Healthy: 2 of 2 arrived, worst 9 ms.',
    ]);
  });

  it('ends with 1 when something is late or did not arrive, and says where and why', async () => {
    resultOf = (id) =>
      id === 'streaming/read'
        ? { arrivedMs: 1_400, budgetMs: 1_000 }
        : { outcome: 'notArrived', arrivedMs: null, verdict: verdict('stoppedByError') };
    assert.equal(await run(), 1);
    assert.deepEqual(lines.slice(1, 3), [
      '/folder/pg-topology.json:14:5: error: read: row arrived in 1.4 s, budget 1 s. Why streaming/read is out.',
      '/folder/pg-topology.json:27:5: error: metrics_sub on genesis: not within 10 s: stopped by an error. Why logical/genesis/metrics_sub is out.',
    ]);
    assert.match(lines[3] ?? '', /^Not healthy: 1 of 2 arrived/);
  });

  it('ends with 2 when a check was not possible, or nothing is there to check', async () => {
    resultOf = () => ({ outcome: 'notPossible', arrivedMs: null, failure: failure() });
    assert.equal(await run({ edge: 'streaming/read' }), 2);
    assert.deepEqual(ran, [['streaming/read']]);
    assert.equal(await run({ topology: 'No such' }), 2);
    assert.equal(lines.at(-1), 'Not possible: no topology file declares No such.');
  });

  it('ends with 3, and asks nobody, in restricted mode or without approval', async () => {
    strangers = ['genesis'];
    assert.equal(await run(), 3);
    assert.deepEqual(lines, ['Not contacted: genesis was not approved from this folder.']);
    assert.equal(await run({ edge: 'read' }), 0, 'others are not held back');
    isTrusted = false;
    ran = [];
    assert.equal(await run(), 3);
    assert.deepEqual(ran, []);
  });

  it('finds an edge by id, title or name, and a file by its path', async () => {
    for (const name of ['logical/genesis/metrics_sub', 'metrics_sub on genesis', 'metrics_sub']) {
      ran = [];
      assert.equal(await run({ edge: name }), 0);
      assert.deepEqual(ran, [['logical/genesis/metrics_sub']]);
    }
    assert.equal(await run({ file: './pg-topology.json' }), 0);
    assert.equal(await run({ file: 'folder/pg-topology.json' }), 0);
    assert.equal(await run({ file: 'topology.json' }), 2);
  });

  it('waits until all of it is healthy', async () => {
    resultOf = (_, round) => (round < 4 ? { outcome: 'notArrived', arrivedMs: null } : {});
    assert.equal(await run({ waitUntilHealthy: true }), 0);
    assert.equal(ran.length, 4);
    assert.deepEqual(lines.slice(0, 2), [
      'Checking 2 edges of Central cloud',
      'Waiting: 0 of 2 edges healthy.',
    ]);
    assert.match(lines.at(-1) ?? '', /^Healthy: /);
  });

  it('gives up waiting when its time is over', async () => {
    resultOf = () => ({ outcome: 'notArrived', arrivedMs: null });
    assert.equal(await run({ waitUntilHealthy: true, timeout: 5 }), 1);
    assert.ok(ran.length >= 4 && ran.length <= 7, `${ran.length} rounds`);
    assert.match(lines.at(-1) ?? '', /^Not healthy: /);
  });

  it('ends when it is stopped', async () => {
    stop.abort();
    assert.equal(await run({ waitUntilHealthy: true }), 1);
    assert.equal(lines.at(-1), 'Not healthy: no check ended within 1 min.');
  });

  it('writes no escape sequence and no secret, whatever servers say', async () => {
    const text = 'no \u001b[31mtable\n\u001b]8;;http://evil\u0007 hunter2';
    resultOf = () => ({ outcome: 'notPossible', arrivedMs: null, failure: failure({ text }) });
    await run();
    for (const line of lines) {
      assert.ok(
        Array.from(line).every((character) => character >= ' '),
        JSON.stringify(line),
      );
      assert.ok(!line.includes('hunter2'));
    }
  });

  it('is understood by its problem matcher', async () => {
    const [matcher] = manifest.contributes.problemMatchers;
    assert.ok(matcher);
    const { pattern, background } = matcher;
    resultOf = () => ({ outcome: 'notArrived', arrivedMs: null });
    await run({ waitUntilHealthy: true, timeout: 3 });
    const begins = lines.filter((line) => new RegExp(background.beginsPattern, 'u').test(line));
    const ends = lines.filter((line) => new RegExp(background.endsPattern, 'u').test(line));
    assert.deepEqual([begins, ends], [[lines[0]], [lines.at(-1)]]);
    const found = lines.flatMap((line) => {
      const match = new RegExp(pattern.regexp, 'u').exec(line);
      return match === null
        ? []
        : [[match[pattern.file], match[pattern.line], match[pattern.severity]]];
    });
    assert.deepEqual(found, [
      ['/folder/pg-topology.json', '14', 'error'],
      ['/folder/pg-topology.json', '27', 'error'],
    ]);
    for (const word of Object.values(TASK_ENDS)) {
      assert.match(`${word}: why`, new RegExp(background.endsPattern, 'u'));
    }
  });
});

import assert from 'node:assert/strict';
import type { Difference } from '../../../src/core/differences/difference';
import { makeDifference, NODE } from '../../../src/core/differences/makeDifference';
import { applyTextEdits } from '../../../src/topologyFile/edits';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import type { Problem } from '../../../src/topologyFile/problem';
import { differenceProblem } from '../../../src/views/differenceProblem';
import { SnapshotProblems } from '../../../src/views/liveProblems';
import type { TopologyFile } from '../../../src/views/topologyFiles';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import { answered, Joiner, primary, slow, T0 } from '../core/join/builders';

const TEXT = `{
  "nodes": {
    "central": {
      "connection": "postgresql://monitor@127.0.0.1:5432/app",
      // What others take.
      "publications": {
        "jobs_pub": {
          "tables": [
            "public.jobs", // the one that matters
            "public.gone" // left
          ],
          "operations": ["insert"]
        }
      }
    }
  }
}
`;

const pub = ['nodes', 'central', 'publications', 'jobs_pub'];

function problemOf(
  differs: Partial<Parameters<typeof makeDifference>[0]>,
  commands: readonly string[] = ['planChanges', 'choosePrimary', 'acceptServer'],
): Problem {
  const difference: Difference = makeDifference({
    code: 'missingTable',
    nodeId: 'central',
    subject: NODE,
    path: pub,
    message: 'It differs.',
    ...differs,
  });
  const { positions } = parseTopologyFile(TEXT, 'test');
  const [problem] = differenceProblem(difference, TEXT, positions, (id) => commands.includes(id));
  assert.ok(problem);
  return problem;
}

const BY_HAND = { kind: 'publication', name: 'by_hand' } as const;

const textAt = ({ range }: Problem) => TEXT.slice(range.offset, range.offset + range.length);

describe('Differences as problems of the file', () => {
  it('stand on the value, on the key of something large, or on what is next above', () => {
    const places: readonly (readonly [readonly (string | number)[], string])[] = [
      [[...pub, 'tables', 1], '"public.gone"'],
      [[...pub, 'tables', 1, 'columns'], '"public.gone"'],
      [[...pub, 'tables'], '"tables"'],
      [[...pub, 'operations'], '["insert"]'],
      [[...pub, 'viaPartitionRoot'], '"jobs_pub"'],
      [pub, '"jobs_pub"'],
      [['nodes', 'central', 'publications', 'other_pub'], '"publications"'],
      [['nodes', 'central', 'subscriptions', 'other_sub'], '"central"'],
      [['nodes', 'central', 'connection'], '"postgresql://monitor@127.0.0.1:5432/app"'],
      [['nodes', 'central'], '"central"'],
    ];
    for (const [path, text] of places) assert.equal(textAt(problemOf({ path })), text);
  });

  it('offer a plan only where there is one, and the command that settles the rest', () => {
    const titles = (problem: Problem) =>
      problem.fixes.map(({ title, command }) => [title, command]);
    assert.deepEqual(titles(problemOf({ byPlan: true })), [
      ['Make the server so: Plan Changes…', 'planChanges'],
    ]);
    assert.deepEqual(titles(problemOf({ byPlan: true }, [])), []);
    const dropped = problemOf({ code: 'extraPublication', subject: BY_HAND }, ['dropPublication']);
    assert.equal(dropped.fixes[0]?.subject, 'publication/central/by_hand');
    assert.deepEqual(titles(problemOf({ code: 'splitBrain' })), [
      ['Choose Primary…', 'choosePrimary'],
    ]);
    assert.deepEqual(titles(problemOf({ code: 'otherSystem' })), [
      ['Accept Server…', 'acceptServer'],
    ]);
  });

  it('offer the edit before the command that drops what the file does not mention', () => {
    const { fixes } = problemOf(
      {
        code: 'extraPublication',
        subject: BY_HAND,
        severity: 'information',
        fileChanges: [{ path: ['nodes', 'central', 'publications', 'by_hand'], value: {} }],
      },
      ['dropPublication'],
    );
    assert.deepEqual(
      fixes.map(({ command }) => command),
      [null, 'dropPublication'],
    );
  });

  it('say what to do by hand where no command does it', () => {
    const byHand = problemOf({ code: 'sameNode', message: 'a and b are one.' });
    assert.deepEqual(byHand.fixes, []);
    assert.match(byHand.message, /^a and b are one\. Correct the connection/u);
  });

  it('are taken over by one edit that leaves every comment', () => {
    const fileChanges = [
      { path: [...pub, 'tables', 1], value: undefined },
      { path: [...pub, 'tables', 2], value: 'public.new' },
    ];
    const [fix] = problemOf({ fileChanges }, []).fixes;
    assert.equal(fix?.title, 'Take over into the file');
    assert.equal(fix.edits.length, 1);
    const after = applyTextEdits(TEXT, fix.edits);
    for (const comment of ['// What others take.', '// the one that matters', '// left']) {
      assert.ok(after.includes(comment), after);
    }
    const { topology } = parseTopologyFile(after, 'test');
    assert.deepEqual(
      topology?.nodes[0]?.publications[0]?.tables.map(({ name }) => name),
      ['jobs', 'new'],
    );
  });
});

describe('Problems of the text as it is typed', () => {
  function fileOf(text: string): TopologyFile {
    const parsed = parseTopologyFile(text, 'test');
    const { topology } = parseTopologyFile(TEXT, 'test');
    const shown = { text, parsed };
    // The host's own type is not needed here.
    return { id: 'file:///pg-topology.json', topology, shown } as TopologyFile;
  }

  const { topology } = parseTopologyFile(TEXT, 'test');
  assert.ok(topology);
  const listeners: ((snapshot: TopologySnapshot, isNews: boolean) => void)[] = [];
  const problems = new SnapshotProblems(
    {
      onDidChange: (listener) => {
        listeners.push(listener);
        return { dispose: () => undefined };
      },
    },
    () => true,
  );
  const joiner = new Joiner(topology);
  const publish = (atMs: number) => {
    const sample = answered(primary(), atMs, { slow: slow({ publications: [] }) });
    for (const listener of listeners) listener(joiner.join({ central: sample }, atMs), true);
  };

  it('tell those who draw once, however often the servers say the same', () => {
    let told = 0;
    const subscription = problems.onDidChange(() => (told += 1));
    publish(T0);
    publish(T0 + 1_000);
    subscription.dispose();
    assert.equal(told, 1);
  });

  it('stand at the places of that very text', () => {
    publish(T0);
    const codes = (text: string) => problems.of(fileOf(text)).map(({ code }) => code);
    assert.deepEqual(codes(TEXT), ['missing-publication']);
    const typed = TEXT.replace('"publications": {', '"publications": { "new_pub": {},');
    assert.deepEqual(codes(typed), ['missing-publication', 'missing-publication']);
  });

  it('are none while it is not valid, and none of a node that it points elsewhere', () => {
    publish(T0);
    assert.deepEqual(problems.of(fileOf(TEXT.slice(0, -3))), []);
    assert.deepEqual(problems.of(fileOf(TEXT.replace('5432', '5433'))), []);
  });
});

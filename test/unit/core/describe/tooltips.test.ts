import assert from 'node:assert/strict';
import { detailsText } from '../../../../src/core/describe/detailsText';
import { nodePicks } from '../../../../src/core/describe/nodePicks';
import type { Tooltip } from '../../../../src/core/describe/rowText';
import { SnapshotIndex } from '../../../../src/core/describe/snapshotIndex';
import { statusBarText } from '../../../../src/core/describe/statusBarText';
import {
  edgeTooltip,
  nodeTooltip,
  queueTooltip,
  slotTooltip,
} from '../../../../src/core/describe/tooltips';
import { diagnosisOf } from '../../../../src/core/diagnosis/diagnosisOf';
import {
  declared,
  edge,
  GB,
  MINUTE,
  NOW,
  plain,
  queue,
  queueFacts,
  SECOND,
  slot,
  snapshot,
  subscription,
  verdict,
} from './makeSnapshot';

const cut = edge({
  id: 'streaming/central-read',
  verdict: verdict('notStreaming', {}, NOW - 12 * SECOND),
  lagMs: null,
  lagBytes: null,
});
const blocked = edge({
  id: 'logical/genesis/metrics_sub',
  verdict: verdict('blocked', { pids: [8114] }, NOW - 2 * MINUTE),
  lagMs: null,
});
const orphan = slot({
  name: 'old_reports',
  type: 'logical',
  isActive: false,
  isDeclared: false,
  consumer: null,
  retainedWalBytes: 3.2 * GB,
  verdict: verdict('orphan'),
});
const conflicts = queue({
  facts: queueFacts({ waiting: 412, conflicts: 3 }),
  verdict: verdict('queueConflicts'),
});
const picture = snapshot({
  nodes: [
    declared('central'),
    declared('central-read', { standbyOf: 'central' }),
    declared('genesis', { subscriptions: [subscription('metrics_sub', 'central')] }),
    declared('vengeance', {
      pendingSync: {
        primary: 'central',
        table: { schema: 'public', name: 'pending_sync' },
        capture: 'trigger',
        tables: [],
      },
    }),
  ],
  edges: [cut, blocked],
  slots: [slot(), orphan],
  queues: [conflicts],
  summary: {
    health: 'error',
    problems: [cut.id, 'queue/vengeance', blocked.id, 'slot/central/old_reports'],
  },
});
const index = new SnapshotIndex(picture, NOW);

const ROWS: Readonly<Record<string, Tooltip>> = {
  [cut.id]: edgeTooltip(cut, index),
  [blocked.id]: edgeTooltip(blocked, index),
  'slot/central/old_reports': slotTooltip(orphan, index),
  'queue/vengeance': queueTooltip(conflicts, index),
};

describe('describe: tooltips of what needs somebody', () => {
  for (const [subject, tooltip] of Object.entries(ROWS)) {
    it(`say of ${subject} what its diagnosis says, once, and the way on`, () => {
      const { title, detail } = diagnosisOf(picture, subject);
      assert.equal(tooltip.lines[0], title);
      assert.equal(tooltip.lines.filter((line) => line.includes(title)).length, 1);
      if (detail !== '') assert.equal(tooltip.lines[1], detail);
      assert.match(tooltip.advice ?? '', /^Explain… shows the ways on: .*[^.]\.$|^Explain… .*…$/u);
    });
  }

  it('say of a node where it stands, then the worst that arrives or waits there', () => {
    const node = picture.nodes.find(({ id }) => id === 'central-read');
    assert.ok(node);
    const { lines } = nodeTooltip(node, index);
    assert.equal(lines[0], 'db.example.com:5432 · app · monitor');
    assert.equal(lines[1], diagnosisOf(picture, 'central-read').title);
    assert.match(lines[1], /central-read is not streaming/u);
  });

  it('leave what is well without a cause', () => {
    const central = picture.nodes.find(({ id }) => id === 'central');
    assert.ok(central);
    assert.equal(nodeTooltip(central, index).advice, null);
    assert.equal(slotTooltip(slot(), index).advice, 'What a slot keeps is not lag.');
    const streaming = edge({ id: 'streaming/well' });
    assert.deepEqual(edgeTooltip(streaming, index).lines, [
      'streaming · 12\u00a0ms',
      '12\u00a0ms · 14\u00a0kB behind',
    ]);
  });

  it('are copied as text with the same words', () => {
    const text = detailsText(picture, blocked.id, NOW);
    assert.match(
      text,
      /^metrics_sub · subscription · from central\nThe apply worker of metrics_sub on genesis waits for pid 8114\./u,
    );
    assert.match(text, /Explain… shows the ways on: a statement to copy\.$/u);
  });

  it('show what cannot be seen in names that others chose', () => {
    const evil = slot({ ...orphan, name: 'a\u202eb' });
    const odd = snapshot({ nodes: [declared('central')], slots: [evil] });
    const { lines } = slotTooltip(evil, { snapshot: odd, nowMs: NOW });
    assert.ok(lines[0]?.includes('a\\u202eb'), lines[0]);
  });
});

describe('describe: the cause where the status bar leads', () => {
  it('stands above the list for the worst', () => {
    const shown = statusBarText([picture], {
      nowMs: NOW,
      pollIntervalSeconds: 5,
      hasInvalidFile: false,
    });
    const { title } = diagnosisOf(picture, cut.id);
    assert.ok(shown?.tooltip.cause?.startsWith(title), shown?.tooltip.cause ?? 'none');
    const well = snapshot({ nodes: [declared('central')] });
    const quiet = statusBarText([well], {
      nowMs: NOW,
      pollIntervalSeconds: 5,
      hasInvalidFile: false,
    });
    assert.equal(quiet?.tooltip.cause, null);
  });

  it('stands below each line of the pick that needs somebody, and below no other', () => {
    const { attention, healthy } = nodePicks(picture, NOW);
    assert.deepEqual(
      attention.map(({ subject, cause }) => [subject, cause]),
      picture.summary.problems.map((subject) => [subject, diagnosisOf(picture, subject).title]),
    );
    assert.ok(healthy.length > 0);
    assert.ok(healthy.every(({ cause }) => cause === null));
    assert.equal(plain(attention[0]?.description ?? ''), 'standby · not streaming for 12 s');
  });

  it('is looked for a dozen times at most, however many need somebody', () => {
    const many = Array.from({ length: 500 }, (_, at) =>
      declared(`r${at}`, { standbyOf: 'central' }),
    );
    const edges = many.map(({ id }) =>
      edge({
        id: `streaming/${id}`,
        verdict: verdict('notStreaming', {}, NOW - MINUTE),
        lagMs: null,
        lagBytes: null,
      }),
    );
    const large = snapshot({
      nodes: [declared('central'), ...many],
      edges,
      summary: { health: 'error', problems: edges.map(({ id }) => id) },
    });
    const { attention } = nodePicks(large, NOW);
    assert.equal(attention.length, 500);
    assert.equal(attention.filter(({ cause }) => cause !== null).length, 12);
  });
});

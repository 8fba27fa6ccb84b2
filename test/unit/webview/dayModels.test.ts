import assert from 'node:assert/strict';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import { toDashboardState } from '../../../src/protocol/toDashboardState';
import { toQueuePast } from '../../../src/protocol/toQueuePast';
import { dayModels } from '../../../webview/charts/dayModels';
import { QueuePastStore } from '../../../webview/charts/queuePastStore';
import { NOW_MS } from '../../webview/support/build';
import { healthy } from '../../webview/support/states';

const STEP_MS = 300_000;
const NOW_STEP = Math.floor(NOW_MS / STEP_MS) * STEP_MS;

const point = (stepsAgo: number, depth: number, latencyMs: number | null) => ({
  edgeId: 'e',
  edge: 'vengeance',
  atMs: NOW_STEP - stepsAgo * STEP_MS,
  depth,
  drained: 10,
  conflicts: 0,
  latencyMs,
});

function withPast(points: readonly ReturnType<typeof point>[], atMs = NOW_MS): TopologySnapshot {
  const queues = healthy.queues.map((queue) => ({ ...queue, past: { atMs, points } }));
  return { ...healthy, queues };
}

function modelsOf(snapshot: TopologySnapshot) {
  const store = new QueuePastStore();
  const state = toDashboardState(snapshot, null);
  store.take(toQueuePast(snapshot));
  return dayModels(state, store.seriesOf(snapshot.id), null);
}

describe('webview/charts of drains', () => {
  it('draws what drains left in its own place, and nothing between them', () => {
    const [depth, latency] = modelsOf(withPast([point(12, 500, 30), point(6, 0, null)]));
    assert.equal(depth?.grid.count, 289);
    assert.equal(depth.grid.toMs - depth.grid.fromMs, 86_400_000);
    const known = (values: readonly unknown[] = []) =>
      values.flatMap((value, index) => (typeof value === 'number' ? [[index, value]] : []));
    const last = depth.grid.count - 1;
    const end = Math.round((depth.grid.toMs - NOW_STEP) / STEP_MS);
    assert.deepEqual(known(depth.lines[0]?.values), [
      [last - end - 12, 500],
      [last - end - 6, 0],
    ]);
    assert.deepEqual(known(latency?.lines[0]?.values), [[last - end - 12, 30]]);
    assert.deepEqual([...new Set(depth.gaps.map(({ name }) => name))], ['no drain']);
  });

  it('draws the thresholds of the file', () => {
    const [depth] = modelsOf(withPast([point(3, 500, 30)]));
    assert.deepEqual(
      depth?.thresholds.map(({ label }) => label),
      ['warning 100'],
    );
  });

  it('shows no chart where no drain is known of', () => {
    assert.deepEqual(modelsOf(healthy), []);
    assert.deepEqual(modelsOf(withPast([])), []);
  });

  it('asks again when the host has read it anew, and not before', () => {
    const store = new QueuePastStore();
    const outdated = (snapshot: TopologySnapshot) =>
      store.isOutdated(toDashboardState(snapshot, null));
    assert.equal(outdated(healthy), false);
    const first = withPast([point(1, 1, 1)]);
    assert.equal(outdated(first), true);
    store.take(toQueuePast(first));
    assert.equal(outdated(first), false);
    assert.equal(outdated(withPast([point(1, 1, 1)], NOW_MS + 60_000)), true);
    assert.equal(outdated({ ...first, id: 'file:///other' }), true);
  });
});

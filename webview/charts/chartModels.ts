import { checkSeriesId, nodeSeriesId } from '../../src/core/history';
import { say } from '../../src/core/say';
import type { DashboardState, EdgeState } from '../../src/protocol/dashboardState';
import { displayName } from '../text/names';
import type { ChartModel, Past, Source, Threshold } from './chartModel';
import { focusOf } from './focus';
import { type Grid, gridFor } from './grid';
import { modelOf } from './modelOf';

/** All charts of our own readings over one range; a chart without anything to show is left out. */
export function chartModels(
  state: DashboardState,
  past: Past,
  selectedId: string | null,
): readonly ChartModel[] {
  const readings = [...past.series].filter(([id]) => !id.startsWith(CHECKS));
  const grid = gridFor(
    state.takenAtMs,
    past.range,
    readings.map(([, { atMs }]) => atMs),
  );
  return [
    ...ofEdges(state, past, grid, focusOf(state, selectedId)),
    ...ofQueues(state, past, grid, focusOf(state, selectedId)),
    ...ofNodes(state, past, grid, selectedId),
    ...ofChecks(state, past, grid, focusOf(state, selectedId)),
  ];
}

const CHECKS = checkSeriesId('');

function ofEdges(
  state: DashboardState,
  past: Past,
  grid: Grid,
  focusId: string | null,
): readonly ChartModel[] {
  if (state.edges.length === 0) return [];
  const { lagWarningMs, lagCriticalMs } = state.thresholds;
  const source = (edge: EdgeState, now: number | null): Source => ({
    id: edge.id,
    seriesId: edge.id,
    name: displayName(edge.name),
    subject: edge,
    now,
  });
  // A reader that is no Postgres tells no time, so its line would always be empty.
  const timed = state.edges.filter(({ kind }) => kind !== 'consumer');
  const lag = timed.map((edge) => source(edge, edge.lagMs));
  const bytes = state.edges.map((edge) => source(edge, edge.lagBytes));
  const limits = warningAndCritical(lagWarningMs, lagCriticalMs);
  return [
    modelOf({ kind: 'lag', sources: lag, focusId, limits }, past, grid),
    modelOf({ kind: 'bytes', sources: bytes, focusId, limits: [] }, past, grid),
  ];
}

function ofQueues(
  state: DashboardState,
  past: Past,
  grid: Grid,
  focusId: string | null,
): readonly ChartModel[] {
  if (state.queues.length === 0) return [];
  const { queueDepthWarning, queueDepthCritical } = state.thresholds;
  const sources = state.queues.map((queue): Source => ({
    id: queue.id,
    seriesId: queue.id,
    name: displayName(queue.nodeId),
    subject: queue,
    now: queue.facts?.waiting ?? null,
  }));
  const limits = warningAndCritical(queueDepthWarning, queueDepthCritical);
  return [modelOf({ kind: 'depth', sources, focusId, limits }, past, grid)];
}

/** The node that is selected, or writes into what is selected, else the first that writes. */
function ofNodes(
  state: DashboardState,
  past: Past,
  grid: Grid,
  selectedId: string | null,
): readonly ChartModel[] {
  const sources = state.nodes
    .filter(({ id }) => past.series.has(nodeSeriesId(id)))
    .map((node): Source => ({
      id: node.id,
      seriesId: nodeSeriesId(node.id),
      name: displayName(node.id),
      subject: node,
      now: node.walBytesPerSecond,
    }));
  if (sources.length === 0) return [];
  const isOne = (id: string | null | undefined) => sources.some((source) => source.id === id);
  const edge = state.edges.find(({ id }) => id === focusOf(state, selectedId));
  const primary = state.nodes.find(({ id, role }) => role === 'primary' && isOne(id));
  const focusId = [selectedId, edge?.from, primary?.id].find(isOne) ?? null;
  return [modelOf({ kind: 'wal', sources, focusId, limits: [] }, past, grid)];
}

function ofChecks(
  state: DashboardState,
  past: Past,
  grid: Grid,
  focusId: string | null,
): readonly ChartModel[] {
  const sources = state.edges
    .filter(({ id }) => past.series.has(checkSeriesId(id)))
    .map((edge): Source => ({
      id: edge.id,
      seriesId: checkSeriesId(edge.id),
      name: displayName(edge.name),
      subject: edge,
      now: state.checks.edges.find(({ edgeId }) => edgeId === edge.id)?.last?.arrivedMs ?? null,
    }));
  if (sources.length === 0) return [];
  const focus = sources.find(({ id }) => id === focusId) ?? sources[0];
  const budgetMs = state.checks.edges.find(({ edgeId }) => edgeId === focus?.id)?.budgetMs ?? null;
  const limits = budgetMs === null ? [] : [{ value: budgetMs, label: say`budget` }];
  const wish = { kind: 'latency', sources, focusId, limits, gapName: say`not checked` } as const;
  return [modelOf(wish, past, grid)];
}

function warningAndCritical(warning: number, critical: number): readonly Threshold[] {
  return [
    { value: warning, label: say`warning` },
    { value: critical, label: say`critical` },
  ];
}

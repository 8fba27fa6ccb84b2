import {
  formatAgo,
  formatBytes,
  formatCounted,
  formatDuration,
  formatPart,
} from '../../src/core/format';
import { say } from '../../src/core/say';
import type { DashboardState } from '../../src/protocol/dashboardState';
import { type StateGlyph, toneOf, type Tone } from './glyphs';
import { modeOf } from './mode';
import { problemsOf } from './problems';

export interface Headline {
  readonly tone: Tone;
  readonly glyph: StateGlyph;
  /** What a screen reader says for the glyph. */
  readonly word: string;
  readonly title: string;
  readonly meta: string;
}

/** The one sentence that answers "is it all right?", and the line below it. */
export function headlineOf(state: DashboardState, nowMs: number): Headline {
  const nodes = formatCounted(state.nodes.length + state.consumers.length, 'node');
  const quiet = (glyph: StateGlyph, title: string, meta: string): Headline => ({
    tone: 'none',
    glyph,
    word: say`unknown`,
    title,
    meta: `${state.name} · ${meta}`,
  });
  switch (modeOf(state)) {
    case 'restricted':
      return quiet(
        'restricted',
        say`Nothing is measured: this workspace is in restricted mode`,
        say`${nodes} in the file`,
      );
    case 'notAsked':
      return quiet(
        'unknown',
        say`Not connected: no server has been asked yet`,
        say`${nodes} in the file`,
      );
    case 'notApproved':
      return quiet(
        'unknown',
        say`Not connected: the servers of this file wait for your approval`,
        say`${nodes} in the file`,
      );
    case 'disconnected':
      return quiet('disabled', say`Disconnected until Connect`, say`${nodes} in the file`);
    case 'connecting':
      return quiet('stale', connectingTitle(state), connectingMeta(state, nowMs));
    case 'live':
      return liveHeadline(state, nowMs, nodes);
  }
}

function connectingTitle(state: DashboardState): string {
  const answered = state.nodes.filter((node) => node.contact === 'connected').length;
  const before = state.nodes.some((node) => node.asOfMs !== null && node.contact !== 'connected');
  const word = before ? say`Reconnecting` : say`Connecting`;
  return say`${word} · ${formatPart(answered, state.nodes.length, 'nodes')} have answered`;
}

function connectingMeta(state: DashboardState, nowMs: number): string {
  const old = state.nodes
    .filter((node) => node.contact !== 'connected')
    .flatMap((node) => (node.asOfMs === null ? [] : [node.asOfMs]));
  if (old.length === 0) return formatCounted(state.nodes.length, 'node');
  const age = formatDuration(Math.max(1000, nowMs - Math.min(...old)), 'fine');
  return say`values with a clock are from before the reconnect, up to ${age} old`;
}

function liveHeadline(state: DashboardState, nowMs: number, nodes: string): Headline {
  const { summary } = state;
  const meta = `${state.name} · ${nodes} · ${polled(state, nowMs)}`;
  const parts =
    summary.replicas === 0
      ? nodes
      : say`${formatPart(summary.healthyReplicas, summary.replicas, 'replicas')} healthy`;
  const problems = problemsOf(state, nowMs);
  const worst = problems[0];
  if (worst === undefined) {
    const isUnknown = summary.health === 'unknown';
    return {
      tone: toneOf(summary.health),
      glyph: isUnknown ? 'unknown' : summary.health === 'busy' ? 'catching' : 'ok',
      word: isUnknown ? say`unknown` : summary.health === 'busy' ? say`busy` : say`healthy`,
      title: `${parts} · ${worstLag(state)}`,
      meta,
    };
  }
  const rest = problems.length - 1;
  const more = rest === 0 ? '' : `, ${formatCounted(rest, 'more problem')}`;
  return {
    tone: worst.tone,
    glyph: worst.glyph,
    word: worst.tone === 'bad' ? say`error` : say`warning`,
    title: `${parts} · ${worst.name} ${worst.brief}${more}`,
    meta,
  };
}

function worstLag({ summary, edges, queues }: DashboardState): string {
  if (summary.worstLagMs !== null && summary.worstLagMs > 0) {
    return say`worst lag ${formatDuration(summary.worstLagMs, 'fine')}`;
  }
  if (summary.worstLagBytes !== null && summary.worstLagBytes > 0) {
    return say`worst lag ${formatBytes(summary.worstLagBytes)}`;
  }
  if (edges.length === 0 && queues.length === 0) return say`nothing replicates`;
  if (edges.length > 0 && summary.worstLagMs === null && summary.worstLagBytes === null) {
    return say`lag unknown`;
  }
  return say`idle · caught up`;
}

function polled(state: DashboardState, nowMs: number): string {
  const answers = state.nodes.flatMap((node) => (node.asOfMs === null ? [] : [node.asOfMs]));
  if (answers.length === 0) return say`nothing has answered`;
  return say`polled ${formatAgo(Math.max(...answers), nowMs)}`;
}

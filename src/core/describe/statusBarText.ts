import {
  formatBytes,
  formatCount,
  formatCounted,
  formatDuration,
  formatPart,
  speak,
} from '../format';
import { say } from '../say';
import type { TopologySnapshot } from '../snapshot';
import { causeOf } from './causeText';
import { shortMeasure } from './edgeWords';
import { groupSubjects, pickOf } from './nodePicks';
import { SnapshotIndex } from './snapshotIndex';
import { describeProblem } from './statusBarProblem';

/** The whole status item as one value. */
export interface StatusBarText {
  /** With its codicon; at most 24 characters after it. */
  readonly text: string;
  readonly background: 'none' | 'warning' | 'error';
  readonly accessibleName: string;
  readonly tooltip: StatusTooltip;
}

export interface StatusTooltip {
  /** Leads the tooltip where there are several topologies. */
  readonly heading: string | null;
  /** Why the worst of them is as it is, in finished sentences; `null` while nothing needs a person. */
  readonly cause: string | null;
  /** What, state: worst first, at most eight. */
  readonly rows: readonly (readonly [name: string, state: string])[];
  readonly footer: string;
}

export interface StatusContext {
  readonly nowMs: number;
  readonly pollIntervalSeconds: number;
  /** Whether a file cannot be read at all; then it is what the item tells. */
  readonly hasInvalidFile: boolean;
  /** Whether notifications of anything are muted; absent: none are. */
  readonly isMuted?: boolean;
}

type Shown = Omit<StatusBarText, 'tooltip'>;

const MAX_ROWS = 8;
const MAX_TEXT = 24;

/** @returns `null` without a topology: the item is hidden. */
export function statusBarText(
  snapshots: readonly TopologySnapshot[],
  context: StatusContext,
): StatusBarText | null {
  const [worst] = snapshots.toSorted((a, b) => rank(a) - rank(b));
  if (worst === undefined) {
    return context.hasInvalidFile ? { ...invalidFile(), tooltip: EMPTY_TOOLTIP } : null;
  }
  const shown = context.hasInvalidFile && rank(worst) > 1 ? invalidFile() : itemOf(worst, context);
  const told = context.isMuted === true ? withBell(shown) : shown;
  return { ...told, tooltip: tooltipOf(worst, snapshots.length > 1, context) };
}

function withBell(shown: Shown): Shown {
  return {
    ...shown,
    text: `${shown.text} $(bell-slash)`,
    accessibleName: say`${shown.accessibleName}, notifications muted`,
  };
}

const EMPTY_TOOLTIP: StatusTooltip = { heading: null, cause: null, rows: [], footer: '' };

/** 0 error, 1 warning, then unknown, busy, healthy. */
function rank({ summary }: TopologySnapshot): number {
  return ['error', 'warning', 'unknown', 'busy', 'healthy'].indexOf(summary.health);
}

function invalidFile(): Shown {
  return item('warning', say`topology file`, 'warning', say`The topology file has errors`);
}

function itemOf(snapshot: TopologySnapshot, context: StatusContext): Shown {
  const { summary } = snapshot;
  const nodes = snapshot.nodes.filter((node) => node.isDeclared);
  if (nodes.some((node) => node.sample.contact === 'restricted')) {
    return item('workspace-untrusted', 'topology', 'none', say`Restricted mode, not connecting`);
  }
  if (!summary.isContacted) {
    return item('pulse', say`not connected`, 'none', say`Postgres Topology, not connected`);
  }
  const isFirstConnect = nodes.every(
    ({ sample }) => sample.fastAtMs === null && sample.failure === null,
  );
  if (isFirstConnect)
    return item('pulse', say`connecting`, 'none', say`Postgres Topology connecting`);
  const [first] = summary.problems;
  if (first !== undefined) return problemItem(snapshot, first, context.nowMs);
  return quietItem(snapshot, context);
}

/** Nothing needs a person: the worst lag, with its age where nobody looks. */
function quietItem(snapshot: TopologySnapshot, { nowMs }: StatusContext): Shown {
  const { summary } = snapshot;
  const whole = say`${formatPart(summary.healthyReplicas, summary.replicas, 'replicas')} healthy`;
  const copying = snapshot.edges.find((edge) => edge.verdict.code === 'copying');
  if (copying !== undefined) {
    const { readyTables, totalTables } = copying.verdict.params;
    const part =
      readyTables === undefined || totalTables === undefined
        ? null
        : formatPart(totalTables - readyTables, totalTables);
    return part === null
      ? item('cloud-download', say`copying`, 'none', say`${copying.to} copying tables`)
      : item(
          'cloud-download',
          say`copying ${part}`,
          'none',
          say`${copying.to} copying ${part} tables`,
        );
  }
  const lag = lagText(summary);
  const newest = Math.max(0, ...snapshot.nodes.map((node) => node.sample.fastAtMs ?? 0));
  const isStale =
    snapshot.edges.length > 0 && snapshot.edges.every(({ verdict }) => verdict.code === 'stale');
  if (isStale) {
    const last = snapshot.edges.flatMap((edge) =>
      edge.lastKnown === null ? [] : [edge.lastKnown],
    );
    const known = last.toSorted((a, b) => (b.lagMs ?? 0) - (a.lagMs ?? 0))[0];
    const measure = known === undefined ? null : shortMeasure(known);
    const age = formatDuration(Math.max(1_000, Math.floor((nowMs - newest) / 1_000) * 1_000));
    if (measure !== null) {
      return item(
        'history',
        say`${measure}, ${age} ago`,
        'none',
        say`Last known lag ${speak(measure)}, ${speak(age)} ago`,
      );
    }
    return item('history', say`${age} ago`, 'none', say`Last read ${speak(age)} ago`);
  }
  if (lag === null) {
    return summary.replicas === 0
      ? item(
          'pulse',
          formatCounted(snapshot.nodes.length, 'node'),
          'none',
          say`${formatCounted(snapshot.nodes.length, 'node')}, no replica declared`,
        )
      : item('question', say`unknown`, 'none', say`Replication lag unknown`);
  }
  if (lag === say`caught up`) {
    return item('pulse', lag, 'none', say`Replication idle and caught up, ${whole}`);
  }
  return item('pulse', lag, 'none', say`Replication lag ${speak(lag)}, ${whole}`);
}

function lagText({ worstLagMs, worstLagBytes }: TopologySnapshot['summary']): string | null {
  if (worstLagMs === 0 || (worstLagMs === null && worstLagBytes === 0)) return say`caught up`;
  if (worstLagMs !== null) return formatDuration(worstLagMs);
  return worstLagBytes === null ? null : formatBytes(worstLagBytes);
}

function problemItem(snapshot: TopologySnapshot, subject: string, nowMs: number): Shown {
  const others = snapshot.summary.problems.length - 1;
  const more = others === 0 ? '' : `, ${formatCounted(others, 'more problem')}`;
  const shown = describeProblem(snapshot, subject, nowMs);
  const plus = others === 0 ? '' : ` +${formatCount(others)}`;
  const room = MAX_TEXT - plus.length;
  const [icon, text] = shown.parts;
  const short = text.length > room ? `${text.slice(0, room - 1).trimEnd()}…` : text;
  return { ...item(icon, `${short}${plus}`, shown.background, `${speak(shown.name)}${more}`) };
}

function item(
  icon: string,
  text: string,
  background: Shown['background'],
  accessibleName: string,
): Shown {
  return { text: `$(${icon}) ${text}`, background, accessibleName };
}

function tooltipOf(
  snapshot: TopologySnapshot,
  isOneOfSeveral: boolean,
  { nowMs, pollIntervalSeconds }: StatusContext,
): StatusTooltip {
  const index = new SnapshotIndex(snapshot, nowMs);
  const { attention, unknown, healthy } = groupSubjects(index);
  const [worst] = attention;
  const all = [...attention, ...unknown, ...healthy];
  const rows = all
    .slice(0, MAX_ROWS)
    .flatMap((subject) => pickOf(index, subject) ?? [])
    .map(({ label, description }) => [label, description] as const);
  const rest = Math.max(0, all.length - MAX_ROWS);
  const newest = Math.max(0, ...snapshot.nodes.map((node) => node.sample.fastAtMs ?? 0));
  const more =
    rest === 0
      ? ''
      : say`and ${formatCount(rest)} more${healthy.length >= rest ? say` healthy` : ''}. `;
  const age = formatDuration(Math.max(1_000, Math.floor((nowMs - newest) / 1_000) * 1_000));
  const polled =
    newest === 0
      ? say`No server was asked yet`
      : say`Polled ${age} ago, every ${formatDuration(pollIntervalSeconds * 1_000)}`;
  return {
    heading: isOneOfSeveral ? snapshot.topology.name : null,
    cause: worst === undefined ? null : worstCause(snapshot, worst, nowMs),
    rows,
    footer: `${more}${polled}`,
  };
}

/** One diagnosis for each drawing: the status item has room for the worst alone. */
function worstCause(snapshot: TopologySnapshot, subject: string, nowMs: number): string | null {
  const cause = causeOf(snapshot, subject, snapshot.summary.health, nowMs);
  return cause === null ? null : cause.lines.join(' ');
}

import { formatCounted } from '../format';
import { say } from '../say';
import type { Health, VerdictCode } from '../snapshot';

/** A codicon and its theme colour; `null` leaves it to the theme: a healthy row is quiet. */
export interface RowIcon {
  readonly codicon: string;
  readonly themeColor: string | null;
}

/** One line of a tooltip: what, and who says so since when. */
export interface TooltipFact {
  readonly text: string;
  /** `pg_stat_replication on central, 1 s ago`; `null` where the line speaks for itself. */
  readonly source: string | null;
}

/** A tooltip as data; whoever draws it escapes every part. */
export interface Tooltip {
  /** Drawn bold. */
  readonly title: string;
  /** Follows the title on its line: `standby of central · Postgres 17.2`. */
  readonly subtitle: string | null;
  readonly lines: readonly string[];
  readonly facts: readonly TooltipFact[];
  /** At most two sentences. */
  readonly advice: string | null;
}

/** Everything that is written of one row of the tree. */
export interface RowText {
  readonly label: string;
  readonly description: string;
  readonly icon: RowIcon;
  /** Space-separated flags: kind, roles, state, facts. */
  readonly contextValue: string;
  /** Accessible name, at most 12 words. */
  readonly accessibleLabel: string;
}

export const ROLE_ICONS = {
  topology: 'type-hierarchy',
  primary: 'database',
  standby: 'server',
  subscriber: 'table',
  edge: 'inbox',
  consumer: 'plug',
  publication: 'broadcast',
  subscription: 'rss',
  slot: 'bookmark',
  queue: 'list-ordered',
  sentinel: 'pulse',
  table: 'table',
  setup: 'checklist',
  group: 'folder',
  fix: 'lightbulb',
} as const;

const WARNING = 'problemsWarningIcon.foreground';
const ERROR = 'problemsErrorIcon.foreground';
const QUIET = 'descriptionForeground';
const BUSY = 'charts.blue';

/** What is well, and yet not as the file says. */
export const OTHER_THAN_DECLARED = icon('git-compare', WARNING);

export function differenceWords(count: number): string {
  return say`${formatCounted(count, 'difference')} from the file`;
}

/** Icons of states; a code that is not here is well, and its row keeps the icon of its role. */
const STATE_ICONS: Partial<Readonly<Record<VerdictCode, RowIcon>>> = {
  copying: icon('cloud-download', BUSY),
  catchingUp: icon('run-all', BUSY),
  lagging: icon('warning', WARNING),
  stuck: icon('warning', WARNING),
  orphan: icon('warning', WARNING),
  noWorker: icon('warning', WARNING),
  ambiguous: icon('warning', WARNING),
  queueGrowing: icon('warning', WARNING),
  queueFailedOver: icon('warning', WARNING),
  queueDraining: icon('sync', BUSY),
  paused: icon('debug-pause', WARNING),
  blocked: icon('lock', WARNING),
  queueConflicts: icon('diff', WARNING),
  queueDead: icon('error', ERROR),
  noPrivilege: icon('key', WARNING),
  passwordNeeded: icon('key', WARNING),
  nearLimit: icon('watch', ERROR),
  stoppedByError: icon('error', ERROR),
  applyErrorLoop: icon('error', ERROR),
  notPostgres: icon('error', ERROR),
  notStreaming: icon('debug-disconnect', ERROR),
  slotLost: icon('debug-stop', ERROR),
  roleMismatch: icon('git-compare', ERROR),
  wrongSystem: icon('git-compare', ERROR),
  diverged: icon('git-compare', ERROR),
  splitBrain: icon('repo-forked', ERROR),
  unreachable: icon('sync-ignored', ERROR),
  disabled: icon('circle-slash', QUIET),
  tooOld: icon('circle-slash', QUIET),
  unknown: icon('question', QUIET),
  sourceCutOff: icon('question', QUIET),
  notFound: icon('question', QUIET),
  queueAbsent: icon('question', QUIET),
  stale: icon('history', QUIET),
  starting: icon('history', QUIET),
};

/** Role without colour while nothing is known against it, else the state with its colour. */
export function iconOf(role: keyof typeof ROLE_ICONS, code: VerdictCode): RowIcon {
  return STATE_ICONS[code] ?? icon(ROLE_ICONS[role], null);
}

export function icon(codicon: string, themeColor: string | null): RowIcon {
  return { codicon, themeColor };
}

/** Flags in their fixed order; what does not hold is left out. */
export function contextValue(
  kind: string,
  roles: readonly string[],
  health: Health | null,
  facts: Readonly<Record<string, boolean>>,
): string {
  const held = Object.entries(facts).flatMap(([name, holds]) => (holds ? [name] : []));
  return [kind, ...roles, ...(health === null ? [] : [health]), ...held].join(' ');
}

/** Joins the facts of a description; what is empty is left out. */
export function facts(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}

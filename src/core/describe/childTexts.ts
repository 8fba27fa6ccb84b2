import { tableStateWords, type TableCopyView } from './copyWords';
import type { PublicationFacts, PublicationTableFacts, SubscriptionTableFacts } from '../facts';
import { formatBytes, formatCounted, formatPart, speak } from '../format';
import type { EdgeSnapshot } from '../snapshot';
import type { DeclaredPublication } from '../topology';
import { edgeWords, shortMeasure } from './edgeWords';
import {
  contextValue,
  differenceWords,
  facts,
  icon,
  iconOf,
  OTHER_THAN_DECLARED,
  ROLE_ICONS,
  type RowText,
} from './rowText';
import { isStopped } from '../stopRecord';
import { isHolderName } from '../plan/resyncHolder';
import { isSentinelTable } from '../plan/sentinelNames';
import { say } from '../say';

/**
 * A subscription below its subscriber: `patterns_sub`, `streaming · 9 ms`.
 * @param differs in how many ways it is not what the file says
 */
export function subscriptionRowText(edge: EdgeSnapshot, nowMs: number, differs = 0): RowText {
  const { state, measure } = edgeWords(edge, nowMs);
  const { code, health } = edge.verdict;
  // What is wrong with it comes before what it is not.
  const isOther = differs > 0 && health === 'healthy';
  const description = facts(
    edge.isDeclared ? null : say`not in the file`,
    state,
    measure,
    isOther ? differenceWords(differs) : null,
  );
  const isEnabled = code !== 'disabled' && code !== 'stoppedByError';
  return {
    label: edge.name,
    description,
    icon: isOther ? OTHER_THAN_DECLARED : iconOf('subscription', code),
    contextValue: contextValue('subscription', [], isOther ? 'warning' : health, {
      enabled: isEnabled,
      disabled: !isEnabled,
      declared: edge.isDeclared,
      undeclared: !edge.isDeclared,
      stopped: isStopped(edge),
    }),
    accessibleLabel: say`${edge.name}, subscription, ${speak(description)}`,
  };
}

/** What reads a slot but is no Postgres: `electric`, `not Postgres · reads 24 kB behind`. */
export function consumerRowText(edge: EdgeSnapshot, nowMs: number): RowText {
  const { code, health } = edge.verdict;
  const isReading = code === 'streaming' && edge.lagBytes !== null;
  const { state, measure } = edgeWords(edge, nowMs);
  const reading = edge.lagBytes === null ? null : say`reads ${formatBytes(edge.lagBytes)} behind`;
  const description = facts(
    say`not Postgres`,
    edge.isDeclared ? null : say`not in the file`,
    isReading ? reading : state,
    isReading || !edge.isDeclared ? null : (measure ?? shortMeasure(edge)),
  );
  return {
    label: edge.name,
    description,
    icon: iconOf('consumer', code),
    contextValue: contextValue('consumer', [], health, {
      declared: edge.isDeclared,
      undeclared: !edge.isDeclared,
    }),
    accessibleLabel: `${edge.name}, ${speak(description)}`,
  };
}

/** A publication as declared, as found, or both; at least one is given. */
export interface PublicationView {
  readonly name: string;
  readonly declared: DeclaredPublication | null;
  readonly found: PublicationFacts | null;
  /** Whether the server was asked, so that what was not found is known to be missing. */
  readonly isKnown: boolean;
  readonly subscribers: number;
  /** In how many ways what was found is not what was declared; absent: none is known. */
  readonly differs?: number;
}

/** A publication below its node: `1 table · 1 subscriber`. */
export function publicationRowText(view: PublicationView): RowText {
  const differs = view.declared === null || view.found === null ? 0 : (view.differs ?? 0);
  const own = publicationProblem(view);
  const problem = own ?? (differs > 0 ? differenceWords(differs) : null);
  const description = problem ?? publicationSize(view);
  const isKnown = view.isKnown || view.found !== null;
  const hasSentinel = view.found?.tables.some(isSentinelTable) ?? false;
  return {
    label: view.name,
    description,
    icon:
      problem === null
        ? icon(ROLE_ICONS.publication, null)
        : own === null
          ? OTHER_THAN_DECLARED
          : iconOf('publication', 'lagging'),
    contextValue: contextValue(
      'publication',
      [],
      problem !== null ? 'warning' : isKnown ? 'healthy' : 'unknown',
      {
        declared: view.declared !== null,
        undeclared: view.declared === null,
        sentinel: hasSentinel,
      },
    ),
    accessibleLabel: say`${view.name}, publication, ${speak(description)}`,
  };
}

function publicationProblem(view: PublicationView): string | null {
  const { found } = view;
  if (found === null) return view.isKnown ? say`in the file, not on the server` : null;
  if (view.declared === null) return null;
  const changes = found.operations.includes('update') || found.operations.includes('delete');
  const bare = found.tables.filter((table) => !table.hasReplicaIdentity).length;
  if (!changes || bare === 0) return null;
  const whole = formatPart(bare, found.tables.length);
  return say`${whole} ${found.tables.length === 1 ? say`table` : say`tables`} without replica identity`;
}

function publicationSize(view: PublicationView): string {
  // Our own table is told by its row, not among those that the user publishes.
  const found = view.found?.tables.filter((table) => !isSentinelTable(table));
  const tables = found?.length ?? view.declared?.tables.length ?? 0;
  const schemas = view.found?.schemas ?? view.declared?.schemas ?? [];
  const isAll = view.found?.allTables ?? view.declared?.allTables ?? false;
  const size =
    view.found === null && isAll
      ? say`all tables`
      : view.found === null && schemas.length > 0
        ? formatCounted(schemas.length, 'schema')
        : formatCounted(tables, 'table');
  const readers = view.subscribers === 0 ? null : formatCounted(view.subscribers, 'subscriber');
  const isKept = view.found !== null && isHolderName(view.found.name);
  const place = isKept ? say`kept by a resync` : say`not in the file`;
  return facts(view.declared === null ? place : null, size, readers);
}

/** How a table of a publication stands to the file: only there, only on the server, or with another list or filter. */
export type TableMark = 'missing' | 'extra' | 'other';

const MARK_WORDS: Readonly<Record<TableMark, string>> = {
  missing: say`in the file, not on the server`,
  extra: say`not in the file`,
  other: say`not as in the file`,
};

/** A table below a publication; what limits it is said. */
export function publishedTableText(
  table: Pick<PublicationTableFacts, 'schema' | 'name' | 'columns' | 'rowFilter'>,
  hasReplicaIdentity: boolean | null,
  mark: TableMark | null = null,
): RowText {
  const label = tableLabel(table);
  const description = facts(
    isSentinelTable(table) ? say`sentinel` : null,
    mark === null ? null : MARK_WORDS[mark],
    table.columns === null ? null : formatCounted(table.columns.length, 'column'),
    table.rowFilter === null ? null : say`some rows`,
    hasReplicaIdentity === false ? say`no replica identity` : null,
  );
  return {
    label,
    description,
    icon:
      mark === 'missing' || mark === 'other'
        ? OTHER_THAN_DECLARED
        : icon(isSentinelTable(table) ? ROLE_ICONS.sentinel : ROLE_ICONS.table, null),
    contextValue: contextValue(
      'table',
      [],
      hasReplicaIdentity === false || mark === 'missing' || mark === 'other'
        ? 'warning'
        : 'healthy',
      { declared: mark === 'missing' || mark === 'other', undeclared: mark === 'extra' },
    ),
    accessibleLabel:
      description === '' ? say`${label}, table` : say`${label}, table, ${description}`,
  };
}

const NO_COPY: TableCopyView = {
  copy: null,
  totalRows: null,
  begunTables: null,
  runningCopies: 0,
};

/** A table below a subscription: `ready`, `copying`, `queued`. */
export function subscribedTableText(
  table: SubscriptionTableFacts,
  copy: TableCopyView = NO_COPY,
): RowText {
  const label = tableLabel(table);
  const isSentinel = isSentinelTable(table);
  const description = facts(isSentinel ? say`sentinel` : null, tableStateWords(table, copy));
  const isReady = table.state === 'r';
  const role = isSentinel ? 'sentinel' : 'table';
  return {
    label,
    description,
    icon: isReady ? icon(ROLE_ICONS[role], null) : iconOf(role, 'copying'),
    // Tables of publications are rows of the same kind.
    contextValue: contextValue('table', [], isReady ? 'healthy' : 'busy', { taken: true }),
    accessibleLabel: say`${label}, table, ${description}`,
  };
}

/** A folder of rows: `Slots`, `5 · 1 near its limit`. */
export function groupRowText(label: string, count: number, trouble: string | null): RowText {
  const description = facts(String(count), trouble);
  return {
    label,
    description,
    icon: icon(ROLE_ICONS.group, null),
    contextValue: contextValue('group', [], null, {}),
    accessibleLabel: `${label}, ${description}`,
  };
}

/** Tables of `public` go by their name alone. */
function tableLabel(table: { readonly schema: string; readonly name: string }): string {
  return table.schema === 'public' ? table.name : `${table.schema}.${table.name}`;
}

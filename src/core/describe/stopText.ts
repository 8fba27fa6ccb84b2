import { formatAgo } from '../format';
import type { EdgeSnapshot, Evidence } from '../snapshot';
import type { StopRecord } from '../stopRecord';
import { showEscaped } from '../visibleText';
import { fixRow, type FailureRow } from './failureRow';
import { facts, type Tooltip } from './rowText';

const NOT_READ = 'Why it stopped was not read yet';
const NOTHING_TOLD = 'Nothing told from here why it stopped';

/** The row below a subscription that an error stopped: table and key where the server told them; its command leads on. */
export function stopRow(record: StopRecord | null, nowMs: number): FailureRow {
  if (record === null) return fixRow(NOT_READ, 'resolveSubscription');
  const { error, missing, waits, readAtMs } = record;
  const at = waits.length === 0 ? null : `at ${waits.join(', ')}`;
  const [first, ...more] = [error?.message ?? null, ...missing, at].filter((part) => part !== null);
  if (first === undefined) return fixRow(NOTHING_TOLD, 'resolveSubscription');
  const description = facts(
    error?.relation ?? null,
    error?.detail ?? null,
    ...more,
    `read ${formatAgo(readAtMs, nowMs, 'tree')}`,
  );
  const label = first === at ? `Stopped ${at}` : first;
  return fixRow(showEscaped(label), 'resolveSubscription', showEscaped(description));
}

/** What was read of a stop, each with who told it. */
export function stopEvidence(edge: EdgeSnapshot, record: StopRecord): readonly Evidence[] {
  const { error, missing, waits, readAtMs: atMs } = record;
  const log = `server log of ${edge.to}`;
  const catalogs = edge.from === null ? edge.to : `${edge.from} and ${edge.to}`;
  const rows: readonly (readonly [string, string | null, string])[] = [
    ['Stopped by', error?.message ?? null, log],
    ['Table', error?.relation ?? null, log],
    ['Key', error?.detail ?? null, log],
    ['Finish LSN', error?.finishLsn ?? null, log],
    ['Lacks', listed(missing), `pg_attribute on ${catalogs}`],
    ['Would apply', listed(waits), `a copy of slot ${edge.slotName ?? edge.name}`],
  ];
  const told = rows.flatMap(([label, value, source]) =>
    value === null ? [] : [{ label, value: showEscaped(value), source, atMs }],
  );
  return told.length > 0 ? told : [{ label: 'Stopped by', value: 'not told', source: log, atMs }];
}

/** A subscription's tooltip with what was read of its stop. */
export function withStop(
  tooltip: Tooltip,
  edge: EdgeSnapshot,
  record: StopRecord | null,
  nowMs: number,
): Tooltip {
  const advice = 'Resolve Stopped Subscription… offers the ways on.';
  if (record === null) return { ...tooltip, advice: [tooltip.advice, advice].join(' ') };
  const told = stopEvidence(edge, record).map(({ label, value, source }) => ({
    text: `${label}: ${value}`,
    source: `${source}, ${formatAgo(record.readAtMs, nowMs)}`,
  }));
  return { ...tooltip, facts: [...told, ...tooltip.facts], advice };
}

function listed(parts: readonly string[]): string | null {
  return parts.length === 0 ? null : parts.join(', ');
}

import { formatAgo } from '../format';
import { say } from '../say';
import type { EdgeSnapshot, Evidence } from '../snapshot';
import type { StopRecord } from '../stopRecord';
import { showEscaped } from '../visibleText';
import { fixRow, type FailureRow } from './failureRow';
import { facts, type Tooltip } from './rowText';

const NOT_READ = say`Why it stopped was not read yet`;
const NOTHING_TOLD = say`Nothing told from here why it stopped`;

/** The row below a subscription that an error stopped: table and key where the server told them; its command leads on. */
export function stopRow(record: StopRecord | null, nowMs: number): FailureRow {
  if (record === null) return fixRow(NOT_READ, 'resolveSubscription');
  const { error, missing, waits, readAtMs } = record;
  const at = waits.length === 0 ? null : say`at ${waits.join(', ')}`;
  const [first, ...more] = [error?.message ?? null, ...missing, at].filter((part) => part !== null);
  if (first === undefined) return fixRow(NOTHING_TOLD, 'resolveSubscription');
  const description = facts(
    error?.relation ?? null,
    error?.detail ?? null,
    ...more,
    say`read ${formatAgo(readAtMs, nowMs, 'tree')}`,
  );
  const label = first === at ? say`Stopped ${at}` : first;
  return fixRow(showEscaped(label), 'resolveSubscription', showEscaped(description));
}

/** What was read of a stop, each with who told it. */
export function stopEvidence(edge: EdgeSnapshot, record: StopRecord): readonly Evidence[] {
  const { error, missing, waits, readAtMs: atMs } = record;
  const log = say`server log of ${edge.to}`;
  const catalogs = edge.from === null ? edge.to : say`${edge.from} and ${edge.to}`;
  const rows: readonly (readonly [string, string | null, string])[] = [
    [say`Stopped by`, error?.message ?? null, log],
    [say`Table`, error?.relation ?? null, log],
    [say`Key`, error?.detail ?? null, log],
    [say`Finish LSN`, error?.finishLsn ?? null, log],
    [say`Lacks`, listed(missing), say`pg_attribute on ${catalogs}`],
    [say`Would apply`, listed(waits), say`a copy of slot ${edge.slotName ?? edge.name}`],
  ];
  const told = rows.flatMap(([label, value, source]) =>
    value === null ? [] : [{ label, value: showEscaped(value), source, atMs }],
  );
  return told.length > 0
    ? told
    : [{ label: say`Stopped by`, value: say`not told`, source: log, atMs }];
}

/** A subscription's tooltip with what was read of its stop. */
export function withStop(
  tooltip: Tooltip,
  edge: EdgeSnapshot,
  record: StopRecord | null,
  nowMs: number,
): Tooltip {
  const advice = say`Resolve Stopped Subscription… offers the ways on.`;
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

import type { LogEntryFacts } from '../causeFacts';
import { redact } from '../redact';
import { logRecords, type LogRecord } from './logRecords';

const MOST_ENTRIES = 20;
const MOST_CHARACTERS = 2_000;

/** What servers say of replication; English alone, a server that speaks otherwise says nothing here. */
const ABOUT_REPLICATION = [
  /logical (?:replication|decoding)|subscription|publication|replication (?:slot|origin)|tablesync|table synchronization/iu,
  /WAL (?:stream|segment|receiver|sender)|wal ?receiver|wal ?sender|replication (?:terminated|connection)/iu,
  /conflict with recovery|recovery (?:still waiting|finished waiting|conflict|has paused)|primary server|standby/iu,
  /does not have a replica identity|invalidat|timeline \d+|could not (?:connect to|receive) /iu,
] as const;

/** Said over and over while nothing is wrong. */
const USUAL =
  /worker for subscription .* has (?:started|finished)|starting logical decoding|logical decoding found (?:consistent|initial)|database system is ready/u;

/**
 * The entries of the end of a server's log that are about replication, newest last: what its workers, senders and receivers
 * complained of, recovery conflicts, slots that were invalidated. Values of rows are taken out, but for the key that is in the way.
 * @param prefix `log_line_prefix`, by which lines of plain text are taken apart
 */
export function replicationLog(log: string, prefix: string): readonly LogEntryFacts[] {
  const records = logRecords(log, prefix);
  const workers = workersOf(records);
  return records
    .filter((record) => isAboutReplication(record, workers))
    .slice(-MOST_ENTRIES)
    .map((record) => ({
      at: record.at,
      pid: record.pid,
      level: record.level,
      sqlstate: record.sqlstate,
      subscription: (record.pid === null ? null : workers.get(record.pid)) ?? null,
      text: redact(textOf(record)).slice(0, MOST_CHARACTERS),
    }));
}

/** Logical replication workers by pid, with their subscription where they told it as they started. */
function workersOf(records: readonly LogRecord[]): ReadonlyMap<number, string | null> {
  const workers = new Map<number, string | null>();
  for (const { pid, message, backendType } of records) {
    const ended = /^background worker "logical replication .*" \(PID (\d+)\) exited/u.exec(message);
    const worker = ended === null ? pid : Number(ended[1]);
    if (worker === null) continue;
    const started =
      /^logical replication .*worker for subscription "(.*?)"(?:, table ".*")? has started$/u;
    const subscription = started.exec(message)?.[1] ?? null;
    const isWorker =
      ended !== null || subscription !== null || backendType?.startsWith('logical replication');
    if (isWorker === true) workers.set(worker, subscription ?? workers.get(worker) ?? null);
  }
  return workers;
}

function isAboutReplication(
  record: LogRecord,
  workers: ReadonlyMap<number, string | null>,
): boolean {
  if (record.level.startsWith('DEBUG') || USUAL.test(record.message)) return false;
  if (record.pid !== null && workers.has(record.pid)) return true;
  const text = `${record.message}\n${record.context ?? ''}`;
  return ABOUT_REPLICATION.some((pattern) => pattern.test(text));
}

function textOf({ message, detail, context }: LogRecord): string {
  const parts = [message, detail === null ? null : withoutRows(detail), withoutLine(context)];
  return parts.filter((part) => part !== null).join('\n');
}

/** Whatever follows is a row's values, in which anything may stand: `existing local row (1, abc); remote row (…)`. */
function withoutRows(detail: string): string {
  return detail.replace(
    /\b(existing local|remote|local|Failing) (row|tuple)( contains)? \([^]*$/u,
    '$1 $2$3 (…)',
  );
}

/** A copy tells the line, or the value, that it could not take. */
function withoutLine(context: string | null): string | null {
  return context?.replace(/^(COPY [^\n]*?, line \d+(?:, column [^\n]*?)?): "[^]*$/mu, '$1') ?? null;
}

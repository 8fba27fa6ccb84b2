import type { LogEntryFacts, LogFacts } from '../causeFacts';
import { say } from '../say';
import type { DiagnosisEvidence } from './diagnosis';
import { causePlace, type EdgeCase } from './edgeParts';
import { fact } from './makeDiagnosis';

/** A stop is seen a few looks after it began, and a log is written by another clock. */
const BEFORE_SEEN_MS = 60_000;
/** Nothing says when it began: only what was written shortly before it was read. */
const LATELY_MS = 120_000;

/** What the log of a node says of one edge now. */
export interface LogFinding {
  readonly nodeId: string;
  readonly entry: LogEntryFacts;
  /** Message alone, without DETAIL and CONTEXT. */
  readonly message: string;
}

/**
 * The newest entries of a node's log that are about the present state of an edge, newest first. One that is older than the verdict
 * is left out, and so is one of which that cannot be told.
 * @param isAbout whether the text of an entry is about this edge
 */
export function logEntries(
  one: EdgeCase,
  nodeId: string | null,
  isAbout: (entry: LogEntryFacts) => boolean,
): readonly LogFinding[] {
  const { picture } = one;
  const entries = picture.causes(nodeId)?.log?.entries ?? null;
  if (nodeId === null || entries === null) return [];
  return entries
    .filter((entry) => isOfNow(one, nodeId, entry) && isAbout(entry))
    .toReversed()
    .map((entry) => ({ nodeId, entry, message: entry.text.split('\n')[0] ?? '' }));
}

function isOfNow({ picture, edge }: EdgeCase, nodeId: string, entry: LogEntryFacts): boolean {
  const writtenMs = parseLogTime(entry.at);
  if (writtenMs === null) return false;
  // By our clock.
  const atMs = writtenMs - (picture.node(nodeId)?.clockSkewMs ?? 0);
  const readAtMs = picture.causesAtMs(nodeId) ?? picture.snapshot.takenAtMs;
  const sinceMs = edge.verdict.sinceMs ?? readAtMs - LATELY_MS;
  return atMs >= sinceMs - BEFORE_SEEN_MS;
}

const LOG_TIME = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?\s*(.*)$/u;
const OFFSET = /^([+-])(\d\d)(?::?(\d\d))?$/u;

/**
 * When a log says that it was written, by the server's clock.
 * @returns epoch ms; `null` where the zone is a name that is not the same everywhere
 */
export function parseLogTime(at: string | null): number | null {
  const match = LOG_TIME.exec(at?.trim() ?? '');
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction = '0', zone = ''] = match;
  const utc = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Math.floor(Number(`0.${fraction}`) * 1_000),
  );
  if (zone === 'UTC' || zone === 'GMT' || zone === 'Z') return utc;
  const offset = OFFSET.exec(zone);
  if (offset === null) return null;
  const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
  return utc - (offset[1] === '-' ? -minutes : minutes) * 60_000;
}

/** The entry as evidence, in the server's words. */
export function logEvidence(one: EdgeCase, { nodeId, entry }: LogFinding): DiagnosisEvidence {
  const code = entry.sqlstate === null ? '' : ` (${entry.sqlstate})`;
  const text = entry.text.split('\n').join(' · ');
  const row = fact(say`Log`, `${text}${code}`, 'server log', causePlace(one, nodeId));
  return { ...row, source: entry.at === null ? row.source : `${row.source}, ${entry.at}` };
}

/** Where the text of an error is to be looked for; `null` where the log was read, or nobody asked for it. */
export function whereToLook(log: LogFacts | null): string | null {
  return log?.problem ?? null;
}

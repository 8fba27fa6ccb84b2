import type { LogEntryFacts } from '../causeFacts';
import type { CauseCode } from './diagnosis';
import type { EdgeCase } from './edgeParts';
import { logEntries, type LogFinding } from './logEntries';

/** What an entry of the subscriber's log says of why changes are not applied. */
export interface ApplyLog extends LogFinding {
  /** `null`: an error that is none of the known ones. */
  readonly cause: CauseCode | 'slotLost' | null;
  /** Whether it is about the first copy of a table, not about a change. */
  readonly isOfCopy: boolean;
  /** `public.jobs`, as the server writes it; of a copy the name alone. */
  readonly relation: string | null;
  /** `X/Y`: the end of the transaction that fails; `null` before 15. */
  readonly finishLsn: string | null;
}

/** The newest error of a subscription in its server's log, of the present stop; `null` where there is none, or it may not be read. */
export function applyLog(one: EdgeCase): ApplyLog | null {
  const { edge } = one;
  const isAbout = aboutSubscription(one);
  const [found] = logEntries(one, edge.to, (entry) => isProblem(entry) && isAbout(entry));
  if (found === undefined) return null;
  const { text } = found.entry;
  return {
    ...found,
    cause: causeOf(found.entry),
    isOfCopy: isOfCopy(one, found.entry),
    relation: TARGET.exec(text)?.[1] ?? COPIED.exec(text)?.[1] ?? RELATION.exec(text)?.[1] ?? null,
    finishLsn: /finished at ([0-9A-F]+\/[0-9A-F]+)/u.exec(text)?.[1] ?? null,
  };
}

const TARGET = /target relation "([^"\n]+)"/u;
const RELATION =
  /(?:conflict detected on relation|permission denied for table|relation) "?((?:[^"\n\s])+)"?/u;
const COPIED = /(?:for table "|^COPY )([^",\n]+)/mu;
const COPYING =
  /^COPY [^\n]+, line \d+|could not start initial contents copy|table synchronization|initial table copy|could not copy/mu;

/** Where it does not say itself, the counters of 15 and newer do: copies are counted apart. */
function isOfCopy({ edge, picture }: EdgeCase, { text }: LogEntryFacts): boolean {
  if (text.includes('processing remote data')) return false;
  if (COPYING.test(text)) return true;
  const facts = picture.subscription(edge);
  if (facts === null || facts.tableStates.i + facts.tableStates.d === 0) return false;
  return (facts.syncErrorCount ?? 0) > 0 && (facts.applyErrorCount ?? 0) === 0;
}

function isProblem({ level }: LogEntryFacts): boolean {
  return level === 'ERROR' || level === 'FATAL' || level === 'WARNING' || level === 'PANIC';
}

/**
 * An entry names its subscription, or is of a worker that named it as it started, or names its origin by the subscription's oid (15 and newer).
 * Where nothing does, it is about the only one on its server that is in trouble, or about none.
 */
function aboutSubscription(one: EdgeCase): (entry: LogEntryFacts) => boolean {
  const { edge, picture } = one;
  const oid = picture.subscription(edge)?.oid ?? null;
  const isOnly = onlyTroubled(one);
  return ({ text, subscription }) => {
    const named = subscription ?? /subscription "([^"\n]+)"/u.exec(text)?.[1];
    if (named !== undefined) return named === edge.name;
    const origin = /replication origin "pg_(\d+)/u.exec(text)?.[1];
    if (origin !== undefined) return oid !== null && Number(origin) === oid;
    return isOnly && APPLYING.test(text);
  };
}

const APPLYING =
  /processing remote data|logical replication|initial contents copy|^COPY .*, line \d+|could not receive data from WAL stream|could not connect to the publisher|publication "/mu;

function onlyTroubled({ edge, picture }: EdgeCase): boolean {
  const node = picture.node(edge.to);
  const servers = [edge.to, ...(node?.sameServerAs ?? [])];
  const troubled = servers
    .flatMap((id) => picture.incoming(id))
    .filter(({ kind, verdict }) => kind === 'logical' && verdict.health !== 'healthy');
  return troubled.length === 1;
}

function causeOf({ sqlstate, text }: LogEntryFacts): ApplyLog['cause'] {
  for (const [cause, codes, pattern] of CAUSES) {
    if (sqlstate !== null && codes.includes(sqlstate)) return cause;
    if (pattern.test(text)) return cause;
  }
  return null;
}

/** The first that fits: texts before the codes that several causes share. */
const CAUSES: readonly (readonly [NonNullable<ApplyLog['cause']>, readonly string[], RegExp])[] = [
  ['missingTable', [], /logical replication target relation "[^"]*" does not exist/u],
  ['missingColumn', [], /is missing (?:some )?replicated columns?/u],
  ['publicationMissing', [], /publication "[^"]*" does not exist|skipped loading publication/u],
  ['slotLost', [], /can no longer (?:get changes from|access) replication slot/u],
  ['slotsUsedUp', [], /all replication slots are in use/u],
  ['sendersUsedUp', ['53300'], /number of requested standby connections exceeds|max_wal_senders/u],
  ['walLevelTooLow', [], /requires "?wal_level"?/u],
  [
    'duplicateKey',
    ['23505'],
    /duplicate key value violates|conflict=(?:insert_exists|update_exists|multiple_unique_conflicts)/u,
  ],
  [
    'constraintViolated',
    ['23502', '23503', '23514', '23P01'],
    /violates (?:not-null|foreign key|check|exclusion)/u,
  ],
  [
    'applyDenied',
    [],
    /permission denied for (?:table|schema|relation|sequence)|cannot SET ROLE|row-level security/u,
  ],
  [
    'copyFails',
    [],
    /could not start initial contents copy|table synchronization|initial table copy|could not copy/u,
  ],
];

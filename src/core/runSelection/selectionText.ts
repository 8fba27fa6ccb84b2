import { formatEndpoint } from '../endpoint';
import type { FailureFacts } from '../failure';
import { formatClock, formatCount, formatCounted, formatDay, formatDuration } from '../format';
import type { SelectionAnswer, SelectionPlace, SelectionRows } from '../ports/selectionGateway';
import type { RouteCandidate } from '../routing/whereTo';
import { say } from '../say';
import { sqlComment, sqlProse } from '../plan/sqlComment';
import { SQLSTATE } from '../sqlstate';
import { showEscaped } from '../visibleText';
import { resultTable } from './resultTable';

/** What was run, where, and how that node was chosen. */
export interface RanSelection {
  readonly place: SelectionPlace;
  readonly result: SelectionRows;
  readonly text: string;
  readonly mayWrite: boolean;
  /** Why there, as finished sentences. */
  readonly why: readonly string[];
  readonly atMs: number;
  readonly durationMs: number;
}

/** More notices than that are counted. */
const MAX_NOTICES = 50;
/** So many lines of the statement stand below its rows. */
const MAX_STATEMENT_LINES = 40;

/** Why a node was taken: its role and lag, and who was passed over for what. */
export function whyThere(
  { reason }: RouteCandidate,
  passedOver: readonly RouteCandidate[],
): readonly string[] {
  return [
    say`Reads go there now: ${reason}.`,
    ...passedOver.map(({ nodeId, reason }) => say`${nodeId} was passed over: ${reason}.`),
  ];
}

/** Host, database and role: `127.0.0.1:5432/app as monitor`. */
export function placeText({ endpoint, database, user }: SelectionPlace): string {
  return showEscaped(say`${formatEndpoint(endpoint)}/${database} as ${user}`);
}

/** The rows with what they are, as plain text. */
export function resultDocument(ran: RanSelection): string {
  const { place, result, mayWrite, why, atMs, durationMs, text } = ran;
  const table = resultTable(result);
  const role = place.isInRecovery ? say`standby` : say`primary`;
  const transaction = mayWrite ? say`READ WRITE, committed` : say`READ ONLY`;
  const blocks = [
    [
      `${place.nodeId} (${role}), ${placeText(place)}`,
      say`${formatDay(atMs)} ${formatClock(atMs)} · ${formatDuration(durationMs)} · ${transaction}`,
      ...why,
    ],
    [rowsText(result, table.shownRows), ...(table.isCut ? [say`Long values are cut: …`] : [])],
    table.lines,
    noticesOf(result),
    statementLines(text),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

/** How many rows there are, and how many of them are shown. */
function rowsText({ columns, rows, hasMore, tag }: SelectionRows, shown: number): string {
  if (columns.length === 0) return tag === null || tag === '' ? say`No rows.` : say`Done: ${tag}.`;
  const total = /\d+$/u.exec(tag ?? '')?.[0];
  const counted = formatCounted(shown, 'row');
  if (!hasMore && shown === rows.length) return `${counted}.`;
  return total === undefined
    ? say`The first ${formatCount(shown)} rows; there are more.`
    : say`The first ${formatCount(shown)} of ${formatCount(Number(total))} rows.`;
}

function noticesOf({ notices }: SelectionRows): readonly string[] {
  const shown = notices
    .slice(0, MAX_NOTICES)
    .map(({ severity, message }) => showEscaped(`${severity}: ${message}`));
  const left = notices.length - shown.length;
  return left > 0 ? [...shown, say`… and ${formatCount(left)} more.`] : shown;
}

function statementLines(text: string): readonly string[] {
  const lines = text.trim().split(/\r\n|[\r\n]/u);
  const shown = lines.slice(0, MAX_STATEMENT_LINES).map((line) => escapedLine(line).slice(0, 500));
  return lines.length > shown.length ? [...shown, '…'] : shown;
}

function escapedLine(line: string): string {
  return showEscaped(line.replaceAll('\t', '    '));
}

/** What the server said of a statement, where in it, and the next step. */
export function refusedText(
  { place, failure, hint, isSeveral }: Extract<SelectionAnswer, { readonly kind: 'refused' }>,
  line: number | null,
): string {
  if (isSeveral) {
    return say`Nothing was run: there are several statements here, and one is run at a time. Select one of them.`;
  }
  const code = failure.sqlstate === null ? '' : ` (${failure.sqlstate})`;
  const words = (failure.serverMessage ?? failure.text).replace(/\.+\s*$/u, '');
  const where = line === null ? '' : say`, line ${line}`;
  const said = say`${place.nodeId} refused the statement${code}${where}: ${words}.`;
  const advice = hint ?? adviceOf(failure, place);
  return showEscaped(advice === null ? said : `${said} ${advice}`);
}

function adviceOf({ sqlstate }: FailureFacts, place: SelectionPlace): string | null {
  switch (sqlstate) {
    case SQLSTATE.activeTransaction:
      return say`It does not run within a transaction: use psql for it.`;
    case '2D000':
      return say`It ends transactions by itself, and runs in one here: use psql for it.`;
    case SQLSTATE.insufficientPrivilege:
      return say`It ran as ${place.user}, the user of the node's "connection" or its "adminUser".`;
    case SQLSTATE.queryCanceled:
      return say`A statement has 60 s here; narrow it, or use psql.`;
    case SQLSTATE.serializationFailure:
      return place.isInRecovery
        ? say`Replay on the standby needed what the statement was reading: run it again.`
        : say`Run it again.`;
    case SQLSTATE.lockNotAvailable:
      return say`Another session holds the lock: try again when it has ended.`;
    case SQLSTATE.protocolViolation:
      return say`Put values in the place of its parameters, such as $1.`;
    default:
      return null;
  }
}

/** What a person is shown and asked before a statement is run on the primary. */
export interface WriteQuestion {
  /** The whole statement, with where and as whom, as SQL. */
  readonly document: string;
  readonly message: string;
  readonly detail: string;
  readonly button: string;
}

/** Where a statement would be written. */
export interface WriteTarget {
  readonly nodeId: string;
  /** `127.0.0.1:5432/app as postgres` */
  readonly place: string;
  readonly topologyName: string;
  readonly environment: string;
  /** Why writes go there, as a phrase. */
  readonly reason: string;
}

/** Lines and characters of the statement that a dialog shows; all of it lies open beside. */
const DIALOG_LINES = 15;
const DIALOG_LINE = 160;

/** @param refused the node that refused it as a write, and its words */
export function writeQuestion(
  text: string,
  { nodeId, place, topologyName, environment, reason }: WriteTarget,
  refused: Extract<SelectionAnswer, { readonly kind: 'refused' }>,
): WriteQuestion {
  const words = (refused.failure.serverMessage ?? '').replace(/\.+\s*$/u, '');
  const said = say`${refused.place.nodeId} refused it in a READ ONLY transaction (25006): ${words}.`;
  const label = environment === 'development' ? '' : ` (${environment})`;
  const lines = text.trim().split(/\r\n|[\r\n]/u);
  const some = lines
    .slice(0, DIALOG_LINES)
    .map(escapedLine)
    .map((line) => (line.length > DIALOG_LINE ? `${line.slice(0, DIALOG_LINE)}…` : line));
  return {
    document: [
      ...sqlComment(say`Run on ${nodeId}`),
      ...sqlComment(say`Topology: ${topologyName} (${environment})`),
      ...sqlProse(say`${nodeId} is ${place}: ${reason}.`),
      ...sqlProse(showEscaped(said)),
      ...sqlProse(
        say`Nothing has run there yet. What it changes is committed; nothing here takes it back.`,
      ),
      'BEGIN TRANSACTION READ WRITE;',
      ...lines,
      ...(/;\s*$/u.test(lines.at(-1) ?? '') ? [] : [';']),
      'COMMIT;',
      '',
    ].join('\n'),
    message: showEscaped(say`Run this on ${nodeId}, where writes go${label}?`),
    detail: [
      showEscaped(said),
      say`On ${nodeId} it runs in a READ WRITE transaction, which is committed: ${place}.`,
      [
        ...some,
        ...(lines.length > some.length ? [say`… All of it lies open in the editor.`] : []),
      ].join('\n'),
    ].join('\n\n'),
    button: say`Run on ${nodeId}`,
  };
}

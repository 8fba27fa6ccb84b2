import { escapeDocument } from '../describe/escapeDocument';
import { formatClock, formatCount, formatDay, formatDuration } from '../format';
import { say, sayWord } from '../say';
import { formatTableName } from '../tableName';
import type { DrainPreview, DrainReport, OperationVerdict } from './drain';
import { conflictSentenceOf, conflictWordsOf } from './conflictWords';
import { previewWords } from './drainConfirmation';
import { drainSentence } from './drainWords';

/** A dry run as Markdown: what would become of every operation that was tried, without its values. */
export function previewDocument(preview: DrainPreview, at: string): string {
  const { edgeId, primaryId, verdicts, counts, total, notes, refusals } = preview;
  const tried =
    verdicts.length < total
      ? say`The first ${formatCount(verdicts.length)} of ${formatCount(total)} operations were tried. The others are only counted.`
      : say`All ${formatCount(total)} operations were tried.`;
  return document([
    say`# Dry run of ${route(edgeId, primaryId)}`,
    say`${escapeDocument(at)}. ${tried} Everything was rolled back; nothing was changed.`,
    ...(refusals.length === 0 ? [] : [say`## Nothing can be drained`, list(refusals)]),
    previewWords(counts),
    ...(notes.length === 0 ? [] : [say`## Before you drain`, list(notes)]),
    say`## By table`,
    tally(verdicts),
    say`## Operations`,
    operations(verdicts),
  ]);
}

/** @param primaryId empty where it was refused before anybody knew it */
function route(edgeId: string, primaryId: string): string {
  const edge = escapeDocument(edgeId);
  return primaryId === '' ? edge : say`${edge} to ${escapeDocument(primaryId)}`;
}

/** What became of a drain, as Markdown, with the operations that did not simply apply. */
export function drainReportDocument(report: DrainReport): string {
  const { address, primaryId, startedAtMs, endedAtMs, counts, verdicts, notes, resent } = report;
  const took = formatDuration(Math.max(1, endedAtMs - startedAtMs), 'fine');
  return document([
    say`# Drain of ${route(address.nodeId, primaryId)}`,
    escapeDocument(drainSentence(report)),
    say`Began ${formatDay(startedAtMs)} ${formatClock(startedAtMs)}, took ${took}.`,
    table(
      [say`became`, say`operations`],
      [
        [say`applied`, formatCount(counts.applied)],
        [say`skipped: the primary has it already`, formatCount(counts.skipped)],
        [say`conflict, primary won: the edge's version is kept`, formatCount(counts.kept)],
        [say`conflict, edge won: the primary's version is kept`, formatCount(counts.replaced)],
        [say`conflict, merged`, formatCount(counts.merged)],
        [say`conflict, waits for a decision`, formatCount(counts.conflicts)],
        [say`dead`, formatCount(counts.dead)],
        [say`waits for an earlier operation on its key`, formatCount(counts.waiting)],
      ],
    ),
    ...(resent === 0
      ? []
      : [
          say`${formatCount(resent)} were sent again: the primary had lost them when it was replaced by another server.`,
        ]),
    ...(notes.length === 0 ? [] : [say`## Notes`, list(notes)]),
    ...(verdicts.length === 0 ? [] : [say`## Conflicts and dead operations`, operations(verdicts)]),
  ]);
}

const WORDS: Readonly<Record<OperationVerdict['verdict'], string>> = {
  apply: say`apply`,
  skip: say`skip`,
  conflict: `**${say`conflict`}**`,
  dead: `**${say`dead`}**`,
  waits: say`waits`,
};

function operations(verdicts: readonly OperationVerdict[]): string {
  if (verdicts.length === 0) return say`There are none.`;
  return table(
    ['seq', say`table`, say`operation`, say`key`, say`verdict`, say`why`],
    verdicts.map((verdict) => [
      String(verdict.seq),
      escapeDocument(formatTableName(verdict.table)),
      verdict.operation ?? '–',
      escapeDocument(verdict.keyText),
      WORDS[verdict.verdict],
      escapeDocument(whyOf(verdict)),
    ]),
  );
}

/** Why it is so, in our words and the server's. */
function whyOf({ conflict, outcome, message, sqlstate }: OperationVerdict): string {
  const parts = [
    ...(conflict === null ? [] : [conflictWordsOf(conflict)]),
    ...(outcome === null ? [] : [OUTCOMES[outcome] ?? '']),
    // Our own words again where no server refused it.
    ...(message === null || (conflict !== null && message === conflictSentenceOf(conflict))
      ? []
      : [message]),
    ...(sqlstate === null ? [] : [`(${sqlstate})`]),
  ].filter((part) => part !== '');
  return parts.length === 0 ? '–' : parts.join(' · ');
}

const OUTCOMES: Readonly<Partial<Record<string, string>>> = {
  same: say`the primary has it already`,
  kept: say`primary wins; the edge's version is kept`,
  replaced: say`edge wins; the primary's version is kept`,
  merged: say`merged`,
};

function tally(verdicts: readonly OperationVerdict[]): string {
  const kinds = ['apply', 'skip', 'conflict', 'dead', 'waits'] as const;
  const byTable = new Map<string, Map<string, number>>();
  for (const { table: name, verdict } of verdicts) {
    const key = formatTableName(name);
    const counts = byTable.get(key) ?? new Map<string, number>();
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    byTable.set(key, counts);
  }
  if (byTable.size === 0) return say`There are none.`;
  return table(
    [say`table`, ...kinds.map((kind) => sayWord(kind))],
    [...byTable].map(([name, counts]) => [
      escapeDocument(name),
      ...kinds.map((kind) => formatCount(counts.get(kind) ?? 0)),
    ]),
  );
}

/** @param cells escaped already */
function table(head: readonly string[], cells: readonly (readonly string[])[]): string {
  const row = (texts: readonly string[]) => `| ${texts.join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...cells.map(row)].join('\n');
}

function list(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${escapeDocument(sentence)}`).join('\n');
}

function document(blocks: readonly string[]): string {
  return `${blocks.join('\n\n')}\n`;
}

import { formatCount, formatCounted } from '../format';
import { say } from '../say';
import { showEscaped } from '../visibleText';
import type { DrainCounts, DrainPreview } from './drain';
import { conflictsOf } from './drainWords';

/** What a person is asked before a drain; always modal. */
export interface DrainConfirmation {
  readonly message: string;
  readonly detail: string;
  readonly button: string;
  /** The edge's name, in production; `null`: nothing is typed. */
  readonly mustType: string | null;
}

/** The question after a dry run that found something to drain. */
export function drainConfirmation(preview: DrainPreview): DrainConfirmation {
  const { edgeId, primaryId, total, missing, verdicts, notes, environment } = preview;
  const all = total + missing;
  const tried =
    total === 0
      ? say`Nothing else waits.`
      : verdicts.length < total
        ? say`The first ${formatCount(verdicts.length)} were tried and rolled back; the others are only counted.`
        : say`All of them were tried and rolled back.`;
  return {
    message: showEscaped(
      say`Drain ${formatCounted(all, 'operation')} from ${edgeId} to ${primaryId}?`,
    ),
    detail: [
      ...(total === 0 ? [] : [previewWords(preview.counts)]),
      ...notes.map(showEscaped),
      total === 0 ? tried : say`${tried} The document beside this question lists them one by one.`,
    ].join('\n\n'),
    button: all === 1 ? say`Drain 1 Operation` : say`Drain ${formatCount(all)} Operations`,
    mustType: environment === 'production' ? edgeId : null,
  };
}

/** `409 apply, 3 conflict (primary wins; the edge's version is kept). 0 are skipped.` */
export function previewWords(counts: DrainCounts): string {
  const { applied, skipped, dead, waiting } = counts;
  const parts = [
    `${formatCount(applied)} ${applied === 1 ? say`applies` : say`apply`}`,
    ...conflictWords(counts),
    ...(dead === 0 ? [] : [say`${formatCount(dead)} cannot be applied (dead)`]),
  ];
  const more =
    waiting === 0
      ? []
      : [
          say`${formatCount(waiting)} ${waiting === 1 ? say`waits` : say`wait`} for an earlier operation on the same key.`,
        ];
  return [
    `${parts.join(', ')}.`,
    say`${formatCount(skipped)} ${skipped === 1 ? say`is` : say`are`} skipped.`,
    ...more,
  ].join(' ');
}

function conflictWords(counts: DrainCounts): readonly string[] {
  const all = conflictsOf(counts);
  if (all === 0) return [];
  const ways = [
    { count: counts.kept, words: say`primary wins; the edge's version is kept` },
    { count: counts.replaced, words: say`edge wins; the primary's version is kept` },
    { count: counts.merged, words: say`merged; both versions are kept` },
    { count: counts.conflicts, words: say`left for a person to decide` },
  ].filter(({ count }) => count > 0);
  const told = ways.map(({ count, words }) =>
    ways.length === 1 ? words : `${formatCount(count)}: ${words}`,
  );
  return [say`${formatCount(all)} conflict (${told.join('. ')})`];
}

import { formatCounted } from '../format';
import { say } from '../say';
import { showEscaped } from '../visibleText';
import { findingLine } from './findingsText';
import type { Impact, ImpactKind, Plan } from './plan';

/** Worst first. */
const ORDER: readonly ImpactKind[] = ['stops', 'losesRows', 'recopies', 'pauses', 'needsRefresh'];

const WORDS: Readonly<Record<ImpactKind, string>> = {
  stops: say`stops`,
  losesRows: say`loses rows`,
  recopies: say`copies again`,
  pauses: say`pauses`,
  needsRefresh: say`needs a refresh`,
};

/** What a pick shows of a line, in characters. */
const PICK_WIDTH = 80;

/** One line: `jobs_sub on edge stops: edge has no table public.jobs …`. */
export function impactLine(impact: Impact): string {
  return showEscaped(`${headOf(impact)}: ${impact.text}`);
}

function headOf({ kind, nodeId, subscription }: Impact): string {
  const who =
    nodeId === null ? say`The reader of slot ${subscription}` : say`${subscription} on ${nodeId}`;
  return `${who} ${WORDS[kind]}`;
}

/** Worst first; of one kind by node and subscription, so that what happens to one of them stands together. */
export function worstFirst(impacts: readonly Impact[]): readonly Impact[] {
  const place = ({ nodeId, subscription }: Impact): string =>
    `${nodeId ?? '\uffff'}\0${subscription}`;
  return ORDER.flatMap((kind) =>
    impacts
      .filter((impact) => impact.kind === kind)
      .sort((a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0)),
  );
}

/**
 * What a plan does to subscriptions, one a line, worst first.
 * @param limit more than these are counted: `and 5 more`
 */
export function impactsText(impacts: readonly Impact[], limit = 8): string {
  const lines = worstFirst(impacts).slice(0, limit).map(impactLine);
  const rest = impacts.length - lines.length;
  return [...lines, ...(rest > 0 ? [say`and ${rest} more`] : [])].join('\n');
}

/**
 * Who notices a plan and what was found, on one line of a pick: in full where that fits, else who and how many. The plan
 * lies open beside it.
 */
export function noticeOf({ impacts, findings }: Pick<Plan, 'impacts' | 'findings'>): string {
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  const full = [...worstFirst(impacts).map(impactLine), ...warnings.map(findingLine)];
  const found = warnings.length === 0 ? [] : [formatCounted(warnings.length, 'warning')];
  const named = worstFirst(impacts).map((impact) => showEscaped(headOf(impact)));
  const counted =
    impacts.length === 0 ? [] : [say`${formatCounted(impacts.length, 'effect')} on subscriptions`];
  const tries = [
    full.join(' '),
    say`${[named.join(', '), ...found].filter((part) => part !== '').join('; ')}: see the plan`,
    say`${[...counted, ...found].join('; ')}: see the plan`,
  ].map((text) => text.replaceAll('\n', ' '));
  return tries.find((text) => text.length <= PICK_WIDTH) ?? tries.at(-1) ?? '';
}

/** Whether a subscription fails for good, or misses rows without a word. */
export function hurtsSubscriptions({ impacts }: Pick<Plan, 'impacts'>): boolean {
  return impacts.some(({ kind }) => kind === 'stops' || kind === 'losesRows');
}

import { showEscaped } from '../visibleText';
import type { Impact, ImpactKind, Plan } from './plan';

/** Worst first. */
const ORDER: readonly ImpactKind[] = ['stops', 'losesRows', 'recopies', 'pauses', 'needsRefresh'];

const WORDS: Readonly<Record<ImpactKind, string>> = {
  stops: 'stops',
  losesRows: 'loses rows',
  recopies: 'copies again',
  pauses: 'pauses',
  needsRefresh: 'needs a refresh',
};

/** One line: `jobs_sub on edge stops: edge has no table public.jobs …`. */
export function impactLine({ kind, nodeId, subscription, text }: Impact): string {
  const who =
    nodeId === null ? `The reader of slot ${subscription}` : `${subscription} on ${nodeId}`;
  return showEscaped(`${who} ${WORDS[kind]}: ${text}`);
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
  return [...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n');
}

/** Whether a subscription fails for good, or misses rows without a word. */
export function hurtsSubscriptions({ impacts }: Pick<Plan, 'impacts'>): boolean {
  return impacts.some(({ kind }) => kind === 'stops' || kind === 'losesRows');
}

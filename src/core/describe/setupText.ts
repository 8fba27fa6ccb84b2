import { formatAgo, formatCounted, formatPart, speak } from '../format';
import { say } from '../say';
import { setupSentence, type SetupItem, type SetupState } from '../setup/setupItem';
import { worstSetup, type SetupRecord } from '../setup/setupRecord';
import { contextValue, facts, icon, ROLE_ICONS, type RowText, type Tooltip } from './rowText';

const LABEL = say`Set-up`;
const NOT_CHECKED = say`not checked yet`;

/**
 * The checklist below a topology: `9 of 12 fine · 2 min ago`. The age is that of the oldest part.
 * @param nodes how many the file has
 */
export function setupRowText(
  records: readonly SetupRecord[],
  nodes: number,
  nowMs: number,
): RowText {
  const checked = records.filter(({ nodeId }) => nodeId !== null).length;
  const oldest = oldestOf(records);
  if (oldest === null) return notCheckedText(LABEL);
  const items = records.flatMap((record) => record.items);
  return setupText(LABEL, items, [
    checked < nodes ? formatPart(checked, nodes, 'nodes') : null,
    formatAgo(oldest, nowMs, 'tree'),
  ]);
}

/** One node below that: `3 of 4 fine`; its age where it is not that of the row above. */
export function setupNodeText(
  nodeId: string,
  record: SetupRecord | null,
  oldestMs: number | null,
  nowMs: number,
): RowText {
  if (record === null) return notCheckedText(nodeId);
  const isAsOld = record.takenAtMs === oldestMs;
  return setupText(nodeId, record.items, [
    isAsOld ? null : formatAgo(record.takenAtMs, nowMs, 'tree'),
  ]);
}

/** When the oldest of these was taken; `null` where there is none. */
export function oldestOf(records: readonly SetupRecord[]): number | null {
  return records.length === 0 ? null : Math.min(...records.map(({ takenAtMs }) => takenAtMs));
}

/** One item: what ought to be so, and what was found. */
export function setupItemText({ title, state, evidence, fix }: SetupItem): RowText {
  return {
    label: title,
    description: evidence,
    icon: STATE_ICONS[state],
    contextValue: contextValue('setupItem', [state], null, { fixable: fix !== null }),
    accessibleLabel: `${title}, ${STATE_WORDS[state]}`,
  };
}

/** @param takenAtMs when it was found */
export function setupItemTooltip(item: SetupItem, takenAtMs: number, nowMs: number): Tooltip {
  const age = formatAgo(takenAtMs, nowMs);
  return {
    title: item.title,
    subtitle: STATE_WORDS[item.state],
    lines: item.source === null ? [item.evidence] : [],
    facts: item.source === null ? [] : [{ text: item.evidence, source: `${item.source}, ${age}` }],
    advice: item.fix,
  };
}

/** Of the whole, or of one node: how many are in which state. */
export function setupTooltip(
  title: string,
  records: readonly SetupRecord[],
  nowMs: number,
): Tooltip | null {
  const oldest = oldestOf(records);
  if (oldest === null) return null;
  const items = records.flatMap((record) => record.items);
  const count = (state: SetupState) => items.filter((item) => item.state === state).length;
  return {
    title,
    subtitle: setupSentence(items),
    lines: [
      facts(
        formatCounted(count('problem'), 'problem'),
        formatCounted(count('warning'), 'warning'),
        say`${count('unknown')} not known`,
      ),
      say`Checked ${formatAgo(oldest, nowMs)}, and not again since: Check Set-up does so.`,
    ],
    facts: [],
    advice: null,
  };
}

/** All of an item as plain text, to paste into a message. */
export function setupItemDetails({
  nodeId,
  title,
  state,
  evidence,
  source,
  fix,
}: SetupItem): string {
  return [
    facts(title, nodeId, STATE_WORDS[state]),
    source === null ? evidence : `${evidence} (${source})`,
    ...(fix === null ? [] : [fix]),
  ].join('\n');
}

function setupText(
  label: string,
  items: readonly SetupItem[],
  rest: readonly (string | null)[],
): RowText {
  const worst = worstSetup(items);
  const description = facts(setupSentence(items), ...rest);
  const isQuiet = worst === 'ok' || worst === 'unknown';
  return {
    label,
    description,
    icon: isQuiet ? icon(ROLE_ICONS.setup, null) : STATE_ICONS[worst],
    contextValue: contextValue('setup', [worst], null, { checked: true }),
    accessibleLabel: `${label}, ${speak(description)}`,
  };
}

function notCheckedText(label: string): RowText {
  return {
    label,
    description: NOT_CHECKED,
    icon: icon(ROLE_ICONS.setup, null),
    contextValue: contextValue('setup', ['unknown'], null, {}),
    accessibleLabel: `${label}, ${NOT_CHECKED}`,
  };
}

const STATE_WORDS: Readonly<Record<SetupState, string>> = {
  ok: say`fine`,
  warning: say`warning`,
  problem: say`problem`,
  unknown: say`not known`,
};

const STATE_ICONS: Readonly<Record<SetupState, RowText['icon']>> = {
  ok: icon('check', null),
  warning: icon('warning', 'problemsWarningIcon.foreground'),
  problem: icon('error', 'problemsErrorIcon.foreground'),
  unknown: icon('question', 'descriptionForeground'),
};

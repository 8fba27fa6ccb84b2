import { escapeMarkdown } from '../describe/escapeMarkdown';
import { formatClock, formatDuration } from '../format';
import { say } from '../say';
import type { LossReport } from './lossReport';

/** The report as a Markdown document to copy. Names come from servers and files: all of it is escaped. */
export function lossMarkdown(report: LossReport): string {
  const { topologyName, asOfMs, answer, lead, rows } = report;
  const asOf = asOfMs === null ? say`never` : formatClock(asOfMs);
  const table = [
    say`| Where | Not arrived | For | Read | What that means |`,
    '| --- | --- | --- | --- | --- |',
    ...rows.map(({ where, notArrived, ms, atMs, note }) => {
      const cells = [
        where,
        notArrived,
        ms === null ? '–' : formatDuration(ms, 'fine'),
        atMs === null ? say`never` : formatClock(atMs),
        note,
      ];
      return `| ${cells.map(escapeMarkdown).join(' | ')} |`;
    }),
  ].join('\n');
  const blocks = [
    `# ${escapeMarkdown(say`Could I lose data now? ${topologyName}`)}`,
    `**${escapeMarkdown(answer)}** ${escapeMarkdown(say`As of ${asOf}.`)}`,
    escapeMarkdown(lead),
    ...(rows.length === 0 ? [] : [table]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

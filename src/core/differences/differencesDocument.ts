import { escapeDocument } from '../describe/escapeDocument';
import { formatCounted } from '../format';
import { say } from '../say';
import type { Difference, NotCompared } from './difference';
import { serverWay } from './serverWay';
import { takeOverTitle } from './takeOverTitle';

/**
 * Everything that differs between a file and its servers, in Markdown to read and to pass on. Names are escaped; it holds no
 * hosts and no secrets.
 * @param readAt when the picture was taken, as people write it
 */
export function differencesDocument(
  topologyName: string,
  differences: readonly Difference[],
  notCompared: readonly NotCompared[],
  readAt: string,
): string {
  const nodeIds = [...new Set(differences.map(({ nodeId }) => nodeId))];
  return [
    say`# Differences: ${escapeDocument(topologyName)}`,
    '',
    say`${differencesSentence(differences, notCompared)} As read at ${escapeDocument(readAt)}.`,
    ...nodeIds.flatMap((nodeId) => [
      '',
      `## ${escapeDocument(nodeId)}`,
      '',
      ...differences.filter((found) => found.nodeId === nodeId).map(line),
    ]),
    ...(notCompared.length === 0
      ? []
      : [
          '',
          say`## Not compared`,
          '',
          ...notCompared.map(({ why }) => `- ${escapeDocument(why)}`),
        ]),
    '',
    say`Row filters that may mean the same in another form, what the file leaves open, and connection strings of subscriptions are not compared.`,
    '',
  ].join('\n');
}

/** One sentence for how much differs. What could not be compared is never passed over. */
export function differencesSentence(
  differences: readonly Difference[],
  notCompared: readonly NotCompared[],
): string {
  const rest = new Set(notCompared.map(({ nodeId }) => nodeId)).size;
  const open =
    rest === 0
      ? ''
      : say`, as far as can be told: ${formatCounted(rest, 'node')} could not be compared`;
  if (differences.length > 0) {
    return say`${formatCounted(differences.length, 'difference')} between the file and the servers${open}.`;
  }
  return say`The servers are as the file says${open}.`;
}

function line(difference: Difference): string {
  const { message, declared, live, fileChanges } = difference;
  const { steps, advice } = serverWay(difference);
  const sides = [
    ...(declared === null ? [] : [say`file: ${declared}`]),
    ...(live === null ? [] : [say`server: ${live}`]),
  ];
  const details = [
    ...(sides.length === 0 ? [] : [`${sides.join('; ')}.`]),
    ...steps.map(({ title }) => title),
    ...(advice === null ? [] : [advice]),
    ...(fileChanges.length > 0 ? [`${takeOverTitle(difference)}.`] : []),
  ];
  return [`**${escapeDocument(message)}**`, ...details.map(escapeDocument)]
    .map((text, index) => (index === 0 ? `- ${text}` : `  ${text}`))
    .join('  \n');
}

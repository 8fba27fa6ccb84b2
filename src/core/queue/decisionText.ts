import { formatCount, formatCounted } from '../format';
import { say } from '../say';
import type { ChoiceResult } from './conflict';

/**
 * What became of a choice, for one conflict or for many: `Keep Edge: 3 conflicts decided, 1 changed again on central.`
 * @param asked so many were to be decided
 */
export function decisionSentence(
  title: string,
  results: readonly ChoiceResult[],
  asked: number,
  primaryId: string,
): string {
  const countOf = (wanted: ChoiceResult['kind']) =>
    results.filter(({ kind }) => kind === wanted).length;
  const others = [
    [countOf('gone'), say`decided by somebody else before`],
    [countOf('changedAgain'), say`changed again on ${primaryId} and left alone`],
    [countOf('refused'), say`refused by ${primaryId}`],
    [asked - results.length, say`not tried`],
  ] as const;
  const parts = [
    say`${formatCounted(countOf('done'), 'conflict')} decided`,
    ...others.flatMap(([count, words]) => (count === 0 ? [] : [`${formatCount(count)} ${words}`])),
  ];
  const refused = results.find((result) => result.kind === 'refused');
  return `${title}: ${parts.join(', ')}.${refused === undefined ? '' : ` ${serverWords(refused)}`}`;
}

function serverWords({ message, sqlstate }: Extract<ChoiceResult, { kind: 'refused' }>): string {
  const code = sqlstate === null ? '' : ` (${sqlstate})`;
  return code === '' ? message : `${message.replace(/\.$/u, '')}${code}.`;
}

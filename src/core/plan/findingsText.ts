import { say } from '../say';
import type { Finding } from './finding';
import { showEscaped } from '../visibleText';

/**
 * Findings for a dialog or a notification: one a line, worst first, its fix behind it.
 * @param limit more than these are counted: `and 5 more`
 */
export function findingsText(findings: readonly Finding[], limit = 8): string {
  const lines = findings.slice(0, limit).map(findingLine);
  const rest = findings.length - lines.length;
  return [...lines, ...(rest > 0 ? [say`and ${rest} more`] : [])].join('\n');
}

/** One finding as a line: `Warning: central cannot publish: …`. A note is said without a word before it. */
export function findingLine(finding: Finding): string {
  const word = { error: say`Error: `, warning: say`Warning: `, note: '' }[finding.severity];
  const fix = finding.fix === null ? '' : ` ${finding.fix.text}`;
  return showEscaped(`${word}${finding.text}${fix}`);
}

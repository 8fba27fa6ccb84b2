import { SECRET_KEYWORDS } from '../connectionStringKeywords';
import { say } from '../say';
import type { Finding } from './finding';
import { errorFinding } from './findingParts';
import type { ConninfoItem } from './sqlText';

/** Whether a connection can stand in a statement that people see: every value fits, and no secret stands there as text. */
export function isSayableConnection(connection: readonly ConninfoItem[]): boolean {
  return connection.every((item) => !isOpenSecret(item) && !isUnfit(item));
}

/** Values that no server would get as they are. Secrets are left out: they stand in no sentence. */
export function unfitValueFindings(
  nodeId: string,
  connection: readonly ConninfoItem[],
): readonly Finding[] {
  return connection.flatMap((item) => {
    const { keyword, value } = item;
    if (typeof value !== 'string' || !isUnfit(item) || isOpenSecret(item)) return [];
    const text = say`The value of "${keyword}", ${value}, holds a character that no connection string can hold.`;
    return [errorFinding('wrongConninfo', nodeId, text, say`Write it without.`)];
  });
}

/** A password that would be shown. */
export function isOpenSecret({ keyword, value }: ConninfoItem): boolean {
  return SECRET_KEYWORDS.has(keyword) && typeof value === 'string';
}

/** NUL, and half a surrogate pair: UTF-8 has no form for it, so that the server would get another character. */
function isUnfit({ value }: ConninfoItem): boolean {
  return typeof value === 'string' && /[\0\p{Cs}]/u.test(value);
}

import { say } from '../say';
/** What getdatabaseencoding() says of a database that takes any bytes for text. */
export const NO_CHARACTERS = 'SQL_ASCII';

/** Why such a database is no edge; a finished sentence. */
export function noCharactersSentence(nodeId: string): string {
  return say`The database on ${nodeId} is SQL_ASCII, which knows no characters: one text that is not UTF-8 would stop every drain (22021). Move it, with what waits in it, into a database with the encoding UTF8.`;
}

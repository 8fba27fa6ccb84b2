/**
 * Makes text from a server or a file harmless in a Markdown document that is read as it is written, too: only what would
 * begin emphasis, code, a link, a table cell, HTML or an entity where it stands is escaped, so that `pg_settings` stays
 * what it is. One line, which does not stand at the beginning of one; control characters are dropped.
 */
export function escapeDocument(text: string): string {
  return (
    text
      .replace(/[^\S\u00a0]+/gu, ' ')
      .replace(/[\p{Cc}\p{Cf}]/gu, '')
      .replace(/[\\`*[\]<>|~$]/gu, '\\$&')
      .replace(/&(?=#|[a-z])/giu, '\\&')
      // Within a word an underscore is one.
      .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
      // What editors turn into links unasked.
      .replace(/:(?=\/\/)/gu, '\\:')
      .replace(/(?<=\w)@(?=\w)/gu, '\\@')
      .replace(/\b(mailto|xmpp):/giu, '$1\\:')
      .replace(/\bwww\./giu, (found) => `${found.slice(0, 3)}\\.`)
  );
}

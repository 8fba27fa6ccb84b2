const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '@': '&commat;',
  ':': '&colon;',
  '|': '&vert;',
  $: '&dollar;',
};

/**
 * Makes text from a server or a file harmless in Markdown: no emphasis, code, link, image, table cell, heading, theme icon or
 * HTML comes of it, and no bare address or mail address is turned into a link. One line; control characters are dropped.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[^\S\u00a0]+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .replace(/[&<>"@:|$]/gu, (character) => ENTITIES[character] ?? character)
    .replace(/[\\`*_{}[\]()#+\-!~=]/gu, '\\$&')
    .replace(/\bwww\./giu, (found) => `${found.slice(0, 3)}&period;`)
    .replace(/^(\d+)\./u, '$1&period;');
}

/** What some of the editor's dialogs do not read as the character that it stands for. */
const SLASHED: Readonly<Record<string, string>> = {
  '&commat;': '\\@',
  '&colon;': '\\:',
  '&vert;': '\\|',
  '&dollar;': '\\$',
  '&period;': '\\.',
};

/** As `escapeMarkdown`, for places that show Markdown as plain text at times. Not where theme icons are drawn: those take a slash. */
export function escapeMarkdownOfDialog(text: string): string {
  return escapeMarkdown(text).replace(/&\w+;/gu, (entity) => SLASHED[entity] ?? entity);
}

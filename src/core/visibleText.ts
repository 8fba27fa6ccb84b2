/**
 * Characters that a reader cannot see or that reorder what he sees: controls, zero-width characters, line and
 * paragraph separators, and the direction marks and overrides. Half a surrogate pair is among them: UTF-8 has no form
 * for it, so that a server would get another character.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

/** Whether a name holds something that people would not see, so that it could pass for another name. */
export function hasInvisible(text: string): boolean {
  return INVISIBLE.test(text);
}

/** `text` without any such character. */
export function withoutInvisible(text: string): string {
  return Array.from(text, (character) => (INVISIBLE.test(character) ? '' : character)).join('');
}

/** `text` with every character that cannot be seen written as `\u202e`; everything else stays. */
export function showEscaped(text: string): string {
  return Array.from(text, (character) =>
    INVISIBLE.test(character) ? escapeCharacter(character) : character,
  ).join('');
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code > 0xffff ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
}

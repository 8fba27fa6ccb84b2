/** What translates texts: the English text with `{0}`, `{1}` for its holes → the same in another language. */
export type Words = Readonly<Record<string, string>>;

/**
 * The words of the language that this program speaks; `null` is English, as the code has it. A build puts another
 * module in the place of this one: in the editor VS Code's own choice, in the dashboard what its page was given.
 */
export const WORDS: Words | null = null;

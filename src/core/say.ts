import { WORDS, type Words } from './words';

type Value = string | number | bigint;

/**
 * Tags every text that a person reads: say`Slot ${name} is lost.` looks up `Slot {0} is lost.` in the language of the
 * program. A text without a translation stays English. A language is chosen before the first module is read and never
 * changes after, so constants may be said too. Costs one look-up; in English none.
 */
export function say(parts: TemplateStringsArray, ...values: readonly Value[]): string {
  return sayIn(WORDS, parts, values);
}

/** One word or phrase that stands in a variable, such as the noun of a count: it must be a text that `say` has somewhere, or a noun of `formatCounted`. */
export function sayWord(english: string): string {
  return translationOf(WORDS, english) ?? english;
}

/** What the program speaks, for a page that shall speak the same; `null` is English. */
export function spokenWords(): Words | null {
  return WORDS;
}

/** `say` in a language of one's choice. */
export function sayIn(
  words: Words | null,
  parts: readonly string[],
  values: readonly Value[],
): string {
  const translated = words === null ? null : translationOf(words, keyOf(parts));
  if (translated === null) return String.raw({ raw: parts }, ...values);
  return translated.replace(HOLE, (hole, at: string) => String(values[Number(at)] ?? hole));
}

/** The key of a text among the words: its English with numbered holes. */
export function keyOf(parts: readonly string[]): string {
  return parts.reduce((key, part, at) => `${key}{${at - 1}}${part}`);
}

const HOLE = /\{(\d+)\}/gu;

// Own properties alone: a text may be called "constructor".
function translationOf(words: Words | null, key: string): string | null {
  return words !== null && Object.hasOwn(words, key) ? (words[key] ?? null) : null;
}

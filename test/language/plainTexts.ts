import { untranslated } from '../host/hostLanguage.mjs';

/** Words that no language changes: units, names of products and protocols. */
const OF_ALL_LANGUAGES =
  /^(Postgres|Topology|WAL|LSN|TLS|SQL|JSON|ms|min|kB|MB|GB|TB|pgTopology|Patroni|CloudNativePG|SQLTools|MySQL)$/u;
/** Values that stand in the file, in libpq's settings and in options of Postgres, and names of our columns. */
const VALUES =
  /^(true|false|on|off|any|none|local|insert|update|delete|truncate|host|dbname|user|port|disable|allow|prefer|require|verify|ca|full|txid|key)$/u;
/** What VS Code says before a text of ours: that it has actions, and the name of its icon. */
const BEFORE = /^Actions for |^(sync-ignored|graph-line|pulse|bell-slash) /u;
/** Signs that are written as words: an icon, an entity of HTML, a character that nobody can see, the end of a name that was cut. */
const SIGNS = /\S+-\w*…|\w{40,}|\$\([a-z-]+\)|&[a-z]+;|\\+u[0-9a-f]{4}/gu;
/** A key of the file, an address, a heading of a page and a name of a catalog are no text. */
const NAMES = /"[^"]*"|#\S+|\S*[./:_=][\w./:_=@-]+/gu;
/** A statement's words are written so. */
const CAPITALS = /^[A-Z]{2,}$/u;
const WORD = /[A-Za-z]{2,}/gu;

/** A text in which words stand that nobody translated. */
export interface PlainText {
  readonly where: string;
  readonly text: string;
  readonly words: readonly string[];
}

/**
 * Texts of the pseudo language that hold untranslated words.
 * @param data words that are allowed anywhere, since they come from files and servers
 */
export function plainTexts(
  where: string,
  texts: readonly string[],
  data: ReadonlySet<string>,
): readonly PlainText[] {
  return [...new Set(texts)].flatMap((text) => {
    const words = plainWords(text).filter((word) => !data.has(word));
    return words.length === 0 ? [] : [{ where, text, words }];
  });
}

/** What a text says outside of brackets. */
export function plainWords(text: string): readonly string[] {
  const left = outside(text.replace(BEFORE, '')).replaceAll(SIGNS, ' ').replaceAll(NAMES, ' ');
  return wordsOf(left).filter(
    (word) => !OF_ALL_LANGUAGES.test(word) && !VALUES.test(word) && !CAPITALS.test(word),
  );
}

/** Every word of a text. */
export function wordsOf(text: string): readonly string[] {
  return text.match(WORD) ?? [];
}

/** What is left of a text without its translated pieces. One may lie in another: the innermost goes first. */
export function outside(text: string): string {
  const left = untranslated(text);
  return left === text ? left : outside(left);
}

import type { Frame, Locator } from 'playwright-core';
import { untranslated } from '../../host/hostLanguage.mjs';

/** Words that no language changes: units, signs of products and protocols, codes. */
const OF_ALL_LANGUAGES = /^(Postgres|Topology|WAL|LSN|TLS|SQL|JSON|ms|min|kB|MB|GB|pgTopology)$/u;
/** What VS Code says before a text of ours: that it has actions, and the name of its icon. */
const BEFORE = /^Actions for |^(sync-ignored|graph-line|pulse|bell-slash) /u;
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
    // A key of the file, an address, a heading of a page and a name of a catalog are no text.
    const left = untranslated(text.replace(BEFORE, '')).replaceAll(
      /"[^"]*"|#\S+|\S*[./:_=][\w./:_=@-]+/gu,
      ' ',
    );
    const words = (left.match(WORD) ?? []).filter(
      (word) => !data.has(word) && !OF_ALL_LANGUAGES.test(word),
    );
    return words.length === 0 ? [] : [{ where, text, words }];
  });
}

/** All that a page says: each text on it, and what it says to a screen reader or on hover. */
export async function textsOf(page: Frame | Locator, within: string): Promise<readonly string[]> {
  return page.locator(within).evaluateAll((elements) => {
    const said = [
      'aria-label',
      'title',
      'placeholder',
      'aria-description',
      'alt',
      'aria-valuetext',
    ];
    return elements.flatMap((element) => {
      const texts: string[] = [];
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const parent = node.parentElement;
        // A block of code shows a statement or a server's own words.
        if (parent?.closest('style, script, code, pre') === null) texts.push(node.nodeValue ?? '');
      }
      const holders = [
        element,
        ...element.querySelectorAll(said.map((name) => `[${name}]`).join()),
      ];
      for (const holder of holders) {
        for (const name of said) texts.push(holder.getAttribute(name) ?? '');
      }
      return texts.map((text) => text.trim()).filter((text) => text !== '');
    });
  });
}

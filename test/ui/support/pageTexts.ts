import type { Frame, Locator } from 'playwright-core';

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

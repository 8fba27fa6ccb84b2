/// <reference lib="dom" />
// Notifications that a window showed, also those that it has hidden again.

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{ element: Element, text: string, isTold: boolean }} Toast */

const EVERY_MS = 200;

/**
 * Notes every notification of a window, from its next load on.
 *
 * @param {Page} page
 */
export async function watchToasts(page) {
  await page.addInitScript((everyMs) => {
    if (window.top !== window) return;
    /** @type {Toast[]} */
    const toasts = [];
    Object.assign(globalThis, { toldByToasts: toasts });
    setInterval(() => {
      const shown = document.querySelectorAll('.notifications-toasts .notification-list-item');
      for (const element of shown) {
        const text = element.textContent;
        const known = toasts.find((toast) => toast.element === element);
        if (known === undefined) toasts.push({ element, text, isTold: false });
        else known.text = text;
      }
    }, everyMs);
  }, EVERY_MS);
}

/**
 * Finds a notification that was not found before.
 *
 * @param {Page} page
 * @param {string | RegExp} text part of it, as `hasText` of playwright takes it
 */
export async function matchingToast(page, text) {
  return page.evaluate(
    ({ source, flags, part }) => {
      const noted = /** @type {unknown} */ (globalThis);
      const { toldByToasts = [] } = /** @type {{ toldByToasts?: Toast[] }} */ (noted);
      const pattern = source === null ? null : new RegExp(source, flags);
      const plain = (/** @type {string} */ one) => one.replaceAll(/\s+/gu, ' ').toLowerCase();
      const found = toldByToasts.find(
        (toast) =>
          !toast.isTold &&
          (pattern === null ? plain(toast.text).includes(plain(part)) : pattern.test(toast.text)),
      );
      if (found !== undefined) found.isTold = true;
      return found !== undefined;
    },
    typeof text === 'string'
      ? { source: null, flags: '', part: text }
      : { source: text.source, flags: text.flags, part: '' },
  );
}

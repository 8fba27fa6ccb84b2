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
      // While the list behind the bell is open, new ones come into it alone.
      const shown = document.querySelectorAll(
        ':is(.notifications-toasts, .notifications-center) .notification-list-item',
      );
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
export function matchingToast(page, text) {
  return findToast(page, text, true);
}

/**
 * Whether a notification ever said so, found before or not.
 *
 * @param {Page} page
 * @param {string | RegExp} text
 */
export function wasShown(page, text) {
  return findToast(page, text, false);
}

/**
 * Takes what the list behind the bell shows for found: it is the same that was a notification in the corner before.
 *
 * @param {Page} page
 */
export async function knowList(page) {
  await page.evaluate(() => {
    const noted = /** @type {unknown} */ (globalThis);
    const { toldByToasts = [] } = /** @type {{ toldByToasts?: Toast[] }} */ (noted);
    const listed = document.querySelectorAll('.notifications-center .notification-list-item');
    for (const element of listed) {
      const known = toldByToasts.find((toast) => toast.element === element);
      if (known === undefined)
        toldByToasts.push({ element, text: element.textContent, isTold: true });
      else known.isTold = true;
    }
  });
}

/**
 * @param {Page} page
 * @param {string | RegExp} text
 * @param {boolean} isOnce whether it has to be new, and is not found again
 */
async function findToast(page, text, isOnce) {
  return page.evaluate(
    ({ source, flags, part, once }) => {
      const noted = /** @type {unknown} */ (globalThis);
      const { toldByToasts = [] } = /** @type {{ toldByToasts?: Toast[] }} */ (noted);
      const pattern = source === null ? null : new RegExp(source, flags);
      const plain = (/** @type {string} */ one) => one.replaceAll(/\s+/gu, ' ').toLowerCase();
      const found = toldByToasts.find(
        (toast) =>
          !(once && toast.isTold) &&
          (pattern === null ? plain(toast.text).includes(plain(part)) : pattern.test(toast.text)),
      );
      if (found !== undefined && once) found.isTold = true;
      return found !== undefined;
    },
    typeof text === 'string'
      ? { source: null, flags: '', part: text, once: isOnce }
      : { source: text.source, flags: text.flags, part: '', once: isOnce },
  );
}

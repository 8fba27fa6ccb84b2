// What a user sees and does in the workbench. The selectors hold for VS Code 1.100 to 1.139.
import { setTimeout as sleep } from 'node:timers/promises';
import { watchForeignRequests } from './requestWatch.mjs';
import { knowList, matchingToast, wasShown, watchToasts } from './toastWatch.mjs';

/** @typedef {import('playwright-core').Locator} Locator */
/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Frame} Frame */

const FIRST_LOAD_MS = 120_000;
const MENU_MS = 60_000;
const TOLD_MS = 120_000;
/** So long a menu takes to open on a machine at work. */
const OPEN_MS = 5_000;
/** A click that has not led anywhere after this was lost. */
const LOST_MS = 20_000;

/** Page object over one browser page. `page` stays open to all that it does not offer. */
export class Workbench {
  /**
   * @param {Page} page
   * @param {string} extensionId publisher.name, for status bar items
   */
  constructor(page, extensionId) {
    this.page = page;
    this.extensionId = extensionId;
    /** What asked for another machine; has to stay empty. */
    this.foreignRequests = watchForeignRequests(page);
  }

  /** @param {string} url as `folderUrl` of the server makes it */
  async open(url) {
    await watchToasts(this.page);
    await this.page.goto(url, { timeout: FIRST_LOAD_MS });
    await this.page.locator('.statusbar').waitFor({ timeout: FIRST_LOAD_MS });
  }

  /** Reloads the window in its orderly way, which saves first what it has open; the browser's own reload may not. */
  async reload() {
    const loaded = this.page.waitForEvent('load', { timeout: FIRST_LOAD_MS });
    await this.command('Developer: Reload Window');
    await loaded;
    await this.page.locator('.statusbar').waitFor({ timeout: FIRST_LOAD_MS });
  }

  /**
   * @param {string} id the one that the extension gave to `createStatusBarItem`
   * @returns {Locator}
   */
  statusItem(id) {
    return this.page.locator(`[id="${this.extensionId}.${id}"]`);
  }

  /**
   * Shows a container of the activity bar.
   *
   * @param {string} title
   */
  async view(title) {
    const tab = this.page.locator('.activitybar').getByRole('tab', { name: title }).first();
    await tab.waitFor();
    const selected = this.page.locator('.activitybar [role="tab"][aria-selected="true"]');
    // Of two that look selected for a moment neither may be the one that comes.
    const isShown = async () =>
      (await tab.getAttribute('aria-selected')) === 'true' && (await selected.count()) === 1;
    for (let ms = 0; ms < 1000 && (await selected.count()) > 1; ms += 100) {
      await this.page.waitForTimeout(100);
    }
    for (let left = 20; !(await isShown()); left -= 1) {
      if (left === 0) throw new Error(`${title} does not come into sight.`);
      // The whole tab, as a person would: a badge may lie over its icon.
      await tab.click();
      for (let ms = 0; ms < 3000 && !(await isShown()); ms += 100) {
        await this.page.waitForTimeout(100);
      }
    }
  }

  /**
   * A row of any visible tree. Lists are virtual: only rows in sight exist.
   *
   * @param {string | RegExp} name
   * @returns {Locator}
   */
  row(name) {
    return this.page.getByRole('treeitem', { name }).first();
  }

  /**
   * Opens a row's twistie when it is closed.
   *
   * @param {Locator} row
   */
  async expand(row) {
    await this.#turn(row, 'false');
  }

  /**
   * Closes a row's twistie when it is open.
   *
   * @param {Locator} row
   */
  async collapse(row) {
    await this.#turn(row, 'true');
  }

  /**
   * @param {Locator} row
   * @param {'true' | 'false'} from the `aria-expanded` that it is to have no more
   */
  async #turn(row, from) {
    await row.waitFor();
    // On a row that is redrawn just then a click comes to nothing.
    for (let left = 10; (await row.getAttribute('aria-expanded')) === from; left -= 1) {
      if (left === 0) throw new Error('The row does not open or close.');
      await row.locator('.monaco-tl-twistie').click();
      for (let ms = 0; ms < 2000 && (await row.getAttribute('aria-expanded')) === from; ms += 100) {
        await this.page.waitForTimeout(100);
      }
    }
  }

  /**
   * Clicks a row, or a button on one, until what it opens is there: on a row that is redrawn just then a click comes to nothing.
   *
   * @param {Locator} target
   * @param {Locator} opened
   */
  async clickUntil(target, opened) {
    const deadline = Date.now() + FIRST_LOAD_MS;
    for (;;) {
      await target.click();
      const isThere = await opened.waitFor({ timeout: LOST_MS }).then(
        () => true,
        () => false,
      );
      if (isThere) return;
      if (Date.now() > deadline) throw new Error('A click opens nothing.');
    }
  }

  /**
   * A button that shows in a row under the mouse.
   *
   * @param {Locator} row
   * @param {string} title of the command
   */
  async inlineAction(row, title) {
    await row.hover();
    await row.getByRole('button', { name: title }).click();
  }

  /** @returns {Locator} the text field of quick picks, input boxes and the palette */
  quickInput() {
    return this.page.locator('.quick-input-widget input[type=text]').first();
  }

  /**
   * @param {string | RegExp} text
   * @returns {Locator} a choice in the open quick pick
   */
  choice(text) {
    return this.page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ hasText: text })
      .first();
  }

  /**
   * Presses a key until the quick input opens: keys are lost while the workbench moves focus.
   *
   * @param {string} key
   */
  async quickOpen(key) {
    for (let left = 8; ; left -= 1) {
      await this.page.keyboard.press(key);
      try {
        await this.quickInput().waitFor({ timeout: 4000 });
        return;
      } catch (error) {
        if (left === 0) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /**
   * Runs a command from the palette.
   *
   * @param {string} title with its category, as the palette shows it
   */
  async command(title) {
    await this.pickFrom('F1', `>${title}`, title);
  }

  /**
   * Opens the quick input, types, and takes the choice. What moves the focus meanwhile closes it, so then it is opened anew.
   *
   * @param {string} key
   * @param {string} text
   * @param {string} title
   */
  async pickFrom(key, text, title) {
    for (let left = 5; ; left -= 1) {
      await this.quickOpen(key);
      try {
        await this.quickInput().fill(text, { timeout: 5000 });
        await this.choice(title).click({ timeout: 15_000 });
        return;
      } catch (error) {
        if (left === 0) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /**
   * Opens a file of the folder in an editor.
   *
   * @param {string} name
   */
  async openFile(name) {
    await this.pickFrom('Control+P', name, name);
    await this.activeEditor(name).locator('.view-lines').first().waitFor();
  }

  /**
   * The editor of a tab that is in front. By its document: a tab comes to the front before its editor shows another text.
   *
   * @param {string} name part of the document's address
   * @returns {Locator}
   */
  activeEditor(name) {
    const tab = this.page.locator('.tab.active').filter({ hasText: name });
    const address = encodeURI(name);
    return this.page
      .locator('.editor-group-container')
      .filter({ has: tab })
      .locator(`.editor-instance .monaco-editor[data-uri*="${address}"]`)
      .first();
  }

  /**
   * Gives the keyboard to the editor of a file that has come to the front.
   *
   * @param {string} name
   */
  async focusEditor(name) {
    await this.activeEditor(name).locator('.view-lines').first().waitFor();
    await this.command('View: Focus Active Editor Group');
    await this.page.locator('.monaco-editor.focused').and(this.activeEditor(name)).waitFor();
  }

  /** Saves what has changed in the editor with the focus. Saved before the change has come, it would never be. */
  async saveChange() {
    const dirty = this.page.locator('.tab.active.dirty').first();
    await dirty.waitFor();
    await this.page.keyboard.press('Control+S');
  }

  /**
   * Takes back the last change of a file, and saves it so.
   *
   * @param {string} name
   */
  async undo(name) {
    await this.focusEditor(name);
    await this.page.keyboard.press('Control+Z');
    await this.saveChange();
  }

  /**
   * @param {string | RegExp} text
   * @returns {Locator} a notification in the corner
   */
  toast(text) {
    return this.page
      .locator('.notifications-toasts .notification-list-item')
      .filter({ hasText: text })
      .first();
  }

  /**
   * Waits until a notification said so. It may be gone again: the editor hides most after ten seconds, which on a machine at
   * work pass before anybody looks. Each counts once.
   *
   * @param {string | RegExp} text
   * @param {number} [timeoutMs]
   */
  async told(text, timeoutMs = TOLD_MS) {
    const deadline = Date.now() + timeoutMs;
    while (!(await matchingToast(this.page, text))) {
      if (Date.now() > deadline) throw new Error(`No notification said ${String(text)}`);
      await sleep(200);
    }
  }

  /**
   * Presses a button of a notification. One that is hidden again, as most are after ten seconds, waits in the list behind the bell.
   *
   * @param {string | RegExp} text
   * @param {string} button
   */
  async answer(text, button) {
    const item = this.page
      .locator(':is(.notifications-toasts, .notifications-center) .notification-list-item:visible')
      .filter({ hasText: text })
      .first();
    const deadline = Date.now() + TOLD_MS;
    for (;;) {
      if (await item.isVisible()) {
        // Under the mouse it stays.
        const isHeld = await item.hover({ timeout: OPEN_MS }).then(
          () => true,
          () => false,
        );
        if (isHeld) {
          await item.getByRole('button', { name: button }).click();
          return;
        }
      } else if (await wasShown(this.page, text)) {
        await this.command('Notifications: Show Notifications');
        await item.waitFor();
        await knowList(this.page);
      }
      if (Date.now() > deadline) throw new Error(`No notification said ${String(text)}`);
      await sleep(200);
    }
  }

  /** @returns {Locator} the open modal dialog */
  dialog() {
    return this.page.locator('.monaco-dialog-box');
  }

  /**
   * Chooses from the menu of the right mouse button. A click within about 100 ms of its opening is lost, so it is repeated.
   *
   * @param {Locator} target
   * @param {string} title
   */
  async contextMenu(target, title) {
    const menu = this.page.locator('.monaco-menu');
    // `Connect` is part of `Disconnect`, so the whole name has to fit.
    const item = menu.getByRole('menuitem', { name: title, exact: true }).first();
    const deadline = Date.now() + MENU_MS;
    for (;;) {
      await target.click({ button: 'right' });
      // On a row that is redrawn just then a click comes to nothing.
      const hasOpened = await menu
        .first()
        .waitFor({ timeout: OPEN_MS })
        .then(() => true)
        .catch(() => false);
      if (!hasOpened && Date.now() <= deadline) continue;
      if (!(await isUnderMenu(target)) && Date.now() <= deadline) {
        await this.page.keyboard.press('Escape');
        continue;
      }
      await item.waitFor({ timeout: 1000 }).catch(() => undefined);
      const isOffered = (await item.isVisible()) && (await item.isEnabled());
      if (isOffered) break;
      // What a menu offers is decided when it opens: the row may have changed since, so it is opened again.
      if (Date.now() > deadline) throw new Error(`The menu does not offer ${title}.`);
      await this.page.keyboard.press('Escape');
      await menu.first().waitFor({ state: 'detached' });
      await this.page.waitForTimeout(250);
    }
    for (let left = 20; left > 0 && (await item.isVisible()); left -= 1) {
      await this.page.waitForTimeout(150);
      await item.click({ timeout: 1000 }).catch(() => undefined);
      await this.page.waitForTimeout(100);
    }
  }

  /**
   * The frame of a webview. There may be several, so it is chosen by what it holds.
   *
   * @param {string} selector
   * @param {number} [timeoutMs]
   * @returns {Promise<Frame>}
   */
  async webview(selector, timeoutMs = FIRST_LOAD_MS) {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      for (const frame of this.page.frames()) {
        if (await holds(frame, selector)) return frame;
      }
      if (Date.now() > deadline) throw new Error(`No webview holds ${selector}`);
      await this.page.waitForTimeout(100);
    }
  }
}

/**
 * Whether a menu that was opened on a row of one of our trees is that row's: rows move while they are redrawn, and the one that
 * the menu is for has the focus.
 *
 * @param {Locator} target
 */
async function isUnderMenu(target) {
  return target.evaluate((element) => {
    const row = element.closest('.customview-tree .monaco-list-row');
    return row === null || row.classList.contains('focused');
  });
}

/**
 * @param {Frame} frame
 * @param {string} selector
 */
async function holds(frame, selector) {
  // An extension's page is the second frame below the window.
  if (!frame.parentFrame()?.parentFrame()) return false;
  try {
    return (await frame.locator(selector).count()) > 0;
  } catch {
    // The frame went away while we looked.
    return false;
  }
}

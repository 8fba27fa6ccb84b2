import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { waitFor } from '../clusters/waitFor';
import { Rig } from './support/rig';
import {
  healthy,
  malicious,
  noPrivilege,
  notConnected,
  reconnecting,
  restricted,
  trouble,
} from './support/states';

/** Ten seconds, and what a timer may come early by. */
const LEAST_QUIET_MS = 9_900;

describe('dashboard', () => {
  let rig: Rig;
  before(async () => {
    rig = await Rig.start();
  });
  afterEach(() => rig.closeAll());
  after(() => rig.stop());

  it('answers in one sentence whether it is all right', async () => {
    const good = await rig.open([healthy]);
    const heading = good.page.getByRole('heading', { level: 1 });
    assert.match(
      await heading.innerText(),
      /^healthy:\s+4 of 4 replicas healthy · worst lag 38\u00a0ms$/,
    );
    const bad = await rig.open([trouble]);
    assert.match(
      await bad.page.getByRole('heading', { level: 1 }).innerText(),
      /1 of 4 replicas healthy · patterns_sub stopped 4\u00a0min ago, 4 more problems$/,
    );
  });

  it('lists what needs attention, worst first, and shows why on a click', async () => {
    const { page } = await rig.open([trouble]);
    const rows = page.getByRole('region', { name: 'Needs attention' }).getByRole('button');
    assert.equal(await rows.count(), 5);
    assert.equal(await rows.first().getAttribute('aria-current'), 'true');
    await page.getByText('disabled, 1 apply error').waitFor();
    await rows.nth(4).click();
    await page.getByRole('heading', { name: 'vengeance → central' }).waitFor();
    const details = page.getByRole('region', { name: 'vengeance → central' });
    await details.getByRole('rowheader', { name: 'Waiting' }).waitFor();
    assert.match(await details.innerText(), /412/);
  });

  it('says nothing of problems while there is none', async () => {
    const { page } = await rig.open([healthy]);
    assert.equal(await page.getByText('Needs attention').count(), 0);
  });

  it('draws every node and link with its name, state and lag for a screen reader', async () => {
    const { page } = await rig.open([trouble]);
    const map = page.getByRole('listbox', { name: /^Topology map, 7 nodes/ });
    const names = await map
      .getByRole('option')
      .evaluateAll((options) => options.map((option) => option.getAttribute('aria-label')));
    assert.equal(names.length, 14);
    for (const expected of [
      'central, publisher · 17.2, healthy, 4 publications, 5 slots, 41 of 200 connections',
      'central to central-read, streaming, not streaming: not streaming for 12\u00a0s, central_read · 14\u00a0MB',
      'central to genesis, logical, streaming: streaming · 14\u00a0ms, job_stats_sub · 17\u00a0kB',
      'central to genesis, logical, idle: idle · caught up, metrics_sub · 0\u00a0B',
      'vengeance to central, queue, growing: 412 queued · +29/min, pending_sync',
    ]) {
      assert.ok(names.includes(expected), `${expected}\n is not among\n ${names.join('\n ')}`);
    }
  });

  it('marks what is selected on the map, whatever its tone', async () => {
    const { page } = await rig.open([healthy]);
    const fill = (id: string) =>
      page
        .locator(`.map [data-id="${id}"] .edge__pick`)
        .evaluate((pick) => getComputedStyle(pick).fill);
    const unselected = await fill('logical/genesis/metrics_sub');
    assert.notEqual(await fill('streaming/central-read'), unselected);
    await page
      .locator('.map [data-id="logical/genesis/metrics_sub"] .edge__pick')
      .click({ position: { x: 30, y: 4 } });
    await page.getByText('subscription metrics_sub').waitFor();
    await page.mouse.move(0, 0);
    assert.notEqual(await fill('logical/genesis/metrics_sub'), unselected);
    assert.equal(await fill('streaming/central-read'), unselected);
  });

  it('has a list that says what the map says', async () => {
    const { page } = await rig.open([trouble]);
    await page.getByRole('radio', { name: 'List' }).check();
    const table = page.getByRole('region', { name: 'Topology as a table' });
    const row = table.getByRole('row', { name: /central-archive/ });
    assert.match(await row.innerText(), /lag unknown[\s\S]*unknown[\s\S]*unknown/);
    assert.equal(await page.getByRole('listbox').count(), 0);
    await table.getByRole('button', { name: 'genesis' }).first().click();
    await page.getByRole('heading', { name: 'genesis', exact: true }).waitFor();
  });

  it('has a table for every chart, with unknown never as zero', async () => {
    const { page } = await rig.open([trouble]);
    assert.equal(await page.locator('canvas').count(), 3);
    await page.getByRole('radio', { name: 'Tables' }).check();
    for (const name of ['Lag', 'Behind', 'Queue depth']) {
      await page.getByRole('region', { name: `${name} as a table` }).waitFor();
    }
    assert.equal(await page.locator('canvas').count(), 0);
    const lag = page.getByRole('region', { name: 'Lag as a table' });
    const cells = await lag
      .getByRole('row', { name: /central-archive/ })
      .getByRole('cell')
      .allInnerTexts();
    assert.equal(cells[0], 'unknown');
    assert.match(cells.at(-1) ?? '', /min/);
    await page.getByRole('radio', { name: 'Charts' }).check();
    assert.equal(await page.locator('canvas').count(), 3);
  });

  it('lists queues with what waits in them, and drains one', async () => {
    const { page, host } = await rig.open([trouble]);
    const queues = page.getByRole('region', { name: 'Queues', exact: true }).last();
    const row = queues.getByRole('row').nth(1);
    assert.match(
      await row.innerText(),
      /vengeance[\s\S]*412 queued · \+29\/min[\s\S]*online[\s\S]*11\u00a0min ago/,
    );
    await row.getByRole('button', { name: 'Drain Queue…' }).click();
    await until(() => Promise.resolve(host.commands.length > 0));
    assert.deepEqual(host.commands, [
      { command: 'drainQueue', target: { topologyId: trouble.id, subject: 'queue/vengeance' } },
    ]);
  });

  it('lists slots with what they keep and what is left', async () => {
    const { page } = await rig.open([trouble]);
    const slots = page.getByRole('region', { name: 'Slots as a table' });
    const first = slots.getByRole('row').nth(1);
    assert.match(
      await first.innerText(),
      /electric_slot_default[\s\S]*inactive for 2\u00a0h 6\u00a0min[\s\S]*9\.1\u00a0GB/,
    );
    await slots.getByRole('img', { name: /^9[01] percent of the limit used$/ }).waitFor();
  });

  it('marks values from before the reconnect with "was" and their age', async () => {
    const { page } = await rig.open([reconnecting]);
    const heading = await page.getByRole('heading', { level: 1 }).innerText();
    assert.match(heading, /Reconnecting · 2 of 6 nodes have answered$/);
    await page.locator('.map text', { hasText: 'was 38\u00a0ms, 2\u00a0min ago' }).waitFor();
    assert.equal(await page.locator('.node--stale').count(), 5);
  });

  it('shows what the file declares in Restricted Mode, and how to get out of it', async () => {
    const { page, host } = await rig.open([restricted]);
    await page.getByText('No server is contacted and no password is read').waitFor();
    assert.equal((await page.getByText('not asked').count()) > 5, true);
    assert.equal(await page.getByRole('heading', { name: 'History' }).count(), 0);
    await page.getByRole('button', { name: 'Manage Workspace Trust' }).click();
    await until(() => host.commands.length === 1);
    assert.equal(host.commands[0]?.command, 'manageTrust');
  });

  it('offers to connect where nobody was asked yet', async () => {
    const { page, host } = await rig.open([notConnected]);
    await page.locator('.banner').getByRole('button', { name: 'Connect' }).click();
    await until(() => host.commands.length === 1);
    assert.deepEqual(host.commands[0], {
      command: 'connect',
      target: { topologyId: notConnected.id, subject: null },
    });
  });

  it('gives the statement to copy where a privilege is missing', async () => {
    const { page } = await rig.open([noPrivilege]);
    await page.getByText('GRANT pg_monitor TO "monitor";').waitFor();
    await page.getByRole('button', { name: 'Copy Statement' }).click();
    await page.getByText('Statement copied.').waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied, 'GRANT pg_monitor TO "monitor";');
  });

  it('says what to do without a topology file', async () => {
    const { page, host } = await rig.open([]);
    await page.getByRole('heading', { name: 'No topology file yet' }).waitFor();
    await page.getByRole('button', { name: 'Create Topology File' }).click();
    await until(() => host.commands.length === 1);
  });

  it('chooses between several topology files', async () => {
    const other = { ...trouble, id: 'file:///workspace/other.pg-topology.json' };
    const { page } = await rig.open([healthy, other]);
    await page.getByRole('combobox', { name: 'Topology file' }).selectOption(other.id);
    await page.getByRole('heading', { level: 1, name: /patterns_sub stopped/ }).waitFor();
  });

  it('follows what somebody outside asks to see', async () => {
    const { page, host } = await rig.open([healthy]);
    host.session.show({ topologyId: healthy.id, id: 'logical/genesis/metrics_sub' });
    await page.getByText('subscription metrics_sub').waitFor();
  });

  it('comes back as the user left it', async () => {
    const { page, host } = await rig.open([healthy], {
      savedState: {
        topologyId: healthy.id,
        selectedId: 'genesis',
        view: 'list',
        historyAs: 'tables',
      },
    });
    await page.getByRole('heading', { name: 'genesis', exact: true }).waitFor();
    await page.getByRole('region', { name: 'Topology as a table' }).waitFor();
    await page.getByRole('region', { name: 'Lag as a table' }).waitFor();
    assert.deepEqual(host.received[0], {
      kind: 'event',
      name: 'ready',
      payload: { topologyId: healthy.id, selectedId: 'genesis' },
    });
  });

  it('finds a node with the way to it', async () => {
    const { page } = await rig.open([healthy]);
    await page.getByRole('searchbox', { name: 'Find a node' }).fill('archive');
    const boxes = page.locator('.map .node');
    await until(async () => (await boxes.count()) === 3);
    await page.getByRole('searchbox', { name: 'Find a node' }).fill('nothing like this');
    await page.getByText('No node matches.').waitFor();
  });

  it('shows names from servers as text, wherever they stand', async () => {
    const { page } = await rig.open([malicious]);
    for (const view of ['List', 'Map']) await page.getByRole('radio', { name: view }).check();
    await page.getByRole('radio', { name: 'Tables' }).check();
    await page.getByText('<img src=x onerror=window.__pwned=1>').first().waitFor();
    const harm = await page.evaluate(() => ({
      pwned: '__pwned' in window,
      images: document.querySelectorAll('img').length,
      scripts: document.querySelectorAll('script').length,
      links: document.querySelectorAll('a').length,
    }));
    assert.deepEqual(harm, { pwned: false, images: 0, scripts: 1, links: 0 });
  });

  it('ignores messages that are malformed', async () => {
    const { page, send } = await rig.open([healthy]);
    const before = await page.locator('#dashboard').innerHTML();
    for (const message of [
      null,
      'snapshot',
      { kind: 'event', name: 'snapshot', payload: { state: 'none' } },
      { kind: 'event', name: 'snapshot', payload: null },
      { kind: 'event', name: 'eval', payload: 'alert(1)' },
      { kind: 'answer', id: 99, payload: {} },
    ]) {
      await send(message);
    }
    assert.equal(await page.locator('#dashboard').innerHTML(), before);
  });

  it('redraws nothing when a poll brings the same', async () => {
    const { page, host } = await rig.open([healthy]);
    await page.locator('canvas').first().waitFor();
    // All that it asked for has come, see `rig.open`.
    await settled(page);
    await page.evaluate(() => {
      const counts = { mutations: 0, strokes: 0 };
      new MutationObserver((records) => (counts.mutations += records.length)).observe(
        document.documentElement,
        { subtree: true, childList: true, attributes: true, characterData: true },
      );
      // The method as a plain property, to be called with the canvas it belongs to.
      const canvas = CanvasRenderingContext2D.prototype as unknown as {
        stroke: (this: CanvasRenderingContext2D, ...path: unknown[]) => void;
      };
      const { stroke } = canvas;
      canvas.stroke = function (...path) {
        counts.strokes += 1;
        stroke.apply(this, path);
      };
      Object.assign(window, { redrawn: counts });
    });
    const redrawn = () => page.evaluate(() => (window as unknown as { redrawn: unknown }).redrawn); // Set just above.
    host.nowMs += 1_000;
    host.publish({ ...healthy });
    await settled(page);
    assert.deepEqual(await redrawn(), { mutations: 0, strokes: 0 });
    host.publish({ ...trouble, version: 42 });
    await page.getByRole('heading', { level: 1, name: /patterns_sub stopped/ }).waitFor();
    assert.notDeepEqual(await redrawn(), { mutations: 0, strokes: 0 });
  });

  it('tells a screen reader of changes, at most every ten seconds', async () => {
    const { page, host } = await rig.open([healthy]);
    const said = page.getByRole('status').first();
    assert.match(await said.innerText(), /4 of 4 replicas healthy/);
    assert.equal(await said.getAttribute('aria-live'), 'polite');
    // By the page's own clock, which a slow test does not move.
    await said.evaluate((region) => {
      const times: number[] = [];
      new MutationObserver(() => times.push(performance.now())).observe(region, {
        childList: true,
        characterData: true,
        subtree: true,
      });
      Object.assign(window, { saidAt: times });
    });
    const saidAt = () => page.evaluate(() => (window as unknown as { saidAt: number[] }).saidAt); // Set just above.
    host.publish({ ...trouble, version: 42 });
    await page.getByRole('heading', { level: 1, name: /patterns_sub stopped/ }).waitFor();
    await until(async () => /patterns_sub stopped/u.test(await said.innerText()));
    host.publish({ ...healthy, version: 43 });
    await page.getByRole('heading', { level: 1, name: /4 of 4 replicas healthy/ }).waitFor();
    await until(async () => /4 of 4 replicas healthy/u.test(await said.innerText()));
    const [first = 0, second = 0, ...more] = await saidAt();
    assert.ok(second - first >= LEAST_QUIET_MS, `${first} ms, then ${second} ms`);
    assert.deepEqual(more, []);
  });
});

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  await waitFor(isTrue, { what: 'it is so' });
}

/** Two frames and a turn: whatever was due to be drawn has been drawn. */
async function settled(page: Page): Promise<void> {
  await page.waitForTimeout(300);
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      }),
  );
}

import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { CHECKED, CHECKED_IN_TROUBLE } from './support/checks';
import { Rig } from './support/rig';
import { healthy, trouble } from './support/states';

const WAL = 3 * 1024 ** 2;

/** As recorded, with rates and drains: every chart there is. */
const full = {
  ...healthy,
  nodes: healthy.nodes.map((node) =>
    node.role === 'primary' ? { ...node, walBytesPerSecond: WAL } : node,
  ),
  queues: healthy.queues.map((queue) => ({
    ...queue,
    past: {
      atMs: healthy.takenAtMs,
      points: [3_600_000, 1_800_000, 0].map((ago, index) => ({
        edgeId: 'e',
        edge: queue.nodeId,
        atMs: Math.floor((healthy.takenAtMs - ago) / 300_000) * 300_000,
        depth: 500 - 200 * index,
        drained: 200,
        conflicts: 0,
        latencyMs: 20 + index,
      })),
    },
  })),
};

describe('history on the dashboard', () => {
  let rig: Rig;
  before(async () => {
    rig = await Rig.start();
  });
  afterEach(() => rig.closeAll());
  after(() => rig.stop());

  const slider = (page: Page, title: string) =>
    page.getByRole('slider', { name: new RegExp(`^${title}`) });
  const range = (page: Page, label: string) =>
    page.getByRole('radio', { name: label, exact: true });

  it('looks back over three ranges, and comes back to the one that was chosen', async () => {
    const { page } = await rig.open([full], { checks: CHECKED, savedState: { range: '1h' } });
    await slider(page, 'Lag, last hour').waitFor();
    assert.equal(await range(page, '1 h').isChecked(), true);
    await page.getByText('the worst of each minute').waitFor();
    for (const title of ['Behind', 'Queue depth', 'WAL rate', 'Sentinel latency']) {
      await slider(page, `${title}, last hour`).waitFor();
    }
    await range(page, '15 min').check();
    await slider(page, 'Lag, last 15 minutes').waitFor();
    assert.equal(await slider(page, 'Latency of drains').count(), 0);
    await range(page, '24 h').check();
    await slider(page, 'Lag, last 24 hours').waitFor();
    // What the primary has of drains joins in where it is known.
    await slider(page, 'Depth at drains, last 24 hours').waitFor();
    await page.getByRole('radio', { name: 'Tables' }).check();
    const drains = page.getByRole('region', { name: 'Latency of drains as a table' });
    assert.match(await drains.getByRole('row').nth(1).innerText(), /vengeance\s+22\u00a0ms/);
    const checks = page.getByRole('region', { name: 'Sentinel latency as a table' });
    assert.equal(
      (await checks.getByRole('columnheader').allInnerTexts()).join(' '),
      'Series Now p50 p95 p99 Worst Late',
    );
  });

  it('moves one line through all charts by keyboard, and the keys say what was then', async () => {
    const { page, host } = await rig.open([full], { checks: CHECKED });
    const lag = slider(page, 'Lag');
    await lag.focus();
    for (let times = 0; times < 4; times += 1) await page.keyboard.press('ArrowLeft');
    const then = await lag.getAttribute('aria-valuetext');
    assert.match(then ?? '', /^14:31:45: central-read \d+\u00a0ms, /);
    const texts = await page
      .getByRole('slider')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-valuetext')?.slice(0, 9)));
    assert.deepEqual([...new Set(texts)], ['14:31:45:']);
    await page.getByRole('heading', { name: 'History at 14:31:45' }).waitFor();
    // A poll draws the next point and leaves the line where it is.
    host.publish({ ...full, version: 42, takenAtMs: full.takenAtMs + 5_000 });
    await page.waitForFunction(
      () => document.querySelector('[data-chart=lag]')?.getAttribute('aria-valuenow') === '175',
    );
    assert.equal((await lag.getAttribute('aria-valuetext'))?.slice(0, 8), '14:31:45');
    await page.keyboard.press('Escape');
    assert.match((await lag.getAttribute('aria-valuetext')) ?? '', /^now: /);
  });

  it('moves the charts to an event, over the range that has it', async () => {
    const { page } = await rig.open([trouble], { checks: CHECKED_IN_TROUBLE });
    const events = page.getByRole('region', { name: 'Events' });
    await events
      .getByRole('button', { name: /patterns_sub/ })
      .first()
      .click();
    await page.getByRole('heading', { name: /^History at 14:2/ }).waitFor();
    await slider(page, 'Lag, last 15 minutes').waitFor();
    await events.getByRole('button').last().click();
    await slider(page, 'Lag, last 24 hours').waitFor();
    assert.match((await slider(page, 'Lag').getAttribute('aria-valuetext')) ?? '', /^12:/);
    // What was late has no number at any time.
    await range(page, '15 min').check();
    const latency = slider(page, 'Sentinel latency');
    await latency.focus();
    await page.keyboard.press('End');
    assert.match(
      (await latency.getAttribute('aria-valuetext')) ?? '',
      /patterns_sub over 10\u00a0s/,
    );
  });

  it('gives its points and its tables to copy', async () => {
    const { page } = await rig.open([full]);
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    await page.getByRole('button', { name: 'Copy as CSV' }).click();
    await page.getByText('Points copied.').waitFor();
    assert.match(await copied(), /^time,measure,unit,series,value\n2026-11-21T14:1/);
    await page.locator('#history').getByRole('button', { name: 'Copy as Markdown' }).click();
    await page.getByText('Tables copied.').waitFor();
    assert.match(await copied(), /\| Lag \| Now \| Median \| p95 \| Worst \| Unknown for \|/);
  });

  it('fits into a narrow panel', async () => {
    const { page } = await rig.open([full], { width: 460, checks: CHECKED });
    await slider(page, 'Sentinel latency').waitFor();
    const widths = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    assert.deepEqual(widths, [460, 460]);
  });
});

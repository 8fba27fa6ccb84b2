import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { waitFor } from '../clusters/waitFor';
import {
  checked,
  CHECKED,
  CHECKED_HUNDRED,
  CHECKED_IN_TROUBLE,
  edgeChecks,
} from './support/checks';
import { Rig } from './support/rig';
import { healthy, hundred, malicious, restricted, trouble } from './support/states';

describe('dashboard checks', () => {
  let rig: Rig;
  before(async () => {
    rig = await Rig.start();
  });
  afterEach(() => rig.closeAll());
  after(() => rig.stop());

  const section = (page: Page) => page.getByRole('region', { name: /^Checks/ }).first();
  const rowsOf = async (page: Page) => {
    const rows = section(page).getByRole('row');
    const texts = await rows.allInnerTexts();
    return texts.slice(1).map((text) => text.replaceAll(/[\s\u00a0]+/gu, ' ').trim());
  };

  it('tells the last result of each link, rows and positions apart', async () => {
    const { page, host } = await rig.open([healthy], { checks: CHECKED });
    assert.deepEqual(await rowsOf(page), [
      'central → central-read streaming row arrived in 18 ms 2 s ago 15 ms 18 ms – 18 ms –',
      'central-read → central-archive streaming row arrived in 56 ms 2 s ago 47 ms 55 ms – 56 ms –',
      'patterns_sub central → singularity row arrived in 13 ms 2 s ago 11 ms 13 ms – 13 ms –',
      'job_stats_sub central → genesis row arrived in 21 ms 2 s ago 17 ms 20 ms – 21 ms –',
      'metrics_sub central → genesis position passed in 11 ms 25 s ago – – – 11 ms –',
      'electric not Postgres position passed in 210 ms 25 s ago – – – 210 ms –',
    ]);
    await section(page).getByText('metrics_sub: without a sentinel table a check proves').waitFor();
    await section(page).getByRole('button', { name: 'Install Sentinel Table…' }).click();
    await until(() => host.commands.length === 1);
    const target = { topologyId: healthy.id, subject: 'central' };
    assert.deepEqual(host.commands[0], { command: 'installSentinel', target });
  });

  it('puts what did not arrive first, with its cause and without a number', async () => {
    const { page } = await rig.open([trouble], { checks: CHECKED_IN_TROUBLE });
    const rows = await rowsOf(page);
    assert.match(rows[0] ?? '', /not within 10 s: not streaming 25 s ago/);
    assert.match(rows[1] ?? '', /patterns_sub .* not within 10 s: stopped by an error/);
    assert.match(rows[2] ?? '', /could not be checked · central-archive did not answer/);
    assert.match(rows[3] ?? '', /job_stats_sub .* row arrived in 21 ms/);
    await section(page).getByText('1 link under way').waitFor();
  });

  it('says what a check is where none was run, and runs all of them', async () => {
    const { page, host } = await rig.open([healthy]);
    await section(page).getByText('Nothing was checked in this window yet.').waitFor();
    await section(page).getByRole('button', { name: 'Run Checks' }).click();
    await page.locator('.head').getByRole('button', { name: 'Run Checks' }).click();
    await until(() => host.commands.length === 2);
    const all = { command: 'runChecks', target: { topologyId: healthy.id, subject: null } };
    assert.deepEqual(host.commands, [all, all]);
  });

  it('runs the check of the selected link alone', async () => {
    const { page, host } = await rig.open([healthy], { checks: CHECKED });
    await section(page).getByRole('button', { name: 'metrics_sub' }).click();
    await page.getByText('subscription metrics_sub').waitFor();
    await page.getByRole('rowheader', { name: 'Last check' }).waitFor();
    await page.getByRole('button', { name: 'Run Check', exact: true }).click();
    await until(() => host.commands.length === 1);
    assert.deepEqual(host.commands[0], {
      command: 'runChecks',
      target: { topologyId: healthy.id, subject: 'logical/genesis/metrics_sub' },
    });
  });

  it('shows at once that a check is under way, and what came of it', async () => {
    const { page, host } = await rig.open([healthy]);
    const running = edgeChecks([checked('streaming/central-read', { outcome: 'cancelled' })], true);
    host.checked([{ ...running, results: [] }]);
    await section(page).getByText('The first check is under way').waitFor();
    host.checked(CHECKED.slice(0, 1));
    await section(page).getByText('row arrived in 18').waitFor();
  });

  it('asks to check continuously, and is ticked only while that is so', async () => {
    const { page, host } = await rig.open([healthy], { checks: CHECKED });
    const box = section(page).getByRole('checkbox', { name: 'Check continuously' });
    await box.click();
    await until(() => host.commands.length === 1);
    assert.equal(host.commands[0]?.command, 'startContinuousChecks');
    assert.equal(await box.isChecked(), false, 'nobody has said yes yet');
    host.checked(CHECKED, true);
    await section(page).getByText('round after round').waitFor();
    assert.equal(await box.isChecked(), true);
    await box.click();
    await until(() => host.commands.length === 2);
    assert.equal(host.commands[1]?.command, 'stopContinuousChecks');
    host.checked(CHECKED, false);
    await until(async () => !(await box.isChecked()));
  });

  it('keeps a long list short', async () => {
    const { page } = await rig.open([hundred], { checks: CHECKED_HUNDRED });
    const rows = await rowsOf(page);
    assert.equal(rows.length, 12);
    assert.match(rows.join('\n'), /not within 10 s: slot lost/);
    await section(page)
      .getByText(/^88 more arrived, slowest/)
      .waitFor();
  });

  it('is not there where nothing may be asked', async () => {
    const { page } = await rig.open([restricted]);
    assert.equal(await page.getByRole('heading', { name: 'Checks' }).count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Run Checks' }).count(), 0);
  });

  it('shows what servers say as text', async () => {
    const [edge] = malicious.edges;
    assert.ok(edge !== undefined);
    const text = '<img src=x onerror=window.__pwned=1>';
    const failure = {
      reason: 'other' as const,
      text,
      advice: text,
      sqlstate: null,
      serverMessage: text,
      endpoint: null,
      user: text,
    };
    const checks = [edgeChecks([checked(edge.id, { outcome: 'notPossible', failure })])];
    const { page } = await rig.open([malicious], { checks });
    await section(page).getByText(text).first().waitFor();
    assert.equal(await page.locator('img').count(), 0);
  });
});

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  await waitFor(isTrue, { what: 'it is so' });
}

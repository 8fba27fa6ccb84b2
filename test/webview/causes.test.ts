import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { parseIncident } from '../../src/protocol/incident';
import { IncidentMaker } from '../../src/panels/incidentMaker';
import { IncidentSession } from '../../src/panels/incidentSession';
import { waitFor } from '../clusters/waitFor';
import { CHECKED_IN_TROUBLE } from './support/checks';
import { FAULTS } from './support/faults';
import { HOSTILE, hostileTopology } from './support/hostile';
import { type OpenDashboard, Rig } from './support/rig';
import { healthy, trouble } from './support/states';

describe('dashboard causes', () => {
  let rig: Rig;
  before(async () => {
    rig = await Rig.start();
  });
  after(() => rig.stop());

  const details = (page: Page) => page.locator('.details');

  describe('from a problem to its cause', () => {
    let open: OpenDashboard;
    before(async () => {
      open = await rig.open([healthy]);
    });
    after(() => rig.closeAll());

    for (const { name, snapshot, subject, named, shown } of FAULTS) {
      // The status item and its pick are the two clicks; the pick shows the subject here.
      it(`names ${name}`, async () => {
        const { page, host } = open;
        // Whoever asks may have been reading somewhere else.
        await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
        host.publish({ ...snapshot, version: host.received.length + 100 });
        host.session.show({ topologyId: snapshot.id, id: subject });
        const told = details(page).locator('.verdict').getByText(named).first();
        await told.waitFor();
        await until(() =>
          told.evaluate((element) => {
            const { top, bottom } = element.getBoundingClientRect();
            return top >= 0 && bottom <= document.documentElement.clientHeight;
          }),
        );
        await details(page).getByText(shown).first().waitFor();
        const current = page.locator('.problem[aria-current]');
        assert.match(await current.innerText(), named);
      });
    }

    it('has the worst open without a click', async () => {
      const { page, host } = open;
      host.publish({ ...trouble, version: 900 });
      host.session.show({ topologyId: trouble.id, id: null });
      await details(page)
        .getByText(/patterns_sub on singularity was stopped/)
        .waitFor();
      const first = page.locator('.problem').first();
      assert.equal(await first.getAttribute('aria-current'), 'true');
    });

    it('copies the query behind a fact, and the whole as Markdown', async () => {
      const { page } = open;
      await details(page).getByRole('button', { name: 'Copy Query of Apply worker' }).click();
      await page.getByText('Query copied.').waitFor();
      const copied = () => page.evaluate(() => navigator.clipboard.readText());
      assert.match(await copied(), /^SELECT .* FROM pg_stat_subscription/u);
      await details(page).getByRole('button', { name: 'Copy as Markdown' }).click();
      await page.getByText('Diagnosis copied.').waitFor();
      assert.match(await copied(), /patterns\\_sub on singularity was stopped/u);
    });

    it('answers what could be lost, where the command asks for it, and as Markdown', async () => {
      const { page, host } = open;
      host.session.show({ topologyId: trouble.id, id: null, section: 'loss' });
      const head = page.getByRole('heading', { name: 'Could I lose data now?' });
      await until(async () => head.evaluate((element) => element === document.activeElement));
      const table = page.getByRole('region', { name: 'What has not arrived' });
      assert.match(await table.innerText(), /queue of vengeance\s+412 operations/u);
      await page.locator('.loss').getByText('As of 14:32:0').waitFor();
      await page.locator('.loss').getByRole('button', { name: 'Copy as Markdown' }).click();
      await page.getByText('Answer copied.').waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.match(copied, /412 operations/u);
    });

    it('shows what could be lost whole in a narrow panel too', async () => {
      const { page } = open;
      const table = page.getByRole('region', { name: 'What has not arrived' });
      const { width, height } = page.viewportSize() ?? { width: 1440, height: 900 };
      await page.setViewportSize({ width: 440, height });
      await until(() => page.evaluate(() => window.innerWidth === 440));
      const [inside, room] = await table.evaluate((element) => [
        element.scrollWidth,
        element.clientWidth,
      ]);
      assert.equal(inside, room);
      await page.setViewportSize({ width, height });
    });

    it('says of a number what it is, where from, and how to read it again', async () => {
      const { page } = open;
      const row = page.locator('.slots').getByRole('row', { name: /electric_slot_default/ });
      assert.match(await row.innerText(), /about 13\u00a0min/u);
      const left = page.locator('.slots').getByRole('row', { name: /patterns_sub/ });
      assert.match(await left.innerText(), /about 2\u00a0h 18\u00a0min by the file/u);
      const kept = row.getByRole('button', { name: '9.1\u00a0GB' });
      assert.match(
        (await kept.getAttribute('title')) ?? '',
        /^WAL that slot electric_slot_default keeps[^]*\npg_replication_slots on central, \d+/u,
      );
      await kept.click();
      const card = page.getByRole('dialog', { name: 'Where a number comes from' });
      await card.getByText(/WHERE slot_name = 'electric_slot_default'/u).waitFor();
      await card.getByRole('button', { name: 'Copy Value' }).click();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), '9.1\u00a0GB');
      await page.keyboard.press('Escape');
      assert.equal(await card.isVisible(), false);
    });

    it('lists what happened, filters it, and goes to what is clicked', async () => {
      const { page } = open;
      const list = page.getByRole('region', { name: 'Events' });
      const texts = await list.locator('time').allInnerTexts();
      assert.ok(texts.length >= 5);
      assert.deepEqual(texts, texts.toSorted().toReversed());
      await list.getByRole('radio', { name: 'Checks' }).check();
      await list.getByText('No check ended otherwise').waitFor();
      await list.getByRole('radio', { name: 'States' }).check();
      await list.getByRole('button', { name: /Queue of vengeance grows/ }).click();
      await page.getByRole('heading', { name: 'vengeance → central' }).waitFor();
      await page
        .locator('.history')
        .getByText(/^at 14:1\d/u)
        .waitFor();
    });
  });

  it('takes 50 hostile texts for text, and keeps its layout', async () => {
    assert.ok(HOSTILE.length >= 50);
    const { page, problems } = await rig.open([hostileTopology]);
    const harm = () =>
      page.evaluate(() => ({
        pwned: '__pwned' in window,
        made: document.querySelectorAll('#dashboard :is(img, script, a, iframe, style, link, form)')
          .length,
        sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      }));
    const fine = { pwned: false, made: 0, sideways: 0 };
    await details(page).locator('.quote').first().waitFor();
    assert.deepEqual(await harm(), fine);
    const rows = page.locator('.problem');
    for (const index of [0, 3, 7]) {
      await rows.nth(index).click();
      await details(page).getByText('Held by pid 8114').waitFor();
      assert.deepEqual(await harm(), fine);
    }
    const outside = await page.evaluate(() =>
      ['.details', '.problems', '.head', '.aside'].filter((name) => {
        const part = document.querySelector(name);
        return part === null || part.scrollWidth > part.clientWidth + 1;
      }),
    );
    assert.deepEqual(outside, []);
    await page.getByRole('radio', { name: 'List' }).check();
    await page.getByRole('radio', { name: 'Tables' }).check();
    await page.getByRole('region', { name: 'Topology as a table' }).waitFor();
    assert.deepEqual(await harm(), fine);
    for (const width of [900, 700, 460]) {
      await page.setViewportSize({ width, height: 900 });
      await until(async () => (await harm()).sideways <= 0);
      assert.deepEqual(await harm(), fine, `${width} px`);
    }
    assert.deepEqual(problems, []);
    await rig.closeAll();
  });

  it('opens an exported incident as it was, read-only and without any server', async () => {
    const live = await rig.open([trouble], { checks: CHECKED_IN_TROUBLE });
    const seen = async (page: Page) => {
      await details(page).getByRole('rowheader', { name: 'Apply worker' }).waitFor();
      await page.locator('.event').first().waitFor();
      return {
        head: await page.getByRole('heading', { level: 1 }).innerText(),
        problems: await page.locator('.problem').allInnerTexts(),
        details: await details(page).locator('.details__head, .details__evidence').allInnerTexts(),
        events: await page.locator('.event').allInnerTexts(),
        loss: await page.locator('.loss').innerText(),
        slots: await page.locator('.slots table').innerText(),
      };
    };
    const before = await seen(live.page);
    const text = await new IncidentMaker(live.host.deps).make(trouble.id, true);
    const incident = parseIncident(text);
    const { page } = await rig.openWith(
      (post) => new IncidentSession(live.host.deps, incident, 'x.pg-incident.json', post),
    );
    assert.deepEqual(await seen(page), before);
    await page.getByText('Incident, read-only.').waitFor();
    const buttons = await page.locator('pgt-button').allInnerTexts();
    const acting = buttons.filter((label) => !/^(?:Copy|Could I Lose)/u.test(label.trim()));
    assert.deepEqual(acting, []);
    await page.locator('canvas').first().waitFor();
    await rig.closeAll();
  });
});

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  await waitFor(isTrue, { what: 'it is so' });
}

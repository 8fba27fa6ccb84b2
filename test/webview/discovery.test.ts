import assert from 'node:assert/strict';
import { waitFor } from '../clusters/waitFor';
import { openDiscovery } from './support/discoveryRig';
import { found, hostileProposal, nothingFound, twenty } from './support/proposals';
import { Rig } from './support/rig';
import { THEMES } from './support/themes';
import { violationsOf } from './support/violations';

describe('map of a discovery', () => {
  let rig: Rig;
  before(async () => {
    rig = await Rig.start();
  });
  afterEach(() => rig.closeAll());
  after(() => rig.stop());

  it('shows what was found, how sure it is, and what that rests on', async () => {
    const { page } = await openDiscovery(rig, found);
    await page
      .getByRole('heading', { name: '5 nodes and 4 links found, 1 with a problem, 3 guessed' })
      .waitFor();
    const options = await page
      .getByRole('option')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
    assert.deepEqual(options, [
      'central to central-read, streaming, seen: streaming, central_read',
      'central to singularity, logical, seen: logical, patterns_sub',
      'genesis to central, queue, guessed: queue · guessed, pgtopology.pending_sync',
      'central to electric, logical, seen: slot, electric_slot',
      'central-read to central-archive, streaming, guessed: streaming · guessed, no slot',
      'central, primary, in the file, central.internal:5432',
      'central-read, standby, central-read.internal:5432',
      'singularity, subscriber, singularity.internal:5432',
      'genesis, edge, genesis.internal:5432',
      'electric, reads a slot',
      'central-archive, standby, guessed, not reached, 10.0.0.9',
    ]);
    const dashes = async (key: string) =>
      page
        .locator(`.map g:has(> [data-id="${key}"]) .edge__line`)
        .first()
        .evaluate((line) => getComputedStyle(line).strokeDasharray);
    assert.deepEqual(
      await Promise.all(['edge/0', 'edge/1', 'edge/2', 'edge/3'].map(dashes)),
      ['none', '7px, 4px', 'none', '7px, 4px'],
      'solid is seen, dashed is guessed, whatever the kind',
    );
    await page.getByRole('option', { name: /^central to central-read,/ }).click();
    assert.deepEqual(await page.locator('.details .said li').allInnerTexts(), [
      'client_addr 10.0.0.7 in pg_stat_replication on central, 12:03',
      'sender_host central.internal in pg_stat_wal_receiver on central-read, 12:03',
    ]);
    await page.getByRole('button', { name: 'central-archive was not reached' }).click();
    await page.locator('.details').getByText('did not answer within 5 s').waitFor();
    await page.getByText('Slot old_reports of central was left out').waitFor();
  });

  it('lets go what hangs on a node that is left out, and hands back what was set', async () => {
    const { page, decisions } = await openDiscovery(rig, found);
    const write = (label: string) => page.getByRole('button', { name: label, exact: true });
    await write('Write 4 Nodes to File…').waitFor();
    await page.getByRole('checkbox', { name: 'Write singularity' }).click();
    await page.getByText('Left out with it: subscription patterns_sub from central.').waitFor();
    await page
      .getByText(
        '3 of 4 nodes and 3 of 4 links to write. 1 node is in the file already; what it lacks of it is added.',
      )
      .waitFor();
    await page.getByRole('option', { name: /patterns_sub/ }).waitFor();
    assert.match(
      (await page.getByRole('option', { name: /patterns_sub/ }).getAttribute('aria-label')) ?? '',
      /falls away/,
    );
    assert.ok(await page.getByRole('checkbox', { name: 'central is in the file' }).isDisabled());

    const name = page.getByRole('textbox', { name: 'Name of central-archive' });
    await name.fill('central');
    await page.getByRole('status').getByText('Another node is called "central".').waitFor();
    await page.getByRole('textbox', { name: 'Name of genesis' }).focus();
    await write('Write 3 Nodes to File…').click();
    assert.ok(await name.evaluate((field) => field === document.activeElement));
    assert.deepEqual(decisions, [], 'nothing is written while a name stands twice');
    await name.fill('archive');
    await page.getByRole('textbox', { name: 'Host of central-archive' }).fill('nat.example.com');
    await page.getByRole('textbox', { name: 'Port of central-archive' }).fill('6432');
    await page.getByRole('option', { name: /^archive, .*nat\.example\.com:6432$/ }).waitFor();
    await write('Write 3 Nodes to File…').click();
    await until(() => decisions.length === 1);
    assert.deepEqual(decisions, [
      {
        nodeIds: new Set(['central', 'central-read', 'central-archive', 'genesis']),
        names: new Map([['central-archive', 'archive']]),
        addresses: new Map([['central-archive', { host: 'nat.example.com', port: 6432 }]]),
      },
    ]);
  });

  it('can be decided with the keyboard alone', async () => {
    const { page, decisions } = await openDiscovery(rig, found);
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement;
        return (element?.getAttribute('aria-label') ?? element?.textContent ?? '').trim();
      });
    await page.locator('.map [tabindex="0"]').focus();
    assert.match(await focused(), /^central-archive,/, 'what needs a look is chosen first');
    await page.keyboard.press('ArrowLeft');
    assert.match(await focused(), /^central-read to central-archive/);
    const ring = page.locator('.map :focus-visible .ring');
    assert.notEqual(await ring.evaluate((one) => getComputedStyle(one).stroke), 'none');
    await page.keyboard.press('Enter');
    assert.equal(await focused(), 'central-read → central-archive');
    await page.keyboard.press('Escape');
    assert.match(await focused(), /^central-read to central-archive/);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await tabTo('Leave Out');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Take In' }).waitFor();
    await tabTo('Name of genesis');
    await page.keyboard.type('edge');
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await tabTo('Write 3 Nodes to File…');
    await page.keyboard.press('Enter');
    await until(() => decisions.length === 1);
    assert.deepEqual(decisions[0]?.names, new Map([['genesis', 'edge']]));
    assert.equal(decisions[0].nodeIds.has('central-archive'), false);
    await tabTo('Cancel');
    await page.keyboard.press('Enter');
    await until(() => decisions.length === 2);
    assert.equal(decisions[1], null);

    async function tabTo(name: string): Promise<void> {
      for (let press = 0; press < 60; press += 1) {
        await page.keyboard.press('Tab');
        if ((await focused()) === name) return;
      }
      assert.fail(`${name} is not reached by Tab`);
    }
  });

  it('keeps what was set while it was hidden', async () => {
    const first = { id: 'genesis', key: 'genesis', isTaken: true, host: 'h', port: '1' };
    const savedState = {
      base: [{ ...first, name: 'genesis' }, null],
      draft: [
        { ...first, name: 'kept' },
        { id: 'singularity', isTaken: 'yes' },
        { ...first, id: 'nobody', key: 'nobody', name: 'x' },
      ],
      selectedKey: 'node/genesis',
      lost: [7],
    };
    const { page } = await openDiscovery(rig, found, { savedState });
    assert.equal(await page.getByRole('textbox', { name: 'Name of genesis' }).inputValue(), 'kept');
    assert.equal(await page.locator('#details-h').innerText(), 'kept');
    assert.equal(await page.locator('.found').getByRole('row').count(), 6);
  });

  for (const theme of THEMES) {
    it(`has nothing for axe to find: ${theme}`, async () => {
      const { page } = await openDiscovery(rig, found, { theme });
      await page.getByRole('checkbox', { name: 'Write singularity' }).click();
      await page.getByRole('textbox', { name: 'Name of genesis' }).fill('central');
      await page.getByRole('textbox', { name: 'Port of genesis' }).fill('x');
      await page.getByText('A port is a number').waitFor();
      assert.deepEqual(await violationsOf(page), []);
    });
  }

  it('shows twenty nodes without a way to the side', async () => {
    const { page } = await openDiscovery(rig, twenty);
    await page.getByRole('button', { name: 'Write 20 Nodes to File…' }).waitFor();
    const map = await page
      .locator('.map-scroll')
      .evaluate((box) => [box.scrollWidth, box.clientWidth]);
    assert.ok((map[0] ?? 0) <= (map[1] ?? 0), `map of ${map.join(' in ')}`);
    assert.equal(await page.locator('.found').getByRole('row').count(), 21);
  });

  it('says what it was when nothing was found', async () => {
    const { page, decisions } = await openDiscovery(rig, nothingFound);
    await page.getByRole('heading', { name: 'No server was found' }).waitFor();
    await page.getByText('its image is no Postgres').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Write/ }).count(), 0);
    await page.getByRole('button', { name: 'Close' }).click();
    await until(() => decisions.length === 1);
    assert.equal(decisions[0], null);
  });

  it('takes whatever servers and files say for text, at every width', async () => {
    const { page } = await openDiscovery(rig, hostileProposal, { width: 320 });
    for (const width of [320, 460, 700, 761, 1000, 1319, 1400]) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForFunction((wanted) => window.innerWidth === wanted, width);
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      );
      const sideways = await page.evaluate(() => {
        const root = document.documentElement;
        return root.scrollWidth - root.clientWidth;
      });
      assert.ok(sideways <= 0, `${width} px: ${sideways} px too wide`);
    }
    const evidence = page.getByRole('button', { name: /^(seen|guessed): evidence/ });
    await evidence.evaluateAll(async (all: HTMLElement[]) => {
      for (const one of all) {
        one.click();
        await new Promise(requestAnimationFrame);
      }
    });
    const strange = await page.evaluate(
      () =>
        document.querySelectorAll('main :is(script, img, a, iframe, style, link, base, form)')
          .length,
    );
    assert.equal(strange, 0);
    assert.equal(await page.evaluate(() => '__pwned' in window), false);
  });
});

async function until(isTrue: () => boolean): Promise<void> {
  await waitFor(isTrue, { what: 'it is so' });
}

import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { RECORDED_CHECKS } from './support/checks';
import { Rig } from './support/rig';
import { healthy, hundred, STATES, type StateName, tangled, trouble } from './support/states';
import { THEMES } from './support/themes';
import { violationsOf } from './support/violations';

/** A theme changes colours alone: what else axe finds it finds in the darkest and in the lightest, so the others show the fullest pages. */
function statesIn(theme: (typeof THEMES)[number]): readonly StateName[] {
  const all = Object.keys(STATES) as StateName[];
  return theme === 'dark' || theme === 'hc-light' ? all : ['healthy', 'trouble', 'stale'];
}

describe('dashboard accessibility', () => {
  let rig: Rig;
  before(async () => {
    rig = await Rig.start();
  });
  afterEach(() => rig.closeAll());
  after(() => rig.stop());

  for (const theme of THEMES) {
    for (const name of statesIn(theme)) {
      it(`has nothing for axe to find: ${name}, ${theme}`, async () => {
        const snapshot = STATES[name];
        const checks = RECORDED_CHECKS[name] ?? [];
        const { page } = await rig.open(snapshot === null ? [] : [snapshot], { theme, checks });
        assert.deepEqual(await violationsOf(page), []);
      });
    }

    it(`has nothing for axe to find in list and tables: ${theme}`, async () => {
      const { page } = await rig.open([trouble], {
        theme,
        savedState: { view: 'list', historyAs: 'tables' },
      });
      await page.getByRole('region', { name: 'Lag as a table' }).waitFor();
      assert.deepEqual(await violationsOf(page), []);
    });
  }

  it('can be walked with the keyboard alone: problems, map, details and back', async () => {
    const { page } = await rig.open([trouble]);
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement;
        const inner = element?.shadowRoot?.activeElement ?? element;
        const name = inner?.getAttribute('aria-label') ?? inner?.textContent ?? '';
        return name.replaceAll(/[^\S\u00a0]+/gu, ' ').trim();
      });
    const stops: string[] = [];
    // pgt-button keeps its focus inside, so it may count twice; the list below names each stop once.
    for (let press = 0; press < 40; press += 1) {
      await page.keyboard.press('Tab');
      const stop = await focused();
      if (stops.at(-1) !== stop) stops.push(stop);
    }
    const order = [
      /patterns_sub on singularity was stopped/,
      /^Find a node$/,
      /^central to singularity, logical/,
      /^Lag, last 15 minutes/,
    ].map((wanted) => stops.findIndex((stop) => wanted.test(stop)));
    assert.ok(!order.includes(-1), stops.join('\n'));
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
    const onMap = stops.filter((stop) =>
      /^\S+ to \S+, (streaming|logical|queue),|, standby ·/.test(stop),
    );
    assert.equal(new Set(onMap).size, 1, 'the map is one tab stop');
    assert.equal(await page.locator('.map [tabindex="0"]').count(), 1);

    await page.locator('.map [tabindex="0"]').focus();
    const walk: [string, RegExp][] = [
      ['ArrowLeft', /^central, publisher/],
      ['ArrowRight', /^central to central-read,/],
      ['ArrowDown', /^central to singularity,/],
      ['ArrowUp', /^central to central-read,/],
      ['ArrowRight', /^central-read, standby/],
      ['ArrowRight', /^central-read to central-archive/],
      ['ArrowRight', /^central-archive, standby/],
      ['ArrowRight', /^central-archive, standby/],
    ];
    for (const [key, expected] of walk) {
      await page.keyboard.press(key);
      assert.match(await focused(), expected, key);
    }
    await page.keyboard.press('Enter');
    assert.equal(await focused(), 'central-archive');
    await page.keyboard.press('Escape');
    assert.match(await focused(), /^central-archive, standby/);
  });

  it('reads a chart with the arrow keys, one moment for all charts', async () => {
    const { page } = await rig.open([healthy]);
    const lag = page.getByRole('slider', { name: /^Lag, last 15 minutes/ });
    await lag.focus();
    assert.match((await lag.getAttribute('aria-valuetext')) ?? '', /^now: central-read 12\u00a0ms/);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    const text = (await lag.getAttribute('aria-valuetext')) ?? '';
    assert.match(text, /^14:3\d:\d\d: central-read /);
    const bytes = page.getByRole('slider', { name: /^Behind, last 15 minutes/ });
    assert.equal((await bytes.getAttribute('aria-valuetext'))?.slice(0, 8), text.slice(0, 8));
    await page.keyboard.press('Home');
    assert.match((await lag.getAttribute('aria-valuetext')) ?? '', /^14:17:/);
    await page.keyboard.press('Escape');
    assert.match((await lag.getAttribute('aria-valuetext')) ?? '', /^now: /);
  });

  it('shows the focus on the map', async () => {
    const { page } = await rig.open([healthy], { theme: 'hc-dark' });
    await page.locator('.map [tabindex="0"]').focus();
    await page.keyboard.press('ArrowLeft');
    const stroke = await page
      .locator('.map :focus-visible .ring')
      .evaluate((ring) => getComputedStyle(ring).stroke);
    assert.notEqual(stroke, 'none');
  });

  for (const [name, snapshot] of Object.entries({ trouble, hundred, tangled })) {
    const checks = RECORDED_CHECKS[name as StateName] ?? []; // Names of recorded states, all three.
    it(`never scrolls sideways, down to 460 px: ${name}`, async () => {
      const { page } = await rig.open([snapshot], { checks });
      for (const width of [1400, 900, 700, 460]) {
        await page.setViewportSize({ width, height: 900 });
        await settled(page, width);
        const sideways = await page.evaluate(() => {
          const root = document.documentElement;
          return root.scrollWidth - root.clientWidth;
        });
        assert.ok(sideways <= 0, `${width} px: ${sideways} px too wide`);
      }
    });
  }

  it('moves nothing by itself', async () => {
    const { page } = await rig.open([trouble]);
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  });
});

/** The width has come to the page, and two frames: what it draws anew has been drawn. */
async function settled(page: Page, width: number): Promise<void> {
  await page.waitForFunction((wanted) => window.innerWidth === wanted, width);
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      }),
  );
}

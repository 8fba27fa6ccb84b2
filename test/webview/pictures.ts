// Draws every recorded state to PNG files, to be looked at: `npx tsx test/webview/pictures.ts FOLDER [state … | theme-width …]`.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RECORDED_CHECKS } from './support/checks';
import { openDiscovery } from './support/discoveryRig';
import { FAULTS } from './support/faults';
import { found } from './support/proposals';
import { Rig } from './support/rig';
import { STATES, type StateName } from './support/states';
import { THEMES } from './support/themes';

const SIZES = [
  ...THEMES.map((theme) => [theme, 1400] as const),
  ['light', 900] as const,
  ['dark', 700] as const,
];
const [folder = 'pictures', ...wanted] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const rig = await Rig.start();
try {
  for (const name of Object.keys(STATES) as StateName[]) {
    if (wanted.includes('cause') || wanted.includes('discovery')) break;
    if (!isWanted(Object.keys(STATES), name)) continue;
    const snapshot = STATES[name];
    for (const [theme, width] of SIZES) {
      if (
        !isWanted(
          SIZES.map((size) => size.join('-')),
          `${theme}-${width}`,
        )
      )
        continue;
      const { page, problems } = await rig.open(snapshot === null ? [] : [snapshot], {
        theme,
        width,
        checks: RECORDED_CHECKS[name] ?? [],
        isContinuous: name === 'hundred',
      });
      await page.waitForTimeout(400);
      await page.screenshot({
        path: join(folder, `${name}-${theme}-${width}.png`),
        fullPage: true,
      });
      for (const problem of problems.splice(0)) console.error(`${name} ${theme}: ${problem}`);
    }
  }
  // The picture of README: `npx tsx test/webview/pictures.ts docs/pictures cause`.
  if (wanted.includes('cause')) {
    const [fault] = FAULTS;
    const { page } = await rig.open(fault === undefined ? [] : [fault.snapshot], {
      height: 1040,
      checks: RECORDED_CHECKS.healthy ?? [],
    });
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(folder, 'cause.png') });
  }
  // The picture of docs/discovery.md: `npx tsx test/webview/pictures.ts docs/pictures discovery`.
  if (wanted.includes('discovery')) {
    const { page } = await openDiscovery(rig, found, { height: 990 });
    await page.locator('[data-id="edge/2"] .edge__pick').click({ position: { x: 60, y: 6 } });
    await page.getByRole('checkbox', { name: 'Write genesis' }).click();
    await page.mouse.move(0, 0);
    await page.evaluate(() => window.scrollTo(0, 0));
    await page.screenshot({ path: join(folder, 'discovery.png'), fullPage: true });
  }
  await rig.closeAll();
} finally {
  await rig.stop();
}

/** Without a word about this group everything in it is wanted. */
function isWanted(group: readonly string[], one: string): boolean {
  return !wanted.some((word) => group.includes(word)) || wanted.includes(one);
}

// Draws every recorded state to PNG files, to be looked at: `npx tsx test/webview/pictures.ts FOLDER [state …]`.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Rig } from './support/rig';
import { STATES, type StateName } from './support/states';
import { THEMES } from './support/themes';

const [folder = 'pictures', ...wanted] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const rig = await Rig.start();
try {
  for (const name of Object.keys(STATES) as StateName[]) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const snapshot = STATES[name];
    for (const [theme, width] of [
      ...THEMES.map((one) => [one, 1400] as const),
      ['light', 900] as const,
      ['dark', 700] as const,
    ]) {
      const { page, problems } = await rig.open(snapshot === null ? [] : [snapshot], {
        theme,
        width,
      });
      await page.waitForTimeout(400);
      await page.screenshot({
        path: join(folder, `${name}-${theme}-${width}.png`),
        fullPage: true,
      });
      for (const problem of problems.splice(0)) console.error(`${name} ${theme}: ${problem}`);
    }
  }
  await rig.closeAll();
} finally {
  await rig.stop();
}

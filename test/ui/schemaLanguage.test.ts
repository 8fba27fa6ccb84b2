import assert from 'node:assert/strict';
import { useWorkbench } from './support/uiSession';

const TOPOLOGY = `{
  "environment": "staging",
  "nodes": {
    "north": { "connection": "postgresql://monitor@127.0.0.1:1/app" },
    "south": { "connection": "postgresql://monitor@127.0.0.1:2/app", "standbyOf": "north" }
  }
}`;

/** The schema comes from the manifest, whatever the extension may do or has done; here it may do least. */
describe('the schema of the topology file in another language', () => {
  const session = useWorkbench({
    files: { 'pg-topology.json': TOPOLOGY },
    language: 'de',
    trust: true,
    settings: {
      'security.workspace.trust.enabled': true,
      'security.workspace.trust.startupPrompt': 'never',
      'security.workspace.trust.banner': 'never',
    },
  });

  it('tells what a key and a value mean, once', async () => {
    await session.workbench.openFile('pg-topology.json');
    const key = await hover('standbyOf', /einspielt/u);
    assert.equal(
      key.match(/Name des Knotens, dessen WAL dieser einspielt\./gu)?.length,
      1,
      `the hover says ${key}`,
    );
    assert.doesNotMatch(key, /Name of the node/u);
    assert.match(await hover('staging', /Nur/u), /Nur beschriftet\./u);
  });

  /** What the editor says of a word, once it says what is awaited: the schema is read some time after the file is shown. */
  async function hover(word: string, awaited: RegExp): Promise<string> {
    const { workbench, page } = session;
    const place = workbench
      .activeEditor('pg-topology.json')
      .locator('.view-line span > span')
      .filter({ hasText: word })
      .last();
    const shown = page.locator('.monaco-editor .monaco-hover').filter({ hasText: awaited });
    for (;;) {
      await place.hover();
      try {
        await shown.waitFor({ timeout: 5_000 });
        return await shown.innerText();
      } catch {
        // Away, so that the next look asks anew.
        await page.locator('.statusbar').hover();
      }
    }
  }
});

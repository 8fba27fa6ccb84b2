import assert from 'node:assert/strict';
import type { TopologyProposal } from '../../src/core/discovery/proposal';
import { waitFor } from '../clusters/waitFor';
import { openDiscovery } from './support/discoveryRig';
import { found } from './support/proposals';
import { Rig } from './support/rig';
import { THEMES } from './support/themes';
import { violationsOf } from './support/violations';

/** The same once the archive was reached, under the name that it gives itself, with one more behind it. */
const reached: TopologyProposal = {
  ...found,
  nodes: found.nodes.map((node) =>
    node.id === 'central-archive'
      ? {
          ...node,
          id: 'vault',
          connection: { ...node.connection, host: 'localhost', port: '5434' },
          certainty: 'seen',
          problem: null,
          systemIdentifier: '7301122334455667788',
          evidence: [{ text: 'it answered at localhost:5434', atMs: null }],
        }
      : node,
  ),
  edges: found.edges.map((edge) =>
    edge.to === 'central-archive' ? { ...edge, to: 'vault', certainty: 'seen' } : edge,
  ),
};

describe('map of a discovery, looking again', () => {
  let rig: Rig;
  before(async () => {
    rig = await Rig.start();
  });
  afterEach(() => rig.closeAll());
  after(() => rig.stop());

  it('looks at a node where a person says that it is, and keeps what they set', async () => {
    const { page, looks, decisions } = await openDiscovery(rig, found, { canLook: true });
    const look = page.getByRole('button', { name: 'Look Again: central-archive' });
    const write = page.getByRole('button', { name: 'Write 4 Nodes to File…' });
    await page.getByText('Dials 10.0.0.9:5432.').waitFor();
    await page.getByRole('textbox', { name: 'Name of genesis' }).fill('edge');
    await page.getByRole('textbox', { name: 'Host of central-archive' }).fill('localhost');
    await page.getByRole('textbox', { name: 'Port of central-archive' }).fill('x');
    await page.getByText('Enter host and port to look there.').waitFor();
    await look.click({ force: true });
    assert.equal(looks.length, 0, 'no address, no look');
    await page.getByRole('textbox', { name: 'Port of central-archive' }).fill('5434');
    await page.getByText('Dials localhost:5434.').waitFor();
    await look.click();
    await page.getByRole('status').getByText('Look Again: localhost:5434').waitFor();
    await page.locator('pgt-button[aria-disabled=true]', { hasText: 'Look Again' }).waitFor();
    await look.click({ force: true });
    await write.click({ force: true });
    assert.deepEqual(
      looks.map(({ nodeId, address }) => [nodeId, address]),
      [['central-archive', { host: 'localhost', port: 5434 }]],
      'one look at a time',
    );
    assert.equal(decisions.length, 0);
    await page.getByRole('textbox', { name: 'Name of singularity' }).fill('while it looked');
    await look.focus();
    looks[0]?.come(reached, 'vault answered at localhost:5434.', { vault: 'central-archive' });
    await page.getByRole('status').getByText('vault answered at localhost:5434.').waitFor();
    await page.getByRole('option', { name: /^vault, standby, localhost:5434$/ }).waitFor();
    assert.equal(await page.getByRole('button', { name: /^Look Again/ }).count(), 0);
    await page.waitForFunction(
      () => document.activeElement?.getAttribute('aria-label') === 'Host of vault',
    );
    assert.equal(await page.locator('#details-h').innerText(), 'vault');
    await write.click();
    await waitFor(() => decisions.length === 1, { what: 'it is decided' });
    assert.deepEqual(
      decisions[0]?.names,
      new Map([
        ['singularity', 'while it looked'],
        ['genesis', 'edge'],
      ]),
    );
    assert.deepEqual(decisions[0].addresses, new Map());
  });

  it('shows at the node what became of a look that failed, and what was set of one that is gone', async () => {
    const { page, looks } = await openDiscovery(rig, found, { canLook: true });
    await page.getByRole('textbox', { name: 'Name of genesis' }).fill('edge');
    await page.getByRole('button', { name: 'Look Again: central-archive' }).click();
    const sentence = 'Password refused for monitor on central-archive (28P01). <b>Look again.</b>';
    const gone: TopologyProposal = {
      ...found,
      nodes: found.nodes
        .filter(({ id }) => id !== 'genesis')
        .map((node) => (node.id === 'central-archive' ? { ...node, problem: sentence } : node)),
      edges: found.edges.filter(({ kind }) => kind !== 'queue'),
    };
    await waitFor(() => looks.length === 1, { what: 'a look is asked for' });
    looks[0]?.come(gone, sentence);
    await page.locator('.found__notes').getByText(sentence).waitFor();
    await page
      .locator('.problems')
      .getByText('genesis is not on the map any more; set for it was: name edge.')
      .waitFor();
    assert.ok(await page.getByRole('button', { name: 'Look Again: central-archive' }).isVisible());
  });

  it('offers no look at what files say', async () => {
    const { page } = await openDiscovery(rig, found);
    await page.getByRole('button', { name: 'Write 4 Nodes to File…' }).waitFor();
    assert.equal(await page.getByRole('button', { name: /^Look Again/ }).count(), 0);
  });

  for (const theme of THEMES) {
    it(`has nothing for axe to find, before and while it looks: ${theme}`, async () => {
      const { page, looks } = await openDiscovery(rig, found, { theme, canLook: true });
      await page.getByRole('textbox', { name: 'Port of genesis' }).fill('6000');
      await page.getByRole('button', { name: 'Look Again: genesis' }).waitFor();
      assert.deepEqual(await violationsOf(page), []);
      await page.getByRole('button', { name: 'Look Again: central-archive' }).click();
      await waitFor(() => looks.length === 1, { what: 'a look is asked for' });
      await page.getByRole('status').getByText('Look Again: ').waitFor();
      assert.deepEqual(await violationsOf(page), []);
      if (process.env['SHOTS'] !== undefined) {
        await page.screenshot({
          path: `${process.env['SHOTS']}/look-${theme}.png`,
          fullPage: true,
        });
      }
    });
  }
});

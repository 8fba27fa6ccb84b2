import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { OLDEST_VSCODE } from '../../host/hostVersions.mjs';
import { manifest } from './readManifest';

const PAGES = ['README.md', 'CHANGELOG.md', 'SECURITY.md', 'SUPPORT.md'];

function linksOf(page: string): readonly string[] {
  const text = readFileSync(page, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
}

describe('what galleries ask for', () => {
  it('the fixed names', () => {
    assert.equal(`${manifest.publisher}.${manifest.name}`, 'pg-topology.pg-topology');
    assert.equal(manifest.license, 'MIT');
    assert.equal(manifest.pricing, 'Free');
  });

  it('an icon of 256 by 256 and a banner', () => {
    const png = readFileSync(manifest.icon);
    assert.equal(png.toString('latin1', 1, 4), 'PNG');
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [256, 256]);
    assert.match(manifest.galleryBanner?.color ?? '', /^#[0-9a-f]{6}$/);
  });

  it('one mark, in the activity bar and on tabs', () => {
    const svg = readFileSync('media/container.svg', 'utf8');
    const mark = /^<svg [^>]*>(.+)<\/svg>\s*$/u.exec(svg)?.[1];
    assert.ok(mark !== undefined);
    assert.ok(readFileSync('src/panels/tabIcon.ts', 'utf8').includes(mark));
  });

  it('types of exactly the oldest supported VS Code, which the host suites run on', () => {
    assert.equal(manifest.engines.vscode, `^${OLDEST_VSCODE.replace(/\.\d+$/, '.0')}`);
    assert.equal(manifest.engines.vscode, `^${manifest.devDependencies['@types/vscode'] ?? ''}`);
  });

  it('no activation before it is needed, and no fixed side', () => {
    const eager = manifest.activationEvents.filter((event) =>
      /^(\*|onStartupFinished)$/.test(event),
    );
    assert.deepEqual(eager, []);
    assert.equal(manifest.extensionKind, undefined);
  });

  it('limited support for Restricted Mode and for virtual workspaces', () => {
    assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
    assert.equal(manifest.capabilities.virtualWorkspaces.supported, 'limited');
  });

  for (const page of PAGES) {
    it(`${page} with links that lead somewhere and no SVG pictures`, () => {
      const links = linksOf(page);
      const broken = links.filter(
        (link) => !/^(https:|#|mailto:)/.test(link) && !existsSync(link.replace(/#.*$/, '')),
      );
      assert.deepEqual(broken, []);
      assert.deepEqual(
        links.filter((link) => /\.svg$|^http:/.test(link)),
        [],
      );
    });
  }
});

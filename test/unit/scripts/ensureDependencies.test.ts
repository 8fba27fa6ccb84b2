import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whyInstall } from '../../../scripts/ensureDependencies.mjs';

const WANTED = {
  '': { version: '0.1.0' },
  'node_modules/pg': { version: '8.23.1' },
  'node_modules/zod': { version: '4.6.7' },
  'node_modules/@esbuild/aix-ppc64': { version: '0.28.2', optional: true },
};

describe('whether packages have to be installed', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'pg-topology-packages-'));
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: WANTED }));
  });

  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  function install(packages: Readonly<Record<string, { version: string }>>): void {
    mkdirSync(join(root, 'node_modules'));
    const text = JSON.stringify({ packages });
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), text);
  }

  it('yes, when there are none', () => {
    assert.equal(whyInstall(root), 'node_modules is missing');
  });

  it('no, when only packages of other platforms are missing', () => {
    install({ 'node_modules/pg': { version: '8.23.1' }, 'node_modules/zod': { version: '4.6.7' } });
    assert.equal(whyInstall(root), null);
  });

  it('yes, when one has another version', () => {
    install({ 'node_modules/pg': { version: '8.22.0' }, 'node_modules/zod': { version: '4.6.7' } });
    assert.equal(whyInstall(root), 'node_modules/pg is not 8.23.1');
  });

  it('yes, when one is missing', () => {
    install({ 'node_modules/pg': { version: '8.23.1' } });
    assert.equal(whyInstall(root), 'node_modules/zod is not 4.6.7');
  });
});

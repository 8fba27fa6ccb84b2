import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { manifest } from './readManifest';

interface LockedPackage {
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
  readonly integrity?: string;
  readonly link?: boolean;
}

// Our own file, written by npm.
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');

describe('supply chain', () => {
  it('pins every direct package to one version', () => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies };
    // A second version of a package stands under a name of its own.
    const one = /^(?:npm:@?[\w./-]+@)?\d+\.\d+\.\d+$/;
    const loose = Object.entries(all).filter(([, version]) => !one.test(version));
    assert.deepEqual(loose, []);
  });

  it('says of every runtime package why it is there', () => {
    const record = readFileSync('docs/adr/0001-dependencies.md', 'utf8');
    const unexplained = Object.keys(manifest.dependencies).filter((name) => !record.includes(name));
    assert.deepEqual(unexplained, []);
  });

  it('runs no script at installation, its own or that of a runtime package', () => {
    const own = Object.keys(manifest.scripts).filter((name) =>
      /^(pre|post)?(install|prepare)$|^prepublish/.test(name),
    );
    assert.deepEqual(own, []);
    const foreign = packages.filter(([, entry]) => entry.hasInstallScript && !entry.dev);
    assert.deepEqual(foreign, []);
  });

  it('locks every package by its checksum', () => {
    const open = packages.filter(([, entry]) => entry.integrity === undefined && !entry.link);
    assert.deepEqual(open, []);
  });
});

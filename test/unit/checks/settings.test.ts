import assert from 'node:assert/strict';
import { manifest } from './readManifest';

const settings = Object.entries(manifest.contributes.configuration.properties);

describe('settings of the manifest', () => {
  it('are few, and hold the fixed ones with their defaults', () => {
    const defaults = Object.fromEntries(settings.map(([name, entry]) => [name, entry.default]));
    assert.ok(settings.length <= 20);
    assert.equal(defaults['pgTopology.pollIntervalSeconds'], 5);
    assert.equal(defaults['pgTopology.statusBar.enabled'], true);
    assert.equal(defaults['pgTopology.pollInBackground'], false);
  });

  it('have an order without ties', () => {
    const orders = settings.map(([, { order }]) => order);
    assert.ok(orders.every((order) => typeof order === 'number'));
    assert.equal(new Set(orders).size, orders.length);
  });

  for (const [name, entry] of settings) {
    it(`${name} has a default, a description and a scope`, () => {
      assert.match(name, /^pgTopology\.[a-zA-Z.]+$/);
      assert.notEqual(entry.default, undefined);
      assert.match(entry.markdownDescription ?? '', /^%.+%$/);
      assert.match(entry.scope ?? '', /^(application|machine|window|resource)$/);
    });

    it(`${name} says what it takes`, () => {
      if (entry.type === 'number' || entry.type === 'integer') {
        assert.equal(typeof entry.minimum, 'number');
        assert.equal(typeof entry.maximum, 'number');
      }
      assert.equal(entry.markdownEnumDescriptions?.length, entry.enum?.length);
    });
  }

  it('that a folder may not set in Restricted Mode exist', () => {
    const names = new Set(settings.map(([name]) => name));
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    assert.deepEqual(
      restrictedConfigurations.filter((name) => !names.has(name)),
      [],
    );
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isLoopback } from '../../../src/core/endpoint';
import { declaredRoles } from '../../../src/core/topology';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import { templateTopologyFile } from '../../../src/topologyFile/template';

/** Node → roles, as each example is meant. */
const EXAMPLES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  elephant: {
    master: ['primary', 'publisher'],
    vengeance: ['subscriber', 'edge'],
    'aurora-town': ['subscriber', 'edge'],
  },
  centralcloud: {
    central: ['primary', 'publisher'],
    singularity: ['subscriber'],
    genesis: ['subscriber'],
  },
  cqrs: { write: ['primary'], read: ['standby'] },
  claudia: { primary: ['primary'], edge: ['edge'] },
  pulse: { primary: ['primary'], replica: ['standby'] },
};

describe('the five examples', () => {
  for (const [name, roles] of Object.entries(EXAMPLES)) {
    it(`${name} parses without a diagnostic and declares what it should`, () => {
      const url = new URL(`../../../examples/${name}/pg-topology.json`, import.meta.url);
      const { topology, problems } = parseTopologyFile(readFileSync(fileURLToPath(url), 'utf8'));
      assert.deepEqual(problems, []);
      assert.ok(topology);
      assert.equal(topology.environment, 'development');
      assert.deepEqual(
        Object.fromEntries(topology.nodes.map(({ id }) => [id, declaredRoles(topology, id)])),
        roles,
      );
      for (const { connection } of topology.nodes) {
        assert.ok(isLoopback(connection['host'] ?? ''));
        assert.equal(connection['user'], 'monitor');
      }
    });
  }
});

describe('the template for a new file', () => {
  it('parses without a diagnostic', () => {
    const { topology, problems } = parseTopologyFile(templateTopologyFile());
    assert.deepEqual(problems, []);
    assert.equal(topology?.nodes.length, 3);
  });
});

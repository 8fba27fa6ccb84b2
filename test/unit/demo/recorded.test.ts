import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { DEMO_NODES, demoFileText } from '../../../src/demo/demoTopology';
import { parseIncident } from '../../../src/protocol/incident';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';

const text = readFileSync('media/recorded-demo.pg-incident.json', 'utf8');
const PORTS = { central: 15_001, 'central-read': 15_002, reports: 15_003, shop: 15_004 };

describe('the recorded demo', () => {
  it('opens as an incident of the same topology, says what it is, and has moving charts', () => {
    const [recorded] = parseIncident(text).topologies;
    assert.equal(recorded?.state.name, 'Recorded demo');
    const { topology, problems } = parseTopologyFile(demoFileText(PORTS));
    assert.deepEqual(problems, []);
    assert.deepEqual(
      topology?.nodes.map(({ id }) => id),
      DEMO_NODES,
    );
    const ids = recorded.details.map(({ id }) => id);
    for (const node of DEMO_NODES) assert.ok(ids.includes(node), node);
    const lag = recorded.histories
      .find(({ range }) => range === '15min')
      ?.series.find(({ id }) => id === 'streaming/central-read')?.columns;
    const known = (values: readonly (number | null)[] = []) =>
      values.filter((value) => value !== null);
    assert.ok(known(lag?.lagMs).length > 20);
    assert.ok(Math.max(...known(lag?.lagBytes)) > 10_000, 'the standby was paused for a while');
  });

  it('is small, and tells nothing of the machine that it was made on', () => {
    assert.ok(gzipSync(text).length < 30 * 1024);
    assert.doesNotMatch(text, /\/(?:tmp|home|root|var|work)\/|password=|SCRAM-SHA/u);
  });
});

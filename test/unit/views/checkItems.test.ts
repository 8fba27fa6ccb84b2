import assert from 'node:assert/strict';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import { checkItemsOf } from '../../../src/views/checkItems';

const TEXT = `{
  "nodes": {
    "central": { "connection": "host=127.0.0.1 dbname=app" },
    "central-read": { "connection": "host=127.0.0.1 port=5433 dbname=app", "standbyOf": "central" },
    "genesis": {
      "connection": "host=127.0.0.1 port=5434 dbname=app",
      "subscriptions": {
        "metrics_sub": { "publisher": "central", "publications": ["metrics_pub"] }
      }
    }
  },
  "consumers": { "electric": { "node": "central", "slot": "electric_slot" } }
}`;

describe('checkItemsOf', () => {
  const { topology, positions } = parseTopologyFile(TEXT);
  assert.ok(topology);

  it('has each edge of the file at the line that declares it', () => {
    const items = checkItemsOf(topology, positions).map(({ edgeId, label, range }) => {
      assert.ok(range);
      const line = TEXT.slice(0, range.offset).split('\n').length;
      const text = TEXT.slice(range.offset, range.offset + range.length);
      return [edgeId, label, line, text];
    });
    assert.deepEqual(items, [
      ['streaming/central-read', 'central-read from central', 4, '"central-read"'],
      ['logical/genesis/metrics_sub', 'metrics_sub on genesis from central', 8, '"metrics_sub"'],
      ['consumer/electric', 'electric from central', 12, '"electric"'],
    ]);
  });

  it('has them without a place while the text is not shown', () => {
    const ranges = checkItemsOf(topology, null).map(({ range }) => range);
    assert.deepEqual(ranges, [null, null, null]);
  });
});

import assert from 'node:assert/strict';
import { nodesOfSentinel, rolesOfSentinel } from '../../../src/commands/plans/sentinelReach';
import { declared, edge, snapshot, subscription } from '../core/describe/makeSnapshot';

const takes = (name: string, publisher: string, user: string) => ({
  ...subscription(name, publisher),
  connection: `host=db user=${user}`,
});
const picture = snapshot({
  nodes: [
    declared('central'),
    declared('central-read', { standbyOf: 'central' }),
    declared('genesis', { subscriptions: [takes('metrics_sub', 'central', 'replication_user')] }),
    declared('archive', { subscriptions: [takes('genesis_sub', 'genesis', 'archive_user')] }),
    declared('apart', { connection: { host: 'apart' } }),
  ],
  edges: [
    edge({ id: 'streaming/central-read', from: 'central', to: 'central-read' }),
    edge({ id: 'logical/genesis/metrics_sub', kind: 'logical', from: 'central', to: 'genesis' }),
    edge({ id: 'logical/archive/genesis_sub', kind: 'logical', from: 'genesis', to: 'archive' }),
    // Two that take from each other must not be walked for ever.
    edge({ id: 'logical/genesis/back_sub', kind: 'logical', from: 'archive', to: 'genesis' }),
    edge({ id: 'logical/undeclared/x', kind: 'logical', from: 'central', to: 'undeclared/x' }),
  ],
});

describe('reach of a sentinel table', () => {
  it('is the publisher and every declared node that takes from it, further down too', () => {
    assert.deepEqual(nodesOfSentinel(picture, 'central'), ['central', 'genesis', 'archive']);
    assert.deepEqual(nodesOfSentinel(picture, 'apart'), ['apart']);
  });

  it('asks for those who watch, and for those whom subscriptions sign in as', () => {
    const nodes = nodesOfSentinel(picture, 'central');
    assert.deepEqual(rolesOfSentinel(picture, nodes), {
      central: ['monitor', 'replication_user'],
      genesis: ['monitor', 'archive_user'],
      archive: ['monitor'],
    });
    assert.deepEqual(rolesOfSentinel(picture, ['apart']), { apart: [] });
  });
});

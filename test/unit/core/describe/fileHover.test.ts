import assert from 'node:assert/strict';
import { hoverOf, type HoveredSubject } from '../../../../src/core/describe/fileHover';
import { nodeLenses } from '../../../../src/core/describe/nodeLens';
import { SnapshotIndex } from '../../../../src/core/describe/snapshotIndex';
import {
  declared,
  edge,
  NOW,
  plain,
  queue,
  sample,
  slot,
  slow,
  snapshot,
  subscription,
  UNASKED,
  verdict,
} from './makeSnapshot';

const table = (name: string) => ({
  schema: 'public',
  name,
  columns: null,
  rowFilter: null,
  hasReplicaIdentity: true,
});

const INDEX = new SnapshotIndex(
  snapshot({
    nodes: [
      declared('central'),
      declared('read', { standbyOf: 'central' }),
      declared('edge', { subscriptions: [subscription('app_sub', 'central')] }),
      declared('far'),
    ],
    seen: {
      central: {
        sample: sample({
          slow: slow({
            publications: [
              {
                name: 'app_pub',
                allTables: false,
                schemas: [],
                operations: [],
                viaPartitionRoot: false,
                tables: Array.from({ length: 10 }, (_, number) => table(`t${String(number)}`)),
              },
            ],
          }),
        }),
      },
      far: { sample: sample(UNASKED), verdict: verdict('notConnected') },
    },
    edges: [edge({ id: 'streaming/read' }), edge({ id: 'logical/edge/app_sub' })],
    slots: [slot()],
    queues: [queue({ nodeId: 'edge' })],
  }),
  NOW,
);

const title = (subject: HoveredSubject) => hoverOf(subject, INDEX)?.title ?? null;

describe('hovers in a topology file', () => {
  it('tell what the tree tells of the same thing', () => {
    assert.equal(title({ kind: 'node', id: 'central' }), 'central');
    assert.equal(title({ kind: 'edge', id: 'logical/edge/app_sub' }), 'app_sub');
    assert.equal(title({ kind: 'slot', nodeId: 'central', name: 'central_read' }), 'central_read');
    assert.equal(title({ kind: 'queue', nodeId: 'edge' }), 'public.pending_sync');
  });

  it('tell of a publication what it comes to and who takes it', () => {
    const found = hoverOf({ kind: 'publication', nodeId: 'central', name: 'app_pub' }, INDEX);
    assert.equal(plain(found?.subtitle ?? ''), 'publication on central · 10 tables');
    assert.deepEqual(found?.lines.slice(-3), [
      'public.t7',
      'and 2 more',
      'Taken by app_sub on edge.',
    ]);
  });

  it('are none for what is not there', () => {
    assert.equal(title({ kind: 'node', id: 'nobody' }), null);
    assert.equal(title({ kind: 'edge', id: 'logical/edge/none' }), null);
    assert.equal(title({ kind: 'slot', nodeId: 'central', name: 'none' }), null);
    assert.equal(title({ kind: 'queue', nodeId: 'central' }), null);
    assert.equal(title({ kind: 'publication', nodeId: 'central', name: 'none' }), null);
  });
});

describe('lines above nodes in a topology file', () => {
  const lenses = (id: string) =>
    nodeLenses(id, INDEX).map(({ title: text, command }) => `${plain(text)} → ${command}`);

  it('tell the state, then what to do with it', () => {
    assert.deepEqual(lenses('read'), [
      '$(circle-small-filled) streaming · 12 ms → explain',
      'Dashboard → openDashboard',
    ]);
    assert.deepEqual(lenses('far'), [
      '$(circle-small-filled) not connected → explain',
      'Connect → connect',
    ]);
  });

  it('are none for a node that is not known yet', () => {
    assert.deepEqual(lenses('nobody'), []);
  });
});

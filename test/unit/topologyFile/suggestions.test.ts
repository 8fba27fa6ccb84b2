import assert from 'node:assert/strict';
import { subjectAt } from '../../../src/topologyFile/subjectAt';
import { catalogWantedAt, suggestionsAt } from '../../../src/topologyFile/suggestions';
import {
  declared,
  sample,
  slot,
  slow,
  snapshot,
  subscription,
} from '../core/describe/makeSnapshot';

const PUBLICATION = {
  name: 'app_pub',
  allTables: false,
  schemas: [],
  operations: [],
  viaPartitionRoot: false,
  tables: [],
} as const;

const SEEN = snapshot({
  nodes: [
    declared('central'),
    declared('read', { standbyOf: 'central', slot: 'central_read' }),
    declared('edge', {
      subscriptions: [subscription('app_sub', 'central')],
      pendingSync: {
        primary: 'central',
        table: { schema: 'pgtopology', name: 'pending_sync' },
        capture: 'trigger',
        tables: [],
      },
    }),
  ],
  topology: { consumers: [{ id: 'electric', node: 'central', slot: 'electric_slot' }] },
  seen: { central: { sample: sample({ slow: slow({ publications: [PUBLICATION] }) }) } },
  slots: [
    slot(),
    slot({ name: 'electric_slot', type: 'logical', isActive: false }),
    slot({ nodeId: 'edge', name: 'own', type: 'logical' }),
  ],
});

const CATALOG = {
  tables: [{ name: 'public.jobs', detail: 'table on central' }],
  roles: [{ name: 'replicator', detail: 'role on central' }],
};

const values = (path: readonly (string | number)[]) =>
  suggestionsAt(path, SEEN, CATALOG).map(({ value }) => value);

describe('suggestions for a topology file', () => {
  it('name the other nodes where a node is meant', () => {
    assert.deepEqual(values(['nodes', 'read', 'standbyOf']), ['central', 'edge']);
    assert.deepEqual(values(['nodes', 'edge', 'subscriptions', 'app_sub', 'publisher']), [
      'central',
      'read',
    ]);
    assert.deepEqual(values(['nodes', 'edge', 'pendingSync', 'primary']), ['central', 'read']);
    assert.deepEqual(values(['consumers', 'electric', 'node']), ['central', 'read', 'edge']);
  });

  it('name slots of the kind that is meant, on the node that has them', () => {
    assert.deepEqual(values(['nodes', 'read', 'slot']), ['central_read']);
    assert.deepEqual(values(['consumers', 'electric', 'slot']), ['electric_slot']);
    assert.deepEqual(values(['nodes', 'edge', 'subscriptions', 'app_sub', 'slotName']), [
      'electric_slot',
    ]);
    const [found] = suggestionsAt(['consumers', 'electric', 'slot'], SEEN, null);
    assert.equal(found?.detail, 'logical slot on central, inactive');
  });

  it('name publications of the publisher', () => {
    assert.deepEqual(values(['nodes', 'edge', 'subscriptions', 'app_sub', 'publications', 0]), [
      'app_pub',
    ]);
  });

  it('name tables and roles once the catalog is there, and say whose is wanted', () => {
    const tables = ['nodes', 'central', 'publications', 'p', 'tables', 0];
    assert.equal(catalogWantedAt(tables), 'central');
    assert.deepEqual(values(tables), ['public.jobs']);
    assert.deepEqual(values(['nodes', 'edge', 'pendingSync', 'tables', '']), ['public.jobs']);
    assert.deepEqual(values(['nodes', 'central', 'adminUser']), ['replicator']);
    assert.deepEqual(suggestionsAt(tables, SEEN, null), []);
    assert.equal(catalogWantedAt(['nodes', 'central', 'connection']), null);
    assert.equal(catalogWantedAt(['consumers', 'electric', 'slot']), null);
  });

  it('are none where the schema says all, or nobody is known', () => {
    assert.deepEqual(values(['environment']), []);
    assert.deepEqual(values(['nodes', 'central', 'connection']), []);
    assert.deepEqual(values(['nodes', 'nobody', 'slot']), []);
    assert.deepEqual(values([]), []);
  });
});

describe('what a place in a topology file is about', () => {
  const at = (...path: (string | number)[]) => {
    const subject = subjectAt(path, SEEN.topology);
    if (subject === null) return null;
    return 'id' in subject
      ? `${subject.kind} ${subject.id}`
      : [subject.kind, subject.nodeId, ...('name' in subject ? [subject.name] : [])].join(' ');
  };

  it('is the thing itself at its key, and what it names at its value', () => {
    assert.equal(at('nodes', 'central'), 'node central');
    assert.equal(at('nodes', 'central', 'connection', 'host'), 'node central');
    assert.equal(at('nodes', 'read', 'standbyOf'), 'node central');
    assert.equal(at('nodes', 'read', 'slot'), 'slot central central_read');
    assert.equal(at('nodes', 'edge', 'subscriptions', 'app_sub'), 'edge logical/edge/app_sub');
    assert.equal(at('nodes', 'edge', 'subscriptions', 'app_sub', 'publisher'), 'node central');
    assert.equal(
      at('nodes', 'edge', 'subscriptions', 'app_sub', 'publications', 0),
      'publication central app_pub',
    );
    assert.equal(at('nodes', 'edge', 'pendingSync'), 'queue edge');
    assert.equal(at('nodes', 'edge', 'pendingSync', 'primary'), 'node central');
    assert.equal(at('nodes', 'central', 'publications', 'app_pub'), 'publication central app_pub');
    assert.equal(at('consumers', 'electric'), 'edge consumer/electric');
    assert.equal(at('consumers', 'electric', 'slot'), 'slot central electric_slot');
  });

  it('is nothing elsewhere', () => {
    assert.equal(at(), null);
    assert.equal(at('name'), null);
    assert.equal(at('nodes'), null);
    assert.equal(at('nodes', 'nobody'), null);
    assert.equal(at('nodes', 'central', 'standbyOf'), null);
    assert.equal(at('nodes', 'edge', 'subscriptions', 'other'), null);
    assert.equal(at('nodes', 'edge', 'subscriptions', 'app_sub', 'publications', 7), null);
    assert.equal(at('nodes', 'central', 'publications', 'app_pub', 'tables'), null);
    assert.equal(at('consumers', 'nobody'), null);
  });
});

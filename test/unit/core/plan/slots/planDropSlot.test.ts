import assert from 'node:assert/strict';
import type { CatalogSlot, CatalogSubscription } from '../../../../../src/core/plan/nodeCatalog';
import { confirmationOf } from '../../../../../src/core/plan/confirmationOf';
import { planDropSlot } from '../../../../../src/core/plan/slots/planDropSlot';
import { declared, fast, sample, snapshot, subscription } from '../../describe/makeSnapshot';
import {
  catalog,
  context,
  findingLines,
  plainRole,
  planSql,
  slotFacts,
  subscriptionFacts,
  type CatalogChange,
  type ContextChange,
} from '../catalogs';

const REQUEST = { nodeId: 'central', slotName: 'jobs_sub' };
const SYSTEM = 'system of edge';
const PUBLISHER = declared('central');
const SUBSCRIBER = declared('edge', { subscriptions: [subscription('jobs_sub', 'central')] });

interface Parts extends ContextChange {
  readonly central?: CatalogChange;
  /** `null`: not read. */
  readonly edge?: CatalogChange | null;
}

function plan(slot: Partial<CatalogSlot> & { name?: string }, parts: Parts = {}) {
  const found = slotFacts(slot.name ?? 'jobs_sub', slot);
  const central = catalog('central', { slots: [found], ...parts.central });
  const { edge = null } = parts;
  return planDropSlot(
    { ...REQUEST, slotName: found.name },
    context(edge === null ? [central] : [central, catalog('edge', edge)], {
      nodes: parts.nodes ?? [PUBLISHER, SUBSCRIBER],
      ...parts,
    }),
  );
}

const errors = (made: ReturnType<typeof plan>) =>
  findingLines(made).filter((line) => line.startsWith('error'));

describe('planDropSlot', () => {
  it('one that nobody in the file reads goes, after a question that names it', () => {
    const made = plan({ name: 'old', type: 'physical', plugin: null, database: null });
    assert.deepEqual(planSql(made), [`central: SELECT pg_catalog.pg_drop_replication_slot('old')`]);
    assert.deepEqual(findingLines(made), [
      'warning slotInUse central: Nobody in the file reads the slot old on central. Whoever made it elsewhere must begin anew without it: a standby be cloned, a subscriber be copied.',
    ]);
    const asked = confirmationOf({ ...made, environment: 'production' });
    assert.equal(asked.message, 'Drop slot "old" on central (production)?');
    assert.equal(asked.button, 'Drop Slot');
    assert.ok(asked.isModal);
    assert.match(asked.detail, /16\sMB of WAL that it keeps may be removed/);
    assert.match(asked.detail, /This cannot be undone/);
    assert.ok(confirmationOf(made).isModal);
  });

  it('one that is gone leaves nothing to do', () => {
    const made = planDropSlot(REQUEST, context([catalog('central')]));
    assert.deepEqual(made.steps, []);
    assert.deepEqual(findingLines(made), [
      'note nothingToDo central: central has no slot jobs_sub.',
    ]);
  });

  it('not while somebody reads it, who is named', () => {
    const reader = {
      pid: 7,
      user: 'streamer',
      applicationName: 'jobs_sub',
      clientAddress: '10.0.0.5',
    };
    const nodes = [PUBLISHER];
    assert.deepEqual(errors(plan({ isActive: true, reader }, { nodes })), [
      'error slotInUse central: The slot jobs_sub on central is read now by pid 7 (jobs_sub as streamer from 10.0.0.5) (55006). / Stop its reader first.',
    ]);
    assert.deepEqual(errors(plan({ isActive: true, reader: null }, { nodes })), [
      'error slotInUse central: The slot jobs_sub on central is read now (55006). / Stop its reader first.',
    ]);
  });

  describe('a subscription’s', () => {
    it('stays while the subscription uses it', () => {
      const made = plan({}, { edge: { subscriptions: [subscriptionFacts('jobs_sub')] } });
      assert.deepEqual(errors(made), [
        'error slotInUse central: jobs_sub on edge reads it. Without the slot WAL may be removed that jobs_sub on edge needs: its tables must then be copied again. / Drop the subscription: its slot goes with it.',
      ]);
    });

    it('stays while the subscription that the file gives it to cannot be asked', () => {
      assert.deepEqual(errors(plan({})), [
        'error slotInUse central: The file gives it to jobs_sub on edge, which could not be asked. Without the slot WAL may be removed that jobs_sub on edge needs: its tables must then be copied again. / Connect to edge first, so that they can be asked.',
      ]);
    });

    it('stays when what is known of the subscriber is old', () => {
      const old = snapshot({
        nodes: [PUBLISHER, SUBSCRIBER],
        seen: { edge: { sample: sample({ contact: 'failed', fast: fast() }) } },
      });
      assert.equal(errors(plan({}, { snapshot: old })).length, 1);
    });

    it('goes once the subscriber shows that it has another, or none', () => {
      for (const subscriptions of [[], [subscriptionFacts('jobs_sub', { slotName: 'other' })]]) {
        const made = plan({}, { edge: { subscriptions } });
        assert.deepEqual(findingLines(made), [
          'note slotInUse central: The file gives it to jobs_sub on edge, where no such subscription uses it.',
        ]);
      }
    });

    it('goes when it is lost, with what follows', () => {
      const made = plan(
        { walStatus: 'lost', invalidationReason: 'wal_removed' },
        { edge: { subscriptions: [subscriptionFacts('jobs_sub')] } },
      );
      assert.deepEqual(findingLines(made), [
        'warning slotInUse central: jobs_sub on edge reads it. The slot is lost, so it is of no use any more: its tables must then be copied again.',
        'note slotLost central: The slot jobs_sub on central is lost (wal_removed): it keeps nothing, and nothing comes by it again.',
      ]);
      assert.doesNotMatch(made.steps[0]?.effect ?? '', /keeps/);
    });
  });

  describe('a standby’s', () => {
    const slot = { name: 'edge', type: 'physical', plugin: null, database: null } as const;
    const standby = declared('edge', { standbyOf: 'central', slot: 'edge' });
    const nodes = [PUBLISHER, standby];

    it('stays, also while the standby is away', () => {
      assert.deepEqual(errors(plan(slot, { nodes })), [
        'error slotInUse central: The file gives it to edge, a standby of central. Without the slot WAL may be removed that edge needs: edge must then be cloned again. / Stop edge or give it another slot, and take "slot" of edge out of the file.',
      ]);
    });

    it('goes once the standby streams from another, or is none any more', () => {
      const receiver = {
        pid: 1,
        isVisible: true,
        status: 'streaming',
        receivedTimeline: 1,
        flushedLsn: null,
        latestEndLsn: null,
        latestEndAtMs: null,
        lastMessageAtMs: null,
        slotName: 'edge_2',
        senderHost: null,
        senderPort: null,
        applicationName: null,
      };
      const other = snapshot({
        nodes,
        seen: { edge: { sample: sample({ fast: fast({ isInRecovery: true, receiver }) }) } },
      });
      assert.deepEqual(findingLines(plan(slot, { nodes, snapshot: other })), [
        'note slotInUse central: The file gives it to edge, which streams from the slot edge_2.',
      ]);
      assert.deepEqual(findingLines(plan(slot, { nodes, edge: {} })), [
        'note slotInUse central: The file gives it to edge, which is no standby any more.',
      ]);
      const undeclared = plan(
        { ...slot, name: 'edge_2' },
        { nodes: [PUBLISHER, declared('edge')], snapshot: other },
      );
      assert.match(errors(undeclared).join(), /edge streams from it, though the file/);
    });
  });

  describe('of a server with two databases in the file', () => {
    const connection = { host: 'db.example.com', dbname: 'other' };
    const own = { ...PUBLISHER, connection: { host: 'db.example.com', dbname: 'app' } };
    const other = declared('other', { connection });

    it('stays while who takes from the other one needs it', () => {
      const user = declared('edge', { subscriptions: [subscription('jobs_sub', 'other')] });
      const made = plan({ database: 'other' }, { nodes: [own, other, user] });
      assert.match(errors(made).join(), /The file gives it to jobs_sub on edge/u);
      const standby = declared('edge', { standbyOf: 'other', slot: 'edge' });
      const physical = { name: 'edge', type: 'physical', plugin: null, database: null } as const;
      assert.match(
        errors(plan(physical, { nodes: [own, other, standby] })).join(),
        /The file gives it to edge, a standby of other/u,
      );
    });

    it('goes where the other one is another server', () => {
      const user = declared('edge', { subscriptions: [subscription('jobs_sub', 'other')] });
      const elsewhere = declared('other', { connection: { host: 'db2.example.com' } });
      assert.deepEqual(errors(plan({}, { nodes: [own, elsewhere, user] })), []);
    });
  });

  it('a consumer’s stays while the file names it', () => {
    const topology = { consumers: [{ id: 'electric', node: 'central', slot: 'jobs_sub' }] };
    assert.deepEqual(errors(plan({}, { nodes: [PUBLISHER], topology })), [
      'error slotInUse central: The file gives it to the consumer electric. Without the slot WAL may be removed that electric needs: electric must then begin anew. / Stop electric and take it out of the file.',
    ]);
  });

  describe('that of a table copy', () => {
    const name = `pg_16390_sync_16384_77`;
    const edgeServer = { systemIdentifier: '77' };
    const copying = (state: string): Partial<CatalogSubscription> => ({
      oid: 16390,
      tables: [{ schema: 'public', name: 'jobs', state }],
    });

    it('stays while its table is copied', () => {
      const made = plan(
        { name },
        {
          edge: {
            server: edgeServer,
            subscriptions: [subscriptionFacts('jobs_sub', copying('d'))],
          },
        },
      );
      assert.match(errors(made).join(), /jobs_sub on edge copies a table by it\. .* Wait until/);
    });

    it('goes when its table is copied, or its subscription gone', () => {
      const ready = plan(
        { name },
        {
          edge: {
            server: edgeServer,
            subscriptions: [subscriptionFacts('jobs_sub', copying('r'))],
          },
        },
      );
      assert.deepEqual(findingLines(ready), [
        'note slotInUse central: It was left by jobs_sub on edge, which copies no table now.',
      ]);
      assert.deepEqual(findingLines(plan({ name }, { edge: { server: edgeServer } })), [
        'note slotInUse central: It was left by a subscription that edge has not any more.',
      ]);
    });

    it('stays while a node that may have the subscription was not asked; goes when none can', () => {
      assert.match(
        errors(plan({ name })).join(),
        /system identifier 77, which may be edge: that could not be asked.* Connect to those nodes/,
      );
      const foreign = plan({ name }, { edge: { server: { systemIdentifier: SYSTEM } } });
      assert.match(findingLines(foreign).join(), /^warning slotInUse central: Nobody in the file/);
    });
  });

  it('a failover slot names its copies; a copy is not dropped', () => {
    const standby = declared('edge', { standbyOf: 'central' });
    const made = plan({ isFailover: true, name: 'x' }, { nodes: [PUBLISHER, standby] });
    assert.match(
      findingLines(made).join('\n'),
      /warning .* x on central is a failover slot: the copies that standbys keep of it \(edge\) go with it/,
    );
    const copy = plan(
      { isSynced: true, isFailover: true, name: 'x' },
      {
        nodes: [PUBLISHER],
        central: { server: { isInRecovery: true }, slots: [slotFacts('x', { isSynced: true })] },
      },
    );
    assert.match(errors(copy).join(), /refuses to drop it \(55000\)/);
  });

  it('needs REPLICATION', () => {
    const made = plan(
      {},
      { nodes: [PUBLISHER], central: { role: plainRole(), slots: [slotFacts('jobs_sub')] } },
    );
    assert.deepEqual(errors(made), [
      'error privilege central: deployer on central may not drop slots: it is no superuser and lacks REPLICATION (42501). / Let a superuser give it, or name one as "adminUser" in the file.',
    ]);
  });
});

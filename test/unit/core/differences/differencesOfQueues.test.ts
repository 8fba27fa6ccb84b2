import assert from 'node:assert/strict';
import type { Difference } from '../../../../src/core/differences/difference';
import { differencesOf } from '../../../../src/core/differences/differencesOf';
import type { QueueObjectFacts, QueueTriggerFacts, SlowFacts } from '../../../../src/core/facts';
import type { DeclaredQueue } from '../../../../src/core/topology';
import {
  answered,
  failed,
  Joiner,
  node,
  primary,
  slow,
  standby,
  subscriber,
  T0,
  topology,
} from '../join/builders';
import { only } from './publicationFacts';

const QUEUE = { schema: 'pgtopology', name: 'pending_sync' };
const TABLES = [
  { schema: 'public', name: 'jobs', policy: 'manual' },
  { schema: 'public', name: 'a.b', policy: 'merge' },
] as const;
const ON_PRIMARY = ['edge', 'applied_operation', 'conflict', 'sync_metric'];

type Kind = QueueTriggerFacts['kind'];

const trigger = (table: string, kind: Kind, fires = 'O'): QueueTriggerFacts => ({
  schema: 'public',
  table,
  kind,
  fires,
});

const CAPTURED = ['jobs', 'a.b'].flatMap((table) => [
  trigger(table, 'capture'),
  trigger(table, 'refuseTruncate'),
]);

/** What the edge has; by default all that its file says. */
interface Edge {
  readonly triggers?: readonly QueueTriggerFacts[];
  readonly shape?: SlowFacts['queueShape'];
  readonly missingRoles?: readonly string[];
  readonly subscribed?: readonly string[];
  readonly objects?: Partial<QueueObjectFacts>;
}

function found(
  said: Partial<DeclaredQueue> | null,
  edge: Edge = {},
  onPrimary: Partial<QueueObjectFacts> = {},
): readonly Difference[] {
  const queue: DeclaredQueue = {
    primary: 'central',
    table: QUEUE,
    capture: 'trigger',
    tables: TABLES,
    ...said,
  };
  const file = topology([
    node('central'),
    node('edge', { pendingSync: said === null ? null : queue }),
  ]);
  const { triggers = CAPTURED, shape = 'current', missingRoles = [], subscribed = [] } = edge;
  const objects = { queue: QUEUE, triggers, tables: [], missingRoles, ...edge.objects };
  const subscriptionTables = subscribed.map((name) => ({
    subscription: 'from_central',
    schema: 'public',
    name,
    state: 'r' as const,
  }));
  const there = { queue: null, triggers: [], tables: ON_PRIMARY, missingRoles: [], ...onPrimary };
  return differencesOf(
    new Joiner(file).join({
      central: answered(primary(), T0, { slow: slow({ queueObjects: there }) }),
      edge: answered(subscriber({ subscriptions: [] }), T0, {
        slow: slow({ queueShape: shape, queueObjects: objects, subscriptionTables }),
      }),
    }),
  );
}

const brief = (differences: readonly Difference[]) =>
  differences.map(({ id, severity, byPlan }) => `${id} ${severity}${byPlan ? ' by plan' : ''}`);

describe('Differences of queues', () => {
  it('there is none for an edge that queues as the file says', () => {
    assert.deepEqual(found({}), []);
    assert.deepEqual(
      found(
        {},
        { subscribed: ['jobs'], triggers: [...CAPTURED, trigger('jobs', 'echoGuard', 'R')] },
      ),
      [],
    );
    assert.deepEqual(found({ capture: 'application' }, { triggers: [] }), []);
    assert.deepEqual(found(null, { triggers: [], shape: null }), []);
  });

  it('of a queue that is not there, that alone is said', () => {
    const missing = only(found({}, { shape: 'absent', triggers: [] }));
    assert.equal(missing.code, 'missingQueue');
    assert.equal(missing.message, 'Queue pgtopology.pending_sync is in the file, but not on edge.');
    assert.deepEqual(missing.fileChanges, [
      { path: ['nodes', 'edge', 'pendingSync'], value: undefined },
    ]);
  });

  it('an application’s shape is brought up to date by a plan; another table is left alone', () => {
    assert.deepEqual(brief(found({}, { shape: 'old' })), [
      'queueShape/edge/pgtopology.pending_sync warning by plan',
    ]);
    const other = only(found({}, { shape: 'other' }));
    assert.equal(other.byPlan, false);
    assert.match(other.message, /^pgtopology\.pending_sync on edge is no queue/u);
  });

  it('capture that is missing, disabled, fires for other rows, or does not refuse TRUNCATE', () => {
    const differences = found(
      {},
      { triggers: [trigger('jobs', 'capture', 'D'), trigger('jobs', 'refuseTruncate')] },
    );
    assert.deepEqual(
      differences.map(({ message }) => message),
      [
        'Writes to public.jobs on edge are not queued: its capture trigger is disabled.',
        'Writes to public."a.b" on edge are not queued: its capture trigger is missing.',
        'TRUNCATE of public."a.b" on edge is neither queued nor refused: the trigger that refuses it is missing.',
      ],
    );
    assert.deepEqual(differences[1]?.path, [
      'nodes',
      'edge',
      'pendingSync',
      'tables',
      'public."a.b"',
    ]);
    const always = CAPTURED.map((one) => ({ ...one, fires: one.table === 'jobs' ? 'A' : 'O' }));
    assert.deepEqual(brief(found({}, { triggers: always })).length, 2);
  });

  it('a table that is captured and not listed is taken over with the policy that holds for it', () => {
    const extra = only(found({}, { triggers: [...CAPTURED, trigger('notes', 'capture')] }));
    assert.equal(extra.severity, 'information');
    assert.equal(extra.byPlan, false);
    assert.deepEqual(extra.fileChanges, [
      { path: ['nodes', 'edge', 'pendingSync', 'tables', 'public.notes'], value: 'primary-wins' },
    ]);
  });

  it('a trigger beside an application that fills the queue itself would double each write', () => {
    const triggers = [
      trigger('jobs', 'capture'),
      trigger('notes', 'capture'),
      trigger('a.b', 'capture', 'D'),
    ];
    const differences = found({ capture: 'application' }, { triggers });
    assert.deepEqual(brief(differences), [
      'doubleCapture/edge/pgtopology.pending_sync/public.jobs warning by plan',
      'doubleCapture/edge/pgtopology.pending_sync/public.notes warning by plan',
    ]);
    assert.deepEqual(
      differences.map(({ path }) => path.at(-1)),
      ['public.jobs', 'capture'],
    );
  });

  it('the echo guard of a table that is queued and subscribed, and fires for applied rows alone', () => {
    const lacks = (fires: string | null) =>
      found(
        {},
        {
          subscribed: ['jobs', 'others'],
          triggers: [...CAPTURED, ...(fires === null ? [] : [trigger('jobs', 'echoGuard', fires)])],
        },
      );
    for (const fires of [null, 'D', 'O', 'A']) {
      assert.deepEqual(brief(lacks(fires)), [
        'missingGuard/edge/pgtopology.pending_sync/public.jobs warning by plan',
      ]);
    }
    assert.deepEqual(lacks('R'), []);
  });

  it('what the primary lacks, and the role that drains, at both ends', () => {
    const [ledger] = found({}, {}, { tables: ['edge'] });
    assert.equal(
      ledger?.message,
      'The queue of edge cannot be drained to central, which lacks pgtopology.applied_operation, pgtopology.conflict, pgtopology.sync_metric.',
    );
    const missing = { missingRoles: ['drainer'] };
    assert.deepEqual(brief(found({ drainUser: 'drainer' }, missing, missing)), [
      'missingDrainUser/edge/pgtopology.pending_sync/edge warning by plan',
      'missingDrainUser/edge/pgtopology.pending_sync/central warning by plan',
    ]);
    // What was asked about is not what the file says by now.
    assert.deepEqual(found({ drainUser: 'another' }, missing, missing), []);
  });

  it('says nothing of a table that was not looked at, and of what cannot be read', () => {
    const table = { schema: 'public', name: 'other_queue' };
    assert.deepEqual(found({ table }, { shape: 'absent', triggers: [] }), []);
    assert.deepEqual(found({}, { objects: { queue: null }, shape: 'absent' }), []);
    const file = topology([
      node('central'),
      node('edge', {
        pendingSync: { primary: 'central', table: QUEUE, capture: 'trigger', tables: TABLES },
      }),
    ]);
    const lacksLedger = slow({
      queueObjects: { queue: null, triggers: [], tables: [], missingRoles: [] },
    });
    const samples = { central: answered(primary(), T0, { slow: lacksLedger }), edge: failed() };
    assert.deepEqual(brief(differencesOf(new Joiner(file).join(samples))), [
      'missingLedger/edge/pgtopology.pending_sync/central warning by plan',
    ]);
    const without = { central: answered(primary()), edge: answered(standby()) };
    assert.deepEqual(
      differencesOf(new Joiner(file).join(without)).filter(
        ({ subject }) => subject.kind === 'queue',
      ),
      [],
    );
  });

  it('capture on a node that has no queue by the file: nobody drains it', () => {
    const extra = only(found(null, { shape: null }));
    assert.equal(extra.code, 'extraQueue');
    assert.equal(
      extra.message,
      'Writes to public.jobs, public."a.b" on edge are queued, but the file gives edge no queue: nobody drains them.',
    );
    assert.deepEqual(found(null, { triggers: [trigger('jobs', 'capture', 'D')] }), []);
  });
});

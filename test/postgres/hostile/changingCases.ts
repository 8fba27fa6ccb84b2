import { planAlterPublication } from '../../../src/core/plan/planAlterPublication';
import { planAlterSubscription } from '../../../src/core/plan/planAlterSubscription';
import { planDropPublication } from '../../../src/core/plan/planDropPublication';
import { planRenamePublication } from '../../../src/core/plan/planRenamePublication';
import { planRepairDrift } from '../../../src/core/plan/planRepairDrift';
import { planResyncTable } from '../../../src/core/plan/planResyncTable';
import { planSkipTransaction } from '../../../src/core/plan/planSkipTransaction';
import { holderName } from '../../../src/core/plan/resyncHolder';
import type { PlanContext } from '../../../src/core/plan/requests';
import { planCreateReplicationRole } from '../../../src/core/plan/roles/planCreateReplicationRole';
import { planDropSlot } from '../../../src/core/plan/slots/planDropSlot';
import { planChanges } from '../../../src/core/plan/changes/planChanges';
import type { TopologyNode } from '../../../src/core/topology';
import {
  ITEM,
  UNALTERED,
  asIfTaken,
  withSubscription,
  itemPublication,
  NOWHERE,
  subscribe,
  made,
  unconnected,
  dropSubscription,
  dropBoth,
} from './caseParts';
import type { HostileCase } from './hostileCase';
import { canExist } from './hostileNames';
import { line, literal, quoted } from './hostileWorld';

/** Commands that change or drop what is there, and what brings servers to the file. */
export const CHANGING_CASES: readonly HostileCase[] = [
  {
    change: 'dropPublication',
    what: 'publication',
    prepare: (name) => ({ central: `CREATE PUBLICATION ${quoted(name)} FOR TABLE item` }),
    plan: (name, _, context) => planDropPublication({ nodeId: 'central', name }, context),
    expected: (name) => ({ removed: itemPublication(name) }),
    tidy: (name) => ({ central: `DROP PUBLICATION IF EXISTS ${quoted(name)}` }),
  },
  {
    change: 'renamePublication',
    what: 'publication that is renamed',
    prepare: (name) => ({ central: `CREATE PUBLICATION ${quoted(name)} FOR TABLE item` }),
    plan: (name, index, context) =>
      planRenamePublication({ nodeId: 'central', name, newName: `hostile_${index}` }, context),
    expected: (name, index) => ({
      removed: itemPublication(name),
      added: itemPublication(`hostile_${index}`),
    }),
    tidy: (_, index) => ({ central: `DROP PUBLICATION hostile_${index}` }),
  },
  {
    change: 'renamePublication',
    what: 'publication in its place',
    // One for every name, whether that can be or not.
    exists: () => true,
    prepare: (_, index) => ({ central: `CREATE PUBLICATION hostile_${index} FOR TABLE item` }),
    plan: (name, index, context) =>
      planRenamePublication(
        { nodeId: 'central', name: `hostile_${index}`, newName: name },
        context,
      ),
    expected: (name, index) => ({
      removed: itemPublication(`hostile_${index}`),
      added: itemPublication(name),
    }),
    tidy: (name, index) => ({
      central: `DROP PUBLICATION IF EXISTS hostile_${index}${canExist(name) ? `; DROP PUBLICATION IF EXISTS ${quoted(name)}` : ''}`,
    }),
  },
  {
    change: 'alterSubscription',
    what: 'subscription',
    prepare: (name, index) => ({ edge: unconnected(name, index) }),
    plan: (name, _, context) =>
      planAlterSubscription(
        { ...UNALTERED, name, options: { synchronousCommit: 'local' } },
        context,
      ),
    expected: (name, index) => {
      const state = (value: string): string =>
        line('edge', 'subscription', name, false, `hostile_${index}`, ['item_pub'], value);
      return { removed: [state('off')], added: [state('local')] };
    },
    tidy: (name) => ({ edge: dropSubscription(name) }),
  },
  {
    change: 'alterSubscription',
    what: 'publication',
    exists: () => true,
    prepare: (name, index, { conninfo }) => ({
      edge: unconnected(`hostile_${index}`, index, conninfo),
      ...(canExist(name) ? { central: `CREATE PUBLICATION ${quoted(name)} FOR TABLE item` } : {}),
    }),
    plan: (name, index, context) =>
      planAlterSubscription(
        { ...UNALTERED, name: `hostile_${index}`, publications: [name] },
        {
          ...context,
          topology: withSubscription(context.topology, `hostile_${index}`),
        },
      ),
    expected: (name, index) => {
      const state = (publication: string): string =>
        line(
          'edge',
          'subscription',
          `hostile_${index}`,
          false,
          `hostile_${index}`,
          [publication],
          'off',
        );
      return { removed: [state('item_pub')], added: [state(name)] };
    },
    tidy: (name, index) => ({
      edge: dropSubscription(`hostile_${index}`),
      ...(canExist(name) ? { central: `DROP PUBLICATION ${quoted(name)}` } : {}),
    }),
  },
  {
    change: 'createReplicationRole',
    what: 'role',
    asksRoles: true,
    plan: (name, _, context) =>
      planCreateReplicationRole(
        {
          nodeId: 'central',
          name,
          duties: ['replication'],
          tables: [{ schema: 'public', name: 'item' }],
          verifier: null,
        },
        context,
      ),
    expected: (name) => ({
      added: [
        line('central', 'role', name, true, true),
        ...['SELECT public item', 'USAGE public'].map((right) =>
          line('central', 'right', name, right),
        ),
      ],
    }),
    tidy: (name) => ({ central: `DROP OWNED BY ${quoted(name)}; DROP ROLE ${quoted(name)}` }),
  },
  {
    change: 'dropSlot',
    what: 'slot',
    exists: (name) => /^[a-z0-9_]{1,63}$/u.test(name),
    prepare: (name) => ({
      central: `SELECT pg_create_physical_replication_slot(${literal(name)})`,
    }),
    plan: (name, _, context) => planDropSlot({ nodeId: 'central', slotName: name }, context),
    expected: (name) => ({ removed: [line('central', 'slot', name)] }),
    tidy: () => ({}),
  },
  {
    change: 'alterPublication',
    what: 'publication',
    prepare: (name) => ({ central: `CREATE PUBLICATION ${quoted(name)} FOR TABLE item` }),
    plan: (name, _, context) =>
      planAlterPublication({ ...SAME_PUBLICATION, name, operations: ['insert'] }, context),
    expected: (name) => ({
      removed: [line('central', 'publication', name, true, true)],
      added: [line('central', 'publication', name, true, false)],
    }),
    tidy: (name) => ({ central: `DROP PUBLICATION ${quoted(name)}` }),
  },
  {
    change: 'alterPublication',
    what: 'table',
    exists: () => true,
    prepare: (name, index) => ({
      central: `CREATE PUBLICATION hostile_${index} FOR TABLE item${canExist(name) ? `; CREATE TABLE hostile.${quoted(name)} (id int PRIMARY KEY)` : ''}`,
    }),
    plan: (name, index, context) =>
      planAlterPublication(
        {
          ...SAME_PUBLICATION,
          name: `hostile_${index}`,
          tables: [ITEM, { ...ITEM, schema: 'hostile', name }],
        },
        context,
      ),
    expected: (name, index) => ({
      added: [line('central', 'published', `hostile_${index}`, 'hostile', name, null)],
    }),
    tidy: (name, index) => ({
      central: `DROP PUBLICATION hostile_${index}${canExist(name) ? `; DROP TABLE hostile.${quoted(name)}` : ''}`,
    }),
  },
  {
    change: 'resyncTable',
    what: 'table',
    exists: () => true,
    prepare: (name, index) => ({
      central: canExist(name)
        ? `CREATE TABLE hostile.${quoted(name)} (id int PRIMARY KEY); CREATE PUBLICATION hostile_${index} FOR TABLE hostile.${quoted(name)}`
        : `CREATE PUBLICATION hostile_${index} FOR TABLE item`,
      edge: `${unconnected(`hostile_${index}`, index, NOWHERE, `hostile_${index}`, `hostile_${index}`)}${canExist(name) ? `; CREATE TABLE hostile.${quoted(name)} (id int PRIMARY KEY)` : ''}`,
    }),
    plan: (name, index, context) => {
      const table = { schema: 'hostile', name };
      const plan = planResyncTable(
        { nodeId: 'edge', subscription: `hostile_${index}`, table },
        asIfTaken(context, `hostile_${index}`, table),
      );
      // What lies between and after them waits for a worker, and there is none.
      return { ...plan, steps: plan.steps.filter((_, at) => at === 0 || at === 3) };
    },
    expected: (name, index) => ({
      removed: [line('central', 'published', `hostile_${index}`, 'hostile', name, null)],
      // What keeps how it was published, until a later step.
      added: [
        line('central', 'publication', holderName(`hostile_${index}`), false, false),
        line('central', 'published', holderName(`hostile_${index}`), 'hostile', name, null),
      ],
    }),
    tidy: (name, index) => ({
      central: `DROP PUBLICATION IF EXISTS ${holderName(`hostile_${index}`)}; DROP PUBLICATION hostile_${index}${canExist(name) ? `; DROP TABLE hostile.${quoted(name)}` : ''}`,
      edge: `${dropSubscription(`hostile_${index}`)}${canExist(name) ? `; DROP TABLE hostile.${quoted(name)}` : ''}`,
    }),
  },
  {
    change: 'rotatePassword',
    what: 'subscription',
    prepare: (name, index) => ({ edge: unconnected(name, index) }),
    plan: (name, _, context) =>
      planAlterSubscription({ ...UNALTERED, name, connection: ELSEWHERE }, context),
    expected: (name) => ({
      removed: [line('edge', 'conninfo', name, NOWHERE)],
      added: [line('edge', 'conninfo', name, `host='127.0.0.1' port='2'`)],
    }),
    tidy: (name) => ({ edge: dropSubscription(name) }),
  },
  {
    change: 'skipTransaction',
    what: 'subscription',
    since: 15,
    prepare: (name, index) => ({ edge: unconnected(name, index) }),
    plan: (name, _, context) => {
      const plan = planSkipTransaction(
        { nodeId: 'edge', name, finishLsn: '0/FFFFFF0', content: null, endLsn: null },
        context,
      );
      // What comes after it waits for a worker, and there is none.
      return { ...plan, steps: plan.steps.slice(0, 1) };
    },
    expected: (name) => ({ added: [line('edge', 'skip', name, '0/FFFFFF0')] }),
    tidy: (name) => ({ edge: dropSubscription(name) }),
  },
  {
    change: 'resolveSubscription',
    what: 'subscription and column',
    prepare: (name, index) => ({
      central: `CREATE TABLE hostile.drift_${index} (id int PRIMARY KEY, ${quoted(name)} text);
        CREATE PUBLICATION hostile_${index} FOR TABLE hostile.drift_${index}`,
      edge: `CREATE TABLE hostile.drift_${index} (id int PRIMARY KEY);
        ${unconnected(name, index, NOWHERE, `hostile_${index}`, `hostile_${index}`)}`,
    }),
    plan: (name, _, context) =>
      planRepairDrift(
        { nodeId: 'edge', name },
        { ...context, topology: withSubscription(context.topology, name) },
      ),
    expected: (name, index) => {
      const state = (isEnabled: boolean): string =>
        line(
          'edge',
          'subscription',
          name,
          isEnabled,
          `hostile_${index}`,
          [`hostile_${index}`],
          'off',
        );
      return {
        removed: [state(false)],
        added: [state(true), line('edge', 'column', `drift_${index}`, name, 'text')],
      };
    },
    tidy: (name, index) => ({
      central: `DROP PUBLICATION hostile_${index}; DROP TABLE hostile.drift_${index}`,
      edge: `${dropSubscription(name)}; DROP TABLE hostile.drift_${index}`,
    }),
  },
  {
    change: 'planChanges',
    what: 'publication of the file',
    plan: (name, _, context) =>
      planChanges(
        EVERYTHING,
        declaring(context, {
          central: { publications: [{ ...ITEM_PUBLICATION, name }] },
        }),
      ),
    expected: (name) => ({ added: itemPublication(name) }),
    tidy: (name) => ({ central: `DROP PUBLICATION ${quoted(name)}` }),
  },
  {
    change: 'planChanges',
    what: 'subscription of the file',
    plan: (name, index, context, world) =>
      planChanges(
        {
          ...EVERYTHING,
          signIns: [{ ...subscribe(index, context, world), subscription: name }],
        },
        declaring(context, {
          edge: {
            subscriptions: [
              {
                name,
                publisher: 'central',
                publications: ['item_pub'],
                connection: null,
                slotName: `hostile_${index}`,
                options: { enabled: false, copyData: false },
              },
            ],
          },
        }),
      ),
    expected: (name, index, world) => ({
      added: made(world, name, index, { publications: ['item_pub'] }),
    }),
    tidy: (name, index) => dropBoth(name, index),
  },
];

const SAME_PUBLICATION = {
  nodeId: 'central',
  name: '',
  tables: null,
  schemas: null,
  operations: null,
  viaPartitionRoot: null,
  generatedColumns: null,
  createsMissingTables: false,
} as const;

const ELSEWHERE = [
  { keyword: 'host', value: '127.0.0.1' },
  { keyword: 'port', value: '2' },
] as const;

const EVERYTHING = { nodeIds: null, drops: false, signIns: [], passwords: [], unread: [] } as const;

const ITEM_PUBLICATION = {
  name: '',
  tables: [ITEM],
  schemas: [],
  allTables: false,
  options: {},
} as const;

/** The same servers, with this in the file. */
function declaring(
  context: PlanContext,
  said: Readonly<Record<string, Partial<TopologyNode>>>,
): PlanContext {
  const nodes = context.topology.nodes.map((node) => ({ ...node, ...said[node.id] }));
  return { ...context, topology: { ...context.topology, nodes } };
}

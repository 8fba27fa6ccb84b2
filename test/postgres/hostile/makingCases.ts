import { planCreatePublication } from '../../../src/core/plan/planCreatePublication';
import { planCreateSubscription } from '../../../src/core/plan/planCreateSubscription';
import { planDropSubscription } from '../../../src/core/plan/planDropSubscription';
import { planInstallPendingSync } from '../../../src/core/plan/planInstallPendingSync';
import { planInstallSentinel } from '../../../src/core/plan/planInstallSentinel';
import { planRefreshSubscription } from '../../../src/core/plan/planRefreshSubscription';
import {
  planDisableSubscription,
  planEnableSubscription,
} from '../../../src/core/plan/planSwitchSubscription';
import { planUninstallSentinel } from '../../../src/core/plan/planUninstallSentinel';
import {
  PUBLICATION,
  NOWHERE,
  isFreeSchema,
  subscribe,
  made,
  unconnected,
  dropSubscription,
  dropBoth,
  switched,
  queue,
  sentinel,
  installed,
  tableOf,
} from './caseParts';
import type { HostileCase } from './hostileCase';
import { line, quoted } from './hostileWorld';

const publicationCases: readonly HostileCase[] = [
  {
    change: 'createPublication',
    what: 'publication',
    plan: (name, _, context) => planCreatePublication({ ...PUBLICATION, name }, context),
    expected: (name) => ({
      added: [
        line('central', 'publication', name, true, true),
        line('central', 'published', name, 'public', 'item', null),
      ],
    }),
    tidy: (name) => ({ central: `DROP PUBLICATION ${quoted(name)}` }),
  },
  {
    change: 'createPublication',
    what: 'table and column',
    prepare: (name) => ({
      central: `CREATE TABLE hostile.${quoted(name)} (${quoted(name)} int PRIMARY KEY)`,
    }),
    plan: (name, index, context, { major }) =>
      planCreatePublication(
        {
          ...PUBLICATION,
          name: `hostile_${index}`,
          tables: [
            { schema: 'hostile', name, columns: major >= 15 ? [name] : null, rowFilter: null },
          ],
        },
        context,
      ),
    expected: (name, index, { major }) => ({
      added: [
        line('central', 'publication', `hostile_${index}`, true, true),
        line(
          'central',
          'published',
          `hostile_${index}`,
          'hostile',
          name,
          major >= 15 ? [name] : null,
        ),
      ],
    }),
    tidy: (name, index) => ({
      central: `DROP PUBLICATION hostile_${index}; DROP TABLE hostile.${quoted(name)}`,
    }),
  },
  {
    change: 'createPublication',
    what: 'schema',
    since: 15,
    exists: isFreeSchema,
    prepare: (name) => ({ central: `CREATE SCHEMA ${quoted(name)}` }),
    plan: (name, index, context) =>
      planCreatePublication(
        { ...PUBLICATION, name: `hostile_${index}`, tables: [], schemas: [name] },
        context,
      ),
    expected: (name, index) => ({
      added: [
        line('central', 'publication', `hostile_${index}`, true, true),
        line('central', 'published schema', `hostile_${index}`, name),
      ],
    }),
    tidy: (name, index) => ({
      central: `DROP PUBLICATION hostile_${index}${isFreeSchema(name) ? `; DROP SCHEMA ${quoted(name)}` : ''}`,
    }),
  },
];

const subscriptionCases: readonly HostileCase[] = [
  {
    change: 'createSubscription',
    what: 'subscription',
    plan: (name, index, context, world) =>
      planCreateSubscription({ ...subscribe(index, context, world), name }, context),
    expected: (name, index, world) => ({
      added: made(world, name, index, { publications: ['item_pub'] }),
    }),
    tidy: (name, index) => dropBoth(name, index),
  },
  {
    change: 'createSubscription',
    what: 'publication',
    prepare: (name) => ({ central: `CREATE PUBLICATION ${quoted(name)} FOR TABLE item` }),
    plan: (name, index, context, world) =>
      planCreateSubscription(
        { ...subscribe(index, context, world), publications: [name] },
        context,
      ),
    expected: (name, index, world) => ({
      added: made(world, `hostile_${index}`, index, { publications: [name] }),
    }),
    tidy: (name, index) => ({
      edge: dropSubscription(`hostile_${index}`),
      central: `DROP PUBLICATION ${quoted(name)}; SELECT pg_drop_replication_slot('hostile_${index}')`,
    }),
  },
  {
    change: 'createSubscription',
    what: 'value of the connection',
    exists: (name) => !name.includes('\0') && !/\p{Cs}/u.test(name),
    plan: (name, index, context, world) => {
      const request = subscribe(index, context, world);
      const connection = [...request.connection, { keyword: 'application_name', value: name }];
      return planCreateSubscription({ ...request, connection }, context);
    },
    expected: (name, index, world) => ({
      added: made(world, `hostile_${index}`, index, {
        publications: ['item_pub'],
        applicationName: name,
      }),
    }),
    tidy: (_, index) => dropBoth(`hostile_${index}`, index),
  },
  {
    change: 'enableSubscription',
    what: 'subscription',
    prepare: (name, index) => ({ edge: unconnected(name, index) }),
    plan: (name, _, context) => planEnableSubscription({ nodeId: 'edge', name }, context),
    expected: (name, index) => switched(name, index, true),
    tidy: (name) => ({ edge: dropSubscription(name) }),
  },
  {
    change: 'disableSubscription',
    what: 'subscription',
    prepare: (name, index) => ({
      edge: `${unconnected(name, index)}; ALTER SUBSCRIPTION ${quoted(name)} ENABLE`,
    }),
    plan: (name, _, context) => planDisableSubscription({ nodeId: 'edge', name }, context),
    expected: (name, index) => switched(name, index, false),
    tidy: (name) => ({ edge: dropSubscription(name) }),
  },
  {
    change: 'refreshSubscription',
    what: 'subscription',
    prepare: (name, index, { conninfo }) => ({
      edge: `${unconnected(name, index, conninfo)}; ALTER SUBSCRIPTION ${quoted(name)} ENABLE`,
    }),
    plan: (name, _, context) => planRefreshSubscription({ nodeId: 'edge', name }, context),
    expected: (name) => ({ added: [line('edge', 'subscribed', name, 'public', 'item')] }),
    tidy: (name) => ({ edge: dropSubscription(name) }),
  },
  {
    change: 'dropSubscription',
    what: 'subscription',
    prepare: (name, index) => ({ edge: unconnected(name, index, NOWHERE, 'NONE') }),
    plan: (name, _, context) =>
      planDropSubscription({ nodeId: 'edge', name, keepsSlot: false }, context),
    expected: (name) => ({
      removed: [
        line('edge', 'subscription', name, false, null, ['item_pub'], 'off'),
        line('edge', 'conninfo', name, NOWHERE),
      ],
    }),
    tidy: () => ({}),
  },
];

const tableCases: readonly HostileCase[] = [
  {
    change: 'installPendingSync',
    what: 'table',
    plan: (name, _, context) =>
      planInstallPendingSync(
        { nodeId: 'edge', primaryId: 'central', table: { schema: 'hostile', name } },
        context,
      ),
    expected: (name) => ({ added: queue('hostile', name) }),
    tidy: (name) => ({ edge: `DROP TABLE hostile.${quoted(name)}` }),
  },
  {
    change: 'installPendingSync',
    what: 'schema',
    plan: (name, _, context) =>
      planInstallPendingSync(
        { nodeId: 'edge', primaryId: 'central', table: { schema: name, name: 'queue' } },
        context,
      ),
    expected: (name) => ({
      added: [
        ...(isFreeSchema(name) ? [line('edge', 'schema', name)] : []),
        ...queue(name, 'queue'),
      ],
    }),
    tidy: (name) => ({
      edge: isFreeSchema(name)
        ? `DROP SCHEMA ${quoted(name)} CASCADE`
        : `DROP TABLE ${quoted(name)}.queue`,
    }),
  },
  {
    change: 'installSentinel',
    what: 'publication',
    prepare: (name) => ({ central: `CREATE PUBLICATION ${quoted(name)} FOR TABLE item` }),
    plan: (name, _, context) =>
      planInstallSentinel({ nodeId: 'central', publication: name }, context),
    expected: (name, _, world) => ({ added: sentinel(name, world) }),
    tidy: (name, _, world) => ({
      central: `DROP PUBLICATION ${quoted(name)}; DROP TABLE IF EXISTS ${tableOf(name, world)}`,
    }),
  },
];

const removingSentinel: HostileCase = {
  change: 'uninstallSentinel',
  what: 'publication',
  prepare: (name, _, world) => ({
    central: `CREATE PUBLICATION ${quoted(name)} FOR TABLE item; ${installed(name, world)}`,
  }),
  plan: (name, _, context) =>
    planUninstallSentinel({ nodeId: 'central', publication: name }, context),
  expected: (name, _, world) => ({ removed: sentinel(name, world) }),
  tidy: (name) => ({ central: `DROP PUBLICATION ${quoted(name)}` }),
};

/** Commands that make something. */
export const MAKING_CASES: readonly HostileCase[] = [
  ...publicationCases,
  ...subscriptionCases,
  ...tableCases,
  removingSentinel,
];

import { planRemoveQueue } from '../../../src/core/plan/queue/planRemoveQueue';
import { planSetUpEdge } from '../../../src/core/plan/queue/planSetUpEdge';
import type { QueueFacts } from '../../../src/core/plan/queue/queueFacts';
import type { SetUpEdgeRequest } from '../../../src/core/plan/queue/setUpEdgeRequest';
import type { PlanContext } from '../../../src/core/plan/requests';
import { edgeComment } from '../../../src/core/queue/edgeObjects';
import { primaryComment } from '../../../src/core/queue/primaryObjects';
import {
  CAPTURE_FUNCTION,
  CAPTURE_TRIGGER,
  TRUNCATE_TRIGGER,
} from '../../../src/core/queue/queueNames';
import type { TableName } from '../../../src/core/topology';
import { queue } from './caseParts';
import type { HostileCase } from './hostileCase';
import { line, quoted } from './hostileWorld';

/** Made once for all names, by statements that pass over what is there. */
const SHARED = [
  ...[
    ['edge', 'edges that drain to here'],
    ['applied_operation', 'operations of edges that took effect here'],
    ['conflict', 'conflicts of edges, with the version that lost'],
    ['sync_metric', 'what drains did, kept for 30 days'],
  ].flatMap(([name, what = '']) => [
    line('central', 'relation', 'pgtopology', name, 'r'),
    line('central', 'comment', 'pgtopology', name, primaryComment(what)),
  ]),
  line('edge', 'relation', 'pgtopology', 'edge_identity', 'r'),
  line('edge', 'comment', 'pgtopology', 'edge_identity', edgeComment('who this edge is')),
];

const TIDY_CENTRAL =
  'DROP TABLE IF EXISTS pgtopology.edge, pgtopology.applied_operation, pgtopology.conflict, pgtopology.sync_metric';
const TIDY_EDGE = `DROP TABLE IF EXISTS pgtopology.edge_identity;
  DROP FUNCTION IF EXISTS pgtopology.capture_write() CASCADE; DROP FUNCTION IF EXISTS pgtopology.refuse_truncate() CASCADE`;

const NOTHING: QueueFacts = {
  functions: [],
  triggers: [],
  foreignKeys: [],
  partitions: [],
  parents: [],
  rights: [],
  schemaObjects: [],
  counters: [],
  openOperations: 0,
};

function withQueues(context: PlanContext, edge: QueueFacts): PlanContext {
  return {
    ...context,
    queues: new Map([
      ['edge', edge],
      ['central', NOTHING],
    ]),
  };
}

const SET_UP: SetUpEdgeRequest = {
  nodeId: 'edge',
  primaryId: 'central',
  queue: { schema: 'hostile', name: 'queue' },
  capture: 'application',
  tables: [],
  drainer: null,
  subscription: null,
};

/** A trigger of ours on a table, as it was read. */
function captured(table: TableName): QueueFacts['triggers'][number] {
  return {
    table,
    name: CAPTURE_TRIGGER,
    function: CAPTURE_FUNCTION,
    fires: 'ordinary',
    definition: '',
    mentions: [],
  };
}

const FUNCTION = `CREATE OR REPLACE FUNCTION pgtopology.hostile() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`;

export const QUEUE_CASES: readonly HostileCase[] = [
  {
    change: 'setUpEdge',
    what: 'queue',
    plan: (name, _, context) =>
      planSetUpEdge(
        { ...SET_UP, queue: { schema: 'hostile', name } },
        withQueues(context, NOTHING),
      ),
    expected: (name) => ({ added: [...SHARED, ...queue('hostile', name)] }),
    tidy: (name) => ({
      central: TIDY_CENTRAL,
      edge: `DROP TABLE hostile.${quoted(name)}; ${TIDY_EDGE}`,
    }),
  },
  {
    change: 'setUpEdge',
    what: 'captured table',
    prepare: (name) => {
      const create = `CREATE TABLE hostile.${quoted(name)} (${quoted(name)} int PRIMARY KEY)`;
      return { central: create, edge: create };
    },
    plan: (name, index, context) =>
      planSetUpEdge(
        {
          ...SET_UP,
          capture: 'trigger',
          queue: { schema: 'hostile', name: `queue_${index}` },
          tables: [{ schema: 'hostile', name, policy: 'manual' }],
        },
        withQueues(context, NOTHING),
      ),
    expected: (_, index) => ({
      added: [
        ...SHARED,
        ...queue('hostile', `queue_${index}`),
        line('edge', 'trigger', CAPTURE_TRIGGER),
        line('edge', 'trigger', TRUNCATE_TRIGGER),
        line('edge', 'function', 'pgtopology.capture_write()'),
        line('edge', 'function', 'pgtopology.refuse_truncate()'),
      ],
    }),
    tidy: (name, index) => ({
      central: `DROP TABLE hostile.${quoted(name)}; ${TIDY_CENTRAL}`,
      edge: `DROP TABLE hostile.${quoted(name)}; DROP TABLE IF EXISTS hostile.queue_${index}; ${TIDY_EDGE}`,
    }),
  },
  {
    change: 'removeQueue',
    what: 'captured table',
    prepare: (name) => ({
      edge: `CREATE TABLE hostile.${quoted(name)} (id int PRIMARY KEY); ${FUNCTION};
        CREATE TRIGGER ${CAPTURE_TRIGGER} AFTER INSERT ON hostile.${quoted(name)} FOR EACH ROW EXECUTE FUNCTION pgtopology.hostile()`,
    }),
    plan: (name, _, context) => {
      const edge = context.catalogs.get('edge');
      const isThere = edge?.relations.some((one) => one.schema === 'hostile' && one.name === name);
      const triggers = isThere === true ? [captured({ schema: 'hostile', name })] : [];
      return planRemoveQueue(
        {
          nodeId: 'edge',
          primaryId: null,
          queue: { schema: 'hostile', name },
          dropsAddedColumns: false,
        },
        withQueues(context, { ...NOTHING, triggers }),
      );
    },
    expected: () => ({ removed: [line('edge', 'trigger', CAPTURE_TRIGGER)] }),
    tidy: (name) => ({
      edge: `DROP TABLE hostile.${quoted(name)}; DROP FUNCTION IF EXISTS pgtopology.hostile() CASCADE`,
    }),
  },
];

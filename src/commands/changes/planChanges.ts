import { isServerFailure, type ServerFailure } from '../../core/failure';
import type { PlanChangesRequest, UnreadNode } from '../../core/plan/changes/changesRequest';
import { readFor } from '../../core/plan/changes/changesScope';
import { planChanges as plan } from '../../core/plan/changes/planChanges';
import {
  knownLogins,
  missingSubscriptions,
  signInNeeds,
  type MissingSubscription,
} from '../../core/plan/changes/signInNeeds';
import { undeclaredObjects } from '../../core/plan/changes/undeclaredObjects';
import { leftoversOfCreate } from '../../core/plan/leftoversOfCreate';
import { leftoversOfDrops } from '../../core/plan/leftoversOfDrops';
import type { NodeCatalog } from '../../core/plan/nodeCatalog';
import type { Plan } from '../../core/plan/plan';
import { rolesOfQueue } from '../../core/plan/queue/setUpQueue';
import type { ConnectionTest, PlanContext } from '../../core/plan/requests';
import type { ConninfoItem } from '../../core/plan/sqlText';
import { say } from '../../core/say';
import type { ConnectionParams, TableName, Topology } from '../../core/topology';
import { askSteps } from '../../host/multiStep';
import type { CommandDeps } from '../commandDeps';
import { pickTopology } from '../pickTopology';
import {
  answerFor,
  connectionOf,
  passwordsOf,
  secretsOf,
  type ChangesAnswers,
} from '../plans/changesAnswers';
import { changesSteps } from '../plans/changesSteps';
import type { PlanSteps } from '../plans/plansOnDemand';
import { whileReading } from '../plans/progress';
import { testConnection } from '../plans/testConnection';
import { toNodeRef } from '../target';
import type { Change } from './change';

const TITLE = say`Plan Changes`;

/** Reads the nodes, asks what neither file nor servers say, and brings them to the file by one plan. */
export const planChanges: Change = async (deps, target) => {
  const snapshots = deps.monitor.current();
  const topologyId = target?.topologyId ?? (await pickTopology(snapshots, TITLE));
  if (topologyId === null) return;
  const nodeId = target === null ? null : toNodeRef(target, snapshots).nodeId;
  const nodeIds = nodeId === null || isUndeclared(deps, topologyId, nodeId) ? null : [nodeId];
  const work = deps.plans.begin(TITLE, topologyId);
  const found = await readNodes(deps, work, topologyId, nodeIds);
  if (found === null) return;
  const { catalogs, topology, unread } = found;
  const needs = signInNeeds(missingSubscriptions(topology, nodeIds, catalogs));
  const start: ChangesAnswers = {
    drops: null,
    logins: needs.map((need) => ({
      need,
      role: need.role,
      kind: null,
      passfile: null,
      password: null,
    })),
  };
  const undeclared = undeclaredObjects(topology, nodeIds, catalogs, found.snapshot);
  const answers = await askSteps(TITLE, changesSteps(start, catalogs, undeclared), start);
  if (answers === null) return;
  const report = await work.carryOut({
    nodeIds: [...catalogs.keys()],
    rolesToCheck: withQueueRoles(
      topology,
      rolesOf(knownLogins(topology, nodeIds, catalogs), answers),
    ),
    setupOf: [...new Set(needs.map(({ publisherId }) => publisherId))],
    queuesOf: queuesOf(topology, [...catalogs.keys()]),
    definitionsOf: Object.fromEntries([...catalogs.keys()].map((id) => [id, null])),
    secrets: secretsOf(answers),
    plan: async (context) => {
      const made = await planOf(deps, { nodeIds, unread, answers }, context);
      // Before it runs, so that nothing is left unnamed when this window ends in the middle.
      await deps.leftovers.add(leftoversOfDrops(made, context, deps.clock.nowMs()));
      return made;
    },
  });
  if (report !== null) await deps.leftovers.add(leftoversOfCreate(report, deps.clock.nowMs()));
};

interface FoundNodes extends PlanContext {
  readonly unread: readonly UnreadNode[];
}

/** Every node that can be read; who cannot is named. @returns `null` when the user gave up, or none can */
async function readNodes(
  { files }: Pick<CommandDeps, 'files'>,
  work: PlanSteps,
  topologyId: string,
  nodeIds: readonly string[] | null,
): Promise<FoundNodes | null> {
  const topology = files.find(topologyId)?.topology ?? null;
  if (topology === null) throw new Error('The topology file cannot be read any more.');
  const ids = readFor(topology, nodeIds).map(({ id }) => id);
  const catalogs = new Map<string, NodeCatalog>();
  const unread: UnreadNode[] = [];
  let last: PlanContext | null = null;
  let failure: ServerFailure | null = null;
  for (const id of ids) {
    try {
      const context: PlanContext | null = await work.read([id]);
      if (context === null) return null;
      last = context;
      for (const [nodeId, catalog] of context.catalogs) catalogs.set(nodeId, catalog);
    } catch (error) {
      if (!isServerFailure(error) || error.facts.reason === 'cancelled') throw error;
      unread.push({ nodeId: id, why: error.facts.text });
      failure = error;
    }
  }
  if (last !== null) return { ...last, catalogs, unread };
  if (failure !== null) throw failure;
  return null;
}

function isUndeclared(
  { files }: Pick<CommandDeps, 'files'>,
  topologyId: string,
  nodeId: string,
): boolean {
  const nodes = files.find(topologyId)?.topology?.nodes ?? [];
  return !nodes.some(({ id }) => id === nodeId);
}

function rolesOf(
  declared: Readonly<Record<string, readonly string[]>>,
  { logins }: ChangesAnswers,
): Readonly<Record<string, readonly string[]>> {
  const roles = new Map(Object.entries(declared));
  for (const { need, role } of logins) {
    const known = roles.get(need.publisherId) ?? [];
    if (role !== null) roles.set(need.publisherId, [...new Set([...known, role])]);
  }
  return Object.fromEntries(roles);
}

/** The queues' tables, at their edges and at where they are drained to, as far as these can be read. */
function queuesOf(
  { nodes }: Topology,
  readable: readonly string[],
): Readonly<Record<string, TableName>> {
  return Object.fromEntries(
    nodes.flatMap(({ id, pendingSync }) =>
      pendingSync === null
        ? []
        : // Of an edge that is another's primary too, its own queue counts.
          [
            [
              pendingSync.primary,
              nodes.find((one) => one.id === pendingSync.primary)?.pendingSync?.table ??
                pendingSync.table,
            ] as const,
            [id, pendingSync.table] as const,
          ].filter(([nodeId]) => readable.includes(nodeId)),
    ),
  );
}

/** Who drains a queue and who watches, on both of its ends. */
function withQueueRoles(
  topology: Topology,
  logins: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, readonly string[]>> {
  const roles = new Map(Object.entries(logins));
  for (const { id, pendingSync } of topology.nodes) {
    if (pendingSync === null) continue;
    for (const nodeId of [id, pendingSync.primary]) {
      const asked = rolesOfQueue(topology, nodeId, pendingSync.drainUser ?? null);
      roles.set(nodeId, [...new Set([...(roles.get(nodeId) ?? []), ...asked])]);
    }
  }
  return Object.fromEntries(roles);
}

interface Asked extends Pick<PlanChangesRequest, 'nodeIds' | 'unread'> {
  readonly answers: ChangesAnswers;
}

/** Addresses are tried each time that a plan is made, so that a fix shows. */
async function planOf(deps: CommandDeps, asked: Asked, context: PlanContext): Promise<Plan> {
  const { nodeIds, unread, answers } = asked;
  const exists = (publisherId: string, role: string) =>
    context.catalogs.get(publisherId)?.roles.some(({ name }) => name === role) ?? false;
  const passwords = passwordsOf(answers, exists);
  const missing = missingSubscriptions(context.topology, nodeIds, context.catalogs);
  const signIns: PlanChangesRequest['signIns'][number][] = [];
  for (const one of missing) {
    const answer = answerFor(answers, one);
    const usual = await usualAddress(deps, one, context);
    const connection = connectionOf(one, usual, answer);
    const isMade = passwords.some(
      ({ publisherId, role }) => publisherId === one.declared.publisher && role === answer?.role,
    );
    signIns.push({
      nodeId: one.nodeId,
      subscription: one.declared.name,
      connection,
      connectionTest:
        isMade || !exists(one.declared.publisher, userOf(connection))
          ? { kind: 'notTried', why: say`${userOf(connection)} gets its password by this plan.` }
          : await tried(deps, one, connection, answers, context),
    });
  }
  return plan({ nodeIds, drops: answers.drops === true, signIns, passwords, unread }, context);
}

async function tried(
  deps: CommandDeps,
  { nodeId, declared }: MissingSubscription,
  connection: readonly ConninfoItem[],
  answers: ChangesAnswers,
  { topology, topologyId }: PlanContext,
): Promise<ConnectionTest> {
  const subscriber = topology.nodes.find(({ id }) => id === nodeId);
  const publisher = topology.nodes.find(({ id }) => id === declared.publisher);
  if (subscriber === undefined || publisher === undefined) {
    throw new Error('The topology file does not have these nodes any more.');
  }
  const secrets = secretsOf(answers);
  const conninfo = Object.fromEntries(
    connection.map(({ keyword, value }) => [
      keyword,
      typeof value === 'string' ? value : (secrets[value.secret] ?? ''),
    ]),
  );
  return testConnection({ ...deps, whileReading }, { topologyId, subscriber, publisher, conninfo });
}

function userOf(connection: readonly ConninfoItem[]): string {
  const user = connection.find(({ keyword }) => keyword === 'user')?.value;
  return typeof user === 'string' ? user : '';
}

/** Host, port and database of the publisher as they are known here. */
async function usualAddress(
  { endpointsOf }: Pick<CommandDeps, 'endpointsOf'>,
  { declared }: MissingSubscription,
  { topology, catalogs }: PlanContext,
): Promise<ConnectionParams> {
  const node = topology.nodes.find(({ id }) => id === declared.publisher);
  const catalog = catalogs.get(declared.publisher);
  if (node === undefined || catalog === undefined) return {};
  const [endpoint] = await endpointsOf(node);
  const host = node.connection['host'] ?? endpoint?.host;
  return {
    ...(host === undefined ? {} : { host }),
    port: node.connection['port'] ?? String(endpoint?.port ?? catalog.settings.port),
    dbname: catalog.server.database,
  };
}

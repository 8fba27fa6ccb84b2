import type { ServerFailure } from '../../core/failure';
import { makePlan } from '../../core/plan/makePlan';
import type { NodeCatalog } from '../../core/plan/nodeCatalog';
import { nodesOfPlan, type Plan } from '../../core/plan/plan';
import { isComplete, type PlanReport } from '../../core/plan/report';
import type { PlanContext } from '../../core/plan/requests';
import { joinReports, retryPlan } from '../../core/plan/retryPlan';
import type { QueueFacts } from '../../core/plan/queue/queueFacts';
import type { TableDefinition } from '../../core/plan/tableDefinition';
import type { SetupFacts } from '../../core/setup/setupFacts';
import { undoPlan } from '../../core/plan/undoPlan';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import { say } from '../../core/say';
import type { TableName, Topology, TopologyNode } from '../../core/topology';
import { enterNodePassword, wantsPassword, type AskPassword } from '../enterNodePassword';
import type { WaysOn } from './planDialogs';
import type { PlanDeskDeps } from './planDeskDeps';

/** Roles whose rights on tables a planner wants to know, by node. */
export type RolesToCheck = Readonly<Record<string, readonly string[]>>;

/** Tables whose full definitions a planner wants, by node; `null`: all of that node's. */
export type DefinitionsOf = Readonly<Record<string, readonly TableName[] | null>>;

/** What is read of the nodes beside their catalogs. */
export interface ReadWishes {
  readonly rolesToCheck?: RolesToCheck;
  readonly definitionsOf?: DefinitionsOf;
  /** Nodes whose set-up a planner wants to know. */
  readonly setupOf?: readonly string[];
  /** Nodes of which a planner wants to know what they have of the offline queue, with the queue's table. */
  readonly queuesOf?: Readonly<Record<string, TableName>>;
}

export interface PlanTask extends ReadWishes {
  /** Nodes whose catalogs the planner needs: those it changes, and those it looks at. */
  readonly nodeIds: readonly string[];
  /** Called again with catalogs read anew when the user has mended something or chosen another role. */
  readonly plan: (context: PlanContext) => Plan | Promise<Plan>;
  /** What the plan names by `SecretRef`. Handed to the runner and kept nowhere. */
  readonly secrets?: Readonly<Record<string, string>>;
}

interface FoundNodes {
  readonly catalogs: Map<string, NodeCatalog>;
  readonly definitions: Map<string, readonly TableDefinition[]>;
  readonly setup: Map<string, SetupFacts>;
  readonly queues: Map<string, QueueFacts>;
}

/** One command's way through the desk. Remembers as whom the user chose to act on which node. */
export class PlanWork {
  readonly #users = new Map<string, string>();

  constructor(
    private readonly deps: PlanDeskDeps,
    private readonly title: string,
    private readonly topologyId: string,
    private readonly alone: <T>(act: () => Promise<T>) => Promise<T | null>,
  ) {}

  /**
   * Reads the catalogs of these nodes, in sessions of its own, for dialogs that offer what is there.
   * @returns `null` when the user did not want to go on: contact not approved, or no password given
   * @throws ServerFailure for a node that cannot be read
   */
  async read(nodeIds: readonly string[], wishes: ReadWishes = {}): Promise<PlanContext | null> {
    const topology = this.#topology();
    const nodes = [...new Set(nodeIds)].map((id) => nodeOf(topology, id));
    if (!(await this.#mayContact(nodes))) return null;
    const found: FoundNodes = {
      catalogs: new Map(),
      definitions: new Map(),
      setup: new Map(),
      queues: new Map(),
    };
    for (let open = nodes; open.length > 0;) {
      const failures = await this.#readInto(found, open, wishes);
      for (const { node, failure } of failures) {
        if (!(await this.#askForPassword(node, failure))) return null;
      }
      open = failures.map(({ node }) => node);
    }
    const snapshot = this.deps.monitor.current().find(({ id }) => id === this.topologyId) ?? null;
    const { servers } = this.deps;
    return {
      topologyId: this.topologyId,
      topology,
      ...found,
      snapshot,
      knownSystems: servers?.systemsOf(this.topologyId) ?? new Map<string, string>(),
      chosenPrimary: servers?.chosenPrimaryOf(this.topologyId) ?? null,
    };
  }

  /**
   * Reads, plans, shows what is found wanting, lets the user confirm that very plan, runs it and tells what became of it.
   * @returns `null` when nothing ran
   */
  async carryOut(task: PlanTask): Promise<PlanReport | null> {
    const plan = await this.#settle(task);
    if (plan === null) return null;
    const { dialogs } = this.deps;
    if (plan.steps.length === 0) {
      dialogs.tellNothingToDo(plan);
      return null;
    }
    return this.#confirmAndRun(plan, task, null);
  }

  /**
   * @param before what this plan goes on from; the report is of both then
   * @returns `null` when nothing ran
   */
  async #confirmAndRun(
    plan: Plan,
    task: PlanTask,
    before: PlanReport | null,
  ): Promise<PlanReport | null> {
    const { dialogs, monitor } = this.deps;
    const ran = await this.alone(async () =>
      (await dialogs.confirm(plan)) ? this.#run(plan, task) : null,
    );
    if (ran === null) return null;
    this.deps.onDidRun?.(ran);
    const report = before === null ? ran : joinReports(before, ran);
    dialogs.tellReport(report, this.#waysOn(report, task));
    const concerned = new Set([...task.nodeIds, ...nodesOfPlan(plan)]);
    const { topologyId } = this;
    await Promise.all(
      [...concerned].map(async (nodeId) => monitor.refresh({ topologyId, nodeId }, 'afterCommand')),
    );
    return report;
  }

  #waysOn(report: PlanReport, task: PlanTask): WaysOn {
    if (isComplete(report)) return { undo: null, retry: null };
    const follow = (plan: Plan, before: PlanReport | null) =>
      plan.steps.length === 0
        ? null
        : async (): Promise<void> => {
            const looked = await this.#lookAgain(plan);
            if (looked !== null) await this.#confirmAndRun(looked, task, before);
          };
    return { undo: follow(undoPlan(report), null), retry: follow(retryPlan(report), report) };
  }

  /**
   * A plan that was made some time ago, held against what its nodes are now: split brain, another server, a pooler or a file
   * that forbids changes since then.
   * @returns `null` when the user gave up
   */
  async #lookAgain(plan: Plan): Promise<Plan | null> {
    const also = plan.steps.flatMap(({ alsoChanges = [] }) => alsoChanges);
    const nodeIds = [...new Set([...nodesOfPlan(plan), ...also])];
    return this.#settle({ nodeIds, plan: (context) => makePlan(context, plan) });
  }

  /** @returns a plan without errors, or `null` when the user gave up */
  async #settle(task: PlanTask): Promise<Plan | null> {
    const { dialogs } = this.deps;
    for (;;) {
      const context = await this.read(task.nodeIds, task);
      if (context === null) return null;
      const plan = await task.plan(context);
      if (!plan.findings.some(({ severity }) => severity === 'error')) return plan;
      const choice = await dialogs.showFindings(plan);
      if (choice === null) return null;
      if (choice.kind !== 'runAs') continue;
      const { nodeId } = choice;
      const present = context.catalogs.get(nodeId)?.role.name ?? '';
      const user = await dialogs.askRole(nodeId, present);
      if (user === null) return null;
      this.#users.set(nodeId, user);
    }
  }

  async #run(plan: Plan, { secrets = {} }: PlanTask): Promise<PlanReport> {
    const topology = this.#topology();
    const ids = nodesOfPlan(plan);
    const nodes = new Map(ids.map((id) => [id, nodeOf(topology, id)] as const));
    const users = Object.fromEntries(ids.map((id) => [id, this.#users.get(id) ?? null]));
    return this.deps.dialogs.whileRunning(plan, async (onProgress, signal) =>
      this.deps.runner.run(plan, { nodes, users, secrets, onProgress }, signal),
    );
  }

  #topology(): Topology {
    const topology = this.deps.files.find(this.topologyId)?.topology ?? null;
    if (topology === null) throw new Error('The topology file cannot be read any more.');
    return topology;
  }

  async #mayContact(nodes: readonly TopologyNode[]): Promise<boolean> {
    const { contact, dialogs } = this.deps;
    const { topologyId } = this;
    for (const node of nodes) {
      if (await contact.allows(topologyId, node)) continue;
      if (!(await contact.actOn({ topologyId, nodeId: node.id }))) return false;
      if (await contact.allows(topologyId, node)) continue;
      dialogs.tell(say`Not connecting to ${node.id}: its host was not approved from this folder.`);
      return false;
    }
    return true;
  }

  /** @returns the nodes that want a password. @throws what another node failed with */
  async #readInto(
    found: FoundNodes,
    nodes: readonly TopologyNode[],
    wishes: ReadWishes,
  ): Promise<readonly { readonly node: TopologyNode; readonly failure: ServerFailure }[]> {
    const results = await this.deps.dialogs.whileReading(this.title, async (signal) =>
      Promise.allSettled(
        nodes.map(async (node) => {
          await this.#readNode(node, wishes, found, signal);
        }),
      ),
    );
    return results.flatMap((result, index) => {
      const node = nodes[index];
      if (result.status === 'fulfilled' || node === undefined) return [];
      const failure: unknown = result.reason;
      if (wantsPassword(failure)) return [{ node, failure }];
      throw failure;
    });
  }

  async #readNode(
    node: TopologyNode,
    { rolesToCheck = {}, definitionsOf = {}, setupOf = [], queuesOf = {} }: ReadWishes,
    found: FoundNodes,
    signal: CancelSignal,
  ): Promise<void> {
    const { gateway } = this.deps;
    const access = { user: this.#users.get(node.id) ?? null, mayWrite: false };
    const session = await gateway.openChange(node, access, signal);
    try {
      found.catalogs.set(node.id, await session.readCatalog(rolesToCheck[node.id] ?? [], signal));
      if (setupOf.includes(node.id)) found.setup.set(node.id, await session.readSetup(signal));
      const queue = queuesOf[node.id];
      if (queue !== undefined) {
        const roles = rolesToCheck[node.id] ?? [];
        found.queues.set(node.id, await session.readQueueFacts(queue, roles, signal));
      }
      const tables = definitionsOf[node.id];
      if (tables === undefined) return;
      found.definitions.set(node.id, await session.readTableDefinitions(tables, signal));
    } finally {
      await session.close();
    }
  }

  /** @returns true when one was kept that worked; false when the user gave up */
  async #askForPassword(node: TopologyNode, failure: ServerFailure): Promise<boolean> {
    const { gateway, passwords, dialogs } = this.deps;
    const user = await gateway.userOf(node, this.#users.get(node.id) ?? null);
    const ask: AskPassword = async (...question) => dialogs.askPassword(...question);
    return enterNodePassword(passwords, ask, { node, user, failure });
  }
}

function nodeOf(topology: Topology, id: string): TopologyNode {
  const node = topology.nodes.find((candidate) => candidate.id === id);
  if (node === undefined) throw new Error(`The topology file has no node "${id}" any more.`);
  return node;
}

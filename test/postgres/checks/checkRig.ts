import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { isRunnable, type Plan } from '../../../src/core/plan/plan';
import type { NodeCatalog } from '../../../src/core/plan/nodeCatalog';
import type { PlanContext } from '../../../src/core/plan/requests';
import type { CheckResult } from '../../../src/core/checks/checkResult';
import { planInstallSentinel } from '../../../src/core/plan/planInstallSentinel';
import { planUninstallSentinel } from '../../../src/core/plan/planUninstallSentinel';
import type { SentinelRequest } from '../../../src/core/plan/sentinelScope';
import { isComplete } from '../../../src/core/plan/report';
import { reportDocument } from '../../../src/core/plan/reportDocument';
import type { ChangeGateway, ChangeSession } from '../../../src/core/ports/changeGateway';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import type { Topology } from '../../../src/core/topology';
import { SystemClock } from '../../../src/host/systemClock';
import { CheckDesk } from '../../../src/operations/checks/checkDesk';
import { PlanRunner } from '../../../src/operations/planRunner';
import { MemoryLog, never } from '../pg/support';
import { makeGateways, MemoryAudit } from '../plans/changeSupport';

/** What a rig needs of whoever watches the servers. */
export interface Watching {
  snapshot(): TopologySnapshot;
  /** Asks every node again. */
  refresh(): Promise<void>;
}

export interface CheckRigOptions {
  /** Short where nothing may arrive, so that this does not cost 10 s; long where all has to, however busy the machine is. */
  readonly limitMs?: number;
}

/** Checks and sentinel plans on running servers, through the real gateway. The owner closes it. */
export class CheckRig {
  readonly gateway: ChangeGateway = makeGateways().changes;
  readonly desk: CheckDesk;

  constructor(
    private readonly watching: Watching,
    options: CheckRigOptions = {},
  ) {
    this.desk = new CheckDesk({
      gateway: this.gateway,
      clock: new SystemClock(),
      log: new MemoryLog(),
      mayContact: () => Promise.resolve(true),
      randomUuid: randomUUID,
      snapshot: () => watching.snapshot(),
      refresh: () => watching.refresh(),
      ...options,
    });
  }

  snapshot(): TopologySnapshot {
    return this.watching.snapshot();
  }

  get topology(): Topology {
    return this.snapshot().topology;
  }

  get topologyId(): string {
    return this.snapshot().id;
  }

  /** One result an edge; by default of all. */
  async check(edgeIds: readonly string[] | null = null): Promise<ReadonlyMap<string, CheckResult>> {
    const results = await this.desk.run(this.watching.snapshot().id, edgeIds, never());
    return new Map(results.map((result) => [result.edgeId, result]));
  }

  async install(request: SentinelRequest): Promise<Plan> {
    const plan = planInstallSentinel(request, await this.context());
    assert.ok(isRunnable(plan), JSON.stringify(plan.findings));
    await this.run(plan);
    return plan;
  }

  async uninstall(request: SentinelRequest): Promise<Plan> {
    const plan = planUninstallSentinel(request, await this.context());
    assert.ok(isRunnable(plan), JSON.stringify(plan.findings));
    await this.run(plan);
    return plan;
  }

  /** Everything a planner may ask about these servers. */
  async context(): Promise<PlanContext> {
    const snapshot = this.watching.snapshot();
    const { topology } = snapshot;
    const catalogs = new Map<string, NodeCatalog>();
    for (const node of topology.nodes) {
      const session = await this.open(node.id, false);
      try {
        catalogs.set(node.id, await session.readCatalog(['monitor']));
      } finally {
        await session.close();
      }
    }
    return { topologyId: snapshot.id, topology, catalogs, definitions: new Map(), snapshot };
  }

  async close(): Promise<void> {
    await this.desk.dispose();
  }

  /** @throws with the report when a step was not done */
  async run(plan: Plan): Promise<void> {
    const runner = new PlanRunner({
      gateway: this.gateway,
      clock: new SystemClock(),
      audit: new MemoryAudit(),
      log: new MemoryLog(),
    });
    const nodes = new Map(
      this.topology.nodes.map((node) => [node.id, { ...node, adminUser: 'postgres' }]),
    );
    const report = await runner.run(plan, { nodes, users: {}, secrets: {} }, never());
    assert.ok(isComplete(report), reportDocument(report));
  }

  private open(nodeId: string, mayWrite: boolean): Promise<ChangeSession> {
    const node = this.topology.nodes.find(({ id }) => id === nodeId);
    assert.ok(node);
    return this.gateway.openChange(node, { user: 'postgres', mayWrite }, never());
  }
}

/** For messages of failed tests. */
export function sayResult(result: CheckResult | undefined): string {
  if (result === undefined) return 'no result';
  const { edgeId, kind, outcome, arrivedMs, verdict, failure, note } = result;
  const why = [verdict?.code, failure?.text, note].filter((part) => part !== undefined).join('; ');
  return `${edgeId} ${kind} ${outcome} ${arrivedMs ?? '–'} ms ${why}`;
}

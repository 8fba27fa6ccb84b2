/** A process that runs a plan, as a window of the editor does, and dies by SIGKILL at a given moment of it. */
import type { Plan } from '../../../src/core/plan/plan';
import type { TopologyNode } from '../../../src/core/topology';
import { SystemClock } from '../../../src/host/systemClock';
import { PlanRunner } from '../../../src/operations/planRunner';
import { MemoryLog, never } from '../pg/support';
import { makeGateways, MemoryAudit } from './changeSupport';

export interface PlanChildRequest {
  readonly plan: Plan;
  readonly nodes: readonly TopologyNode[];
  readonly secrets: Readonly<Record<string, string>>;
  /** Before which step it dies. */
  readonly dieBefore: number;
  /** How long after that, so that the step is under way; 0: nothing of it was sent. */
  readonly delayMs: number;
}

async function run(request: PlanChildRequest): Promise<void> {
  const { plan, nodes, secrets, dieBefore, delayMs } = request;
  const { changes } = makeGateways();
  const runner = new PlanRunner({
    gateway: changes,
    clock: new SystemClock(),
    audit: new MemoryAudit(),
    log: new MemoryLog(),
  });
  const die = () => process.kill(process.pid, 'SIGKILL');
  await runner.run(
    plan,
    {
      nodes: new Map(nodes.map((node) => [node.id, node])),
      users: {},
      secrets,
      onProgress: (index, state) => {
        if (index !== dieBefore || state !== 'running') return;
        if (delayMs === 0) die();
        else setTimeout(die, delayMs);
      },
    },
    never(),
  );
  // The step was over before its time had come: the same as between it and the next.
  die();
}

process.once('message', (request: PlanChildRequest) => {
  run(request).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});

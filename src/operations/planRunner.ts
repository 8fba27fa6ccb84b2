import { isServerFailure, type FailureFacts } from '../core/failure';
import { isRunnable, nodesOfPlan, type Plan, type PlanStep } from '../core/plan/plan';
import type { PlanReport, StepOutcome } from '../core/plan/report';
import { readOnlySentence } from '../core/plan/readOnlyFindings';
import { secretsOf } from '../core/plan/sqlText';
import type { AuditLog } from '../core/ports/auditLog';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { ChangeGateway } from '../core/ports/changeGateway';
import type { Clock } from '../core/ports/clock';
import type { Log } from '../core/ports/log';
import { SecretHider } from './hideSecrets';
import { PlanAudit } from './planAudit';
import { PlanSessions, type PlanNodes } from './planSessions';
import { StepRunner } from './stepRunner';

export interface PlanRunnerDeps {
  readonly gateway: Pick<ChangeGateway, 'openChange'>;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly log: Log;
}

/** `settling`: the statements are done, and something is waited for. `failed` stands for an unknown end as well. */
export type StepProgressState = 'running' | 'settling' | 'done' | 'failed';

export interface PlanRunOptions extends PlanNodes {
  /** Values of the secrets that the plan names. */
  readonly secrets: Readonly<Record<string, string>>;
  /** `words`: how far what is waited for is; `null` where nothing is known of that. */
  readonly onProgress?: (stepIndex: number, state: StepProgressState, words: string | null) => void;
}

/**
 * Executes plans: the very statements that were shown, in order, one session a node, until the first step that is not
 * done. Asks nobody anything; contact and confirmation are the caller's.
 */
export class PlanRunner {
  constructor(private readonly deps: PlanRunnerDeps) {}

  /**
   * Resolves with what became of it, whatever a server says. Cancelling stops between two steps, or within one by
   * cancelling on the server what runs there; what had become of that step is found out first.
   * @throws when the plan may not run (`isRunnable`), changes a read-only node, or lacks a node or a secret: nothing was
   * sent then.
   */
  async run(plan: Plan, options: PlanRunOptions, signal: CancelSignal): Promise<PlanReport> {
    refuseUnfit(plan, options);
    const { clock } = this.deps;
    const startedAtMs = clock.nowMs();
    const hider = new SecretHider(options.secrets);
    const audit = new PlanAudit(this.deps.audit, clock, hider);
    const sessions = new PlanSessions(this.deps, options);
    audit.begins(plan);
    try {
      const closed = await openAll(nodesOfPlan(plan), sessions, signal);
      const steps = new StepRunner({ sessions, audit, clock, hider, secrets: options.secrets });
      const outcomes = signal.aborted
        ? plan.steps.map(notRun)
        : closed.size > 0
          ? refused(plan, closed, hider)
          : await runSteps(plan, steps, options, signal);
      const isDone = outcomes.every(({ state }) => state === 'done');
      const wasCancelled = signal.aborted && !isDone;
      const report = { plan, outcomes, wasCancelled, startedAtMs, endedAtMs: clock.nowMs() };
      audit.ends(report);
      return report;
    } finally {
      await sessions.close();
    }
  }
}

async function runSteps(
  plan: Plan,
  steps: StepRunner,
  options: PlanRunOptions,
  signal: CancelSignal,
): Promise<readonly StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  let hasStopped = false;
  for (const [index, step] of plan.steps.entries()) {
    if (hasStopped || signal.aborted) {
      outcomes.push(notRun(step));
      continue;
    }
    const tell = (state: StepProgressState, words: string | null = null): void =>
      options.onProgress?.(index, state, words);
    tell('running');
    const outcome = await steps.run(step, signal, (words) => tell('settling', words));
    hasStopped = outcome.state !== 'done';
    if (outcome.state !== 'notRun') tell(hasStopped ? 'failed' : 'done');
    outcomes.push(outcome);
  }
  return outcomes;
}

/** Opens every session before the first statement, so that a wrong password stops the plan while nothing has changed. */
async function openAll(
  nodeIds: readonly string[],
  sessions: PlanSessions,
  signal: CancelSignal,
): Promise<ReadonlyMap<string, FailureFacts>> {
  // Settled, so that none is still being opened when the rest are closed.
  const results = await Promise.allSettled(
    nodeIds.map(async (nodeId) => sessions.get(nodeId, signal)),
  );
  const failures = new Map<string, FailureFacts>();
  for (const [index, nodeId] of nodeIds.entries()) {
    const result = results[index];
    if (result?.status !== 'rejected') continue;
    const error: unknown = result.reason;
    if (!isServerFailure(error)) throw error;
    failures.set(nodeId, error.facts);
  }
  return failures;
}

/** The first step on a node that let nobody in has failed; none has run. */
function refused(
  plan: Plan,
  closed: ReadonlyMap<string, FailureFacts>,
  hider: SecretHider,
): readonly StepOutcome[] {
  const first = plan.steps.findIndex(({ nodeId }) => closed.has(nodeId));
  return plan.steps.map((step, index) => {
    const facts = closed.get(step.nodeId);
    return index === first && facts !== undefined
      ? { ...notRun(step), state: 'failed', failure: hider.facts(facts) }
      : notRun(step);
  });
}

function notRun(step: PlanStep): StepOutcome {
  return {
    step,
    state: 'notRun',
    doneStatements: 0,
    failure: null,
    notices: [],
    startedAtMs: null,
    endedAtMs: null,
  };
}

function refuseUnfit(plan: Plan, { nodes, secrets }: PlanRunOptions): void {
  if (!isRunnable(plan)) throw new Error(`The plan "${plan.title}" may not run.`);
  for (const { nodeId, statements } of plan.steps) {
    const node = nodes.get(nodeId);
    if (node === undefined) throw new Error(`The plan names an unknown node "${nodeId}".`);
    // The plan says so already; the file may have been changed since.
    if (node.access === 'readOnly') throw new Error(readOnlySentence(nodeId));
    for (const name of statements.flatMap(secretsOf)) {
      if (secrets[name] === undefined) throw new Error(`The plan needs the secret "${name}".`);
    }
  }
}

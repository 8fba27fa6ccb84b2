import { isServerFailure, type FailureFacts } from '../core/failure';
import { formatCounted } from '../core/format';
import type { Plan } from '../core/plan/plan';
import { isComplete, type PlanReport } from '../core/plan/report';
import type { AuditLog } from '../core/ports/auditLog';
import type { ChangeSession } from '../core/ports/changeGateway';
import type { Clock } from '../core/ports/clock';
import type { SqlResult } from '../core/ports/sqlSession';
import { say } from '../core/say';
import type { SecretHider } from './hideSecrets';

/** One statement: as people may see it, and how it is sent. */
export interface AuditedStatement {
  readonly nodeId: string;
  readonly shown: string;
  readonly send: () => Promise<SqlResult>;
}

/** Tells the audit log what a run of a plan does. */
export class PlanAudit {
  constructor(
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly hider: SecretHider,
  ) {}

  begins(plan: Plan): void {
    this.#note(
      `${plan.title} (${plan.topologyName}): begins, ${formatCounted(plan.steps.length, 'step')}`,
    );
  }

  ends(report: PlanReport): void {
    const done = report.outcomes.filter(({ state }) => state === 'done').length;
    const word = isComplete(report) ? 'done' : report.wasCancelled ? 'cancelled' : 'stopped';
    this.#note(
      say`${report.plan.title}: ${word}, ${done} of ${formatCounted(report.outcomes.length, 'step')} done`,
    );
  }

  /** What is found out about a step whose answer was lost. */
  found(nodeId: string, text: string): void {
    this.#note(`${nodeId}: ${text}`);
  }

  /** Sends a statement and writes it down with what became of it. Rejects as `send` does. */
  async run(
    session: Pick<ChangeSession, 'user'>,
    { nodeId, shown, send }: AuditedStatement,
  ): Promise<SqlResult> {
    const atMs = this.clock.nowMs();
    const sentMs = this.clock.monotonicMs();
    const write = (outcome: string): void =>
      this.audit.statement({
        atMs,
        nodeId,
        user: session.user,
        sql: shown,
        outcome: this.hider.text(outcome),
      });
    try {
      const result = await send();
      write(say`done in ${Math.round(this.clock.monotonicMs() - sentMs)} ms`);
      return result;
    } catch (error) {
      write(isServerFailure(error) ? outcomeOf(error.facts) : 'failed');
      throw error;
    }
  }

  #note(text: string): void {
    this.audit.note(this.hider.text(text));
  }
}

function outcomeOf({ text, sqlstate }: FailureFacts): string {
  return sqlstate === null || text.includes(sqlstate) ? text : `${text} (${sqlstate})`;
}

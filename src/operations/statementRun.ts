import type { PlanStep } from '../core/plan/plan';
import { runnableSql, shownSql } from '../core/plan/sqlText';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { ChangeSession } from '../core/ports/changeGateway';
import type { SqlNotice } from '../core/ports/sqlSession';
import type { PlanAudit } from './planAudit';

export interface StatementRunParts {
  readonly step: PlanStep;
  readonly session: ChangeSession;
  readonly audit: PlanAudit;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Sends the statements of one step, once, and knows afterwards which of them took effect. */
export class StatementRun {
  readonly notices: SqlNotice[] = [];
  readonly #parts: StatementRunParts;
  /** Statements that took effect for good. */
  #done = 0;
  /** Something is under way that takes effect by itself: a statement that stands alone, or COMMIT. */
  #isDecisive = false;

  constructor(parts: StatementRunParts) {
    this.#parts = parts;
  }

  /** Statements that are known to have taken effect. */
  get done(): number {
    return this.#done;
  }

  /** Statements that took effect if the one whose answer was lost did. */
  get doneIfEffective(): number {
    const { step } = this.#parts;
    return step.isTransactional ? step.statements.length : this.#done + 1;
  }

  /** The session went away while the server may have done what it was told, or not. */
  get isAnswerLost(): boolean {
    return this.#isDecisive && this.#parts.session.isClosed;
  }

  /** @throws ServerFailure of the first statement that failed; an open transaction is rolled back by then */
  async send(signal: CancelSignal): Promise<void> {
    if (this.#parts.step.isTransactional) await this.#sendTogether(signal);
    else await this.#sendApart(signal);
  }

  async #sendApart(signal: CancelSignal): Promise<void> {
    for (const statement of this.#parts.step.statements) {
      await this.#decisive(() => this.#sendStatement(statement, signal));
      this.#done += 1;
    }
  }

  async #sendTogether(signal: CancelSignal): Promise<void> {
    const { step, session } = this.#parts;
    await this.#sendWord('BEGIN', signal);
    try {
      for (const statement of step.statements) await this.#sendStatement(statement, signal);
      await this.#decisive(() => this.#sendWord('COMMIT', signal));
    } catch (error) {
      if (!session.isClosed) await this.#rollBack();
      throw error;
    }
    this.#done = step.statements.length;
  }

  async #rollBack(): Promise<void> {
    try {
      await this.#sendWord('ROLLBACK');
    } catch {
      // Ending the session rolls back as well; the failure before is the one to tell.
      await this.#parts.session.close();
    }
  }

  async #decisive(send: () => Promise<void>): Promise<void> {
    this.#isDecisive = true;
    await send();
    this.#isDecisive = false;
  }

  async #sendStatement(
    statement: PlanStep['statements'][number],
    signal: CancelSignal,
  ): Promise<void> {
    await this.#send(runnableSql(statement, this.#parts.secrets), shownSql(statement), signal);
  }

  async #sendWord(word: 'BEGIN' | 'COMMIT' | 'ROLLBACK', signal?: CancelSignal): Promise<void> {
    await this.#send(word, word, signal);
  }

  async #send(text: string, shown: string, signal?: CancelSignal): Promise<void> {
    const { step, session, audit } = this.#parts;
    const { nodeId } = step;
    const send = (): ReturnType<ChangeSession['query']> => session.query({ text }, signal);
    const { notices } = await audit.run(session, { nodeId, shown, send });
    this.notices.push(...notices);
  }
}

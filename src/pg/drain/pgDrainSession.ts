import { asChangeFailure } from '../../core/changeFailure';
import { isServerFailure, ServerFailure } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { Answer, DrainSession } from '../../core/ports/drainGateway';
import type { SqlResult, SqlStatement } from '../../core/ports/sqlSession';
import type { TargetTable } from '../../core/queue/targetTable';
import type { ConflictPolicy, TableName } from '../../core/topology';
import { readTargetTable, targetTablesStatement } from '../catalog/queue/targetTables';
import type { ConnectedSession } from '../session/connectNode';
import type { PgSession } from '../session/pgSession';
import type { Opening } from './opening';

/** A pipelined session of a drain. Its failures speak of changes, not of polls. */
export class PgDrainSession implements DrainSession {
  readonly user: string;
  readonly backendPid: number;
  readonly versionNum: number;
  readonly isPooled: boolean;
  readonly nodeId: string;
  readonly #session: PgSession;

  constructor(connected: ConnectedSession<PgSession>, opening: Opening) {
    const { session, probe, subject } = connected;
    this.#session = session;
    this.user = opening.user;
    this.backendPid = opening.backendPid;
    this.versionNum = probe.features.versionNum;
    this.isPooled = session.keyPid !== null && session.keyPid !== opening.backendPid;
    this.nodeId = subject.nodeId;
  }

  get isClosed(): boolean {
    return this.#session.isClosed;
  }

  async query(statement: SqlStatement, signal?: CancelSignal): Promise<SqlResult> {
    const [answer] = await this.queryAll([statement], signal);
    if (answer === undefined) throw new Error('A statement was not answered.');
    if (isServerFailure(answer)) throw answer;
    return answer;
  }

  async queryAll(
    statements: readonly SqlStatement[],
    signal?: CancelSignal,
  ): Promise<readonly Answer[]> {
    const answers = await this.#session.queryAll(statements, signal);
    return answers.map((answer) => (isServerFailure(answer) ? this.#told(answer) : answer));
  }

  async readTargetTables(
    tables: readonly (TableName & { readonly policy: ConflictPolicy })[],
    signal?: CancelSignal,
  ): Promise<readonly TargetTable[]> {
    const { rows } = await this.query(targetTablesStatement(tables), signal);
    const policyOf = ({ schema, name }: TableName): ConflictPolicy =>
      tables.find((table) => table.schema === schema && table.name === name)?.policy ??
      'primary-wins';
    return rows.map((row) => readTargetTable(row, policyOf));
  }

  /** Also waits until a cancellation has reached the server, so that nothing of ours is done after a drain has ended. */
  async close(): Promise<void> {
    await this.#session.close();
    await this.#session.untilCancelled();
  }

  #told(failure: ServerFailure): ServerFailure {
    return new ServerFailure(asChangeFailure(failure.facts, this.nodeId), {
      cause: failure.cause,
    });
  }
}

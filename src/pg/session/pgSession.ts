import type { Client, QueryConfig, QueryResult, Submittable } from 'pg';
import { ServerFailure } from '../../core/failure';
import { describeFailure } from '../../core/failureText';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { SqlNotice, SqlResult, SqlSession, SqlStatement } from '../../core/ports/sqlSession';
import { redact } from '../../core/redact';
import { toFailure, type FailureSubject } from '../errors/toFailure';

/** What a session needs beside its connected client. */
export interface SessionParts {
  readonly subject: FailureSubject;
  readonly closeMs: number;
  /** How long a pipelined session waits for its next answer. */
  readonly readMs: number;
  /** Cuts the connection at once. */
  readonly destroySocket: () => void;
  /** Cancels, over a fresh connection, what this session runs. Never rejects. */
  readonly cancelOnServer: () => Promise<void>;
}

/** Both are understood by `pg` and missing from its types. */
interface LimitedQuery extends QueryConfig<unknown[]> {
  readonly queryMode?: 'extended';
  readonly query_timeout?: number;
}

type Row = Record<string, unknown>;

/** A query that reads its own answer. It calls back when the server is ready again, or with the error. */
export interface OwnQuery extends Submittable {
  callback: (error: Error | null) => void;
}

/** Of a statement that raises them without an end, no more are kept. */
const MAX_NOTICES = 1_000;

/** A `SqlSession` over one connected `pg.Client`. */
export class PgSession implements SqlSession {
  readonly #client: Client;
  readonly #parts: SessionParts;
  /** First sign that the connection is gone. `pg` reports one loss by two events; the first says more. */
  #loss: ServerFailure | null = null;
  /** Calls whose answers are not all there; only a pipelined session has several. */
  #running = 0;
  /** Answers that have come. */
  #answered = 0;
  #isEnded = false;
  #notices: SqlNotice[] = [];
  #closing: Promise<void> | null = null;
  /** The cancellation of what ran when the session was given up. */
  #cancelling: Promise<void> = Promise.resolve();
  /** `null`: the limit that the session was opened with. */
  #readLimitMs: number | null = null;

  /** @param client connected, with `error` listeners of its own already in place. */
  constructor(client: Client, parts: SessionParts) {
    this.#client = client;
    this.#parts = parts;
    client.on('error', (error) => this.#noteLoss(error));
    client.on('end', () => this.#noteLoss(new Error('Connection terminated unexpectedly')));
    client.on('notice', (notice) => {
      if (this.#notices.length >= MAX_NOTICES) return;
      this.#notices.push({
        severity: notice.severity ?? 'NOTICE',
        sqlstate: notice.code ?? null,
        message: redact(notice.message ?? ''),
      });
    });
  }

  /** The backend that the key for cancelling names; `null` when none was sent. A pooler sends a key of its own. */
  get keyPid(): number | null {
    // `pg` keeps it on the client; its types leave it out.
    return (this.#client as unknown as { readonly processID: number | null }).processID;
  }

  get isClosed(): boolean {
    return this.#isEnded || this.#loss !== null;
  }

  /** How long an answer is waited for from now on; `null`: the limit that the session was opened with. */
  setReadLimit(limitMs: number | null): void {
    this.#readLimitMs = limitMs;
  }

  async query(statement: SqlStatement, signal?: CancelSignal): Promise<SqlResult> {
    const { rows, rowCount } = await this.#run(toQueryConfig(statement), signal);
    return { rows, rowCount, notices: this.#notices };
  }

  /** @see ChangeSession.queryTogether */
  async queryTogether(
    statements: readonly string[],
    signal?: CancelSignal,
  ): Promise<readonly SqlResult[]> {
    // Without values it is the simple protocol: one message. Several statements give a list, which the types do not tell.
    const answer: unknown = await this.#run({ text: statements.join(';\n') }, signal);
    const results = (Array.isArray(answer) ? answer : [answer]) as QueryResult<Row>[];
    return results.map(({ rows, rowCount }) => ({ rows, rowCount, notices: this.#notices }));
  }

  /** What was answered is kept by the query itself. @returns the notices */
  async submit(query: OwnQuery, signal?: CancelSignal): Promise<readonly SqlNotice[]> {
    await this.#alone(() => this.#sendOwn(query, signal), signal);
    return this.#notices;
  }

  /** For a session that was opened for it. @see DrainSession.queryAll */
  async queryAll(
    statements: readonly SqlStatement[],
    signal?: CancelSignal,
  ): Promise<readonly (SqlResult | ServerFailure)[]> {
    const refusal = this.#refusal(signal);
    if (refusal !== null) return statements.map(() => refusal);
    this.#running += 1;
    try {
      return await this.#sendAll(statements, signal);
    } finally {
      this.#running -= 1;
    }
  }

  /** Notices are those of the statement that was answered next; `pg` gives them in the order of the wire. */
  #sendAll(
    statements: readonly SqlStatement[],
    signal: CancelSignal | undefined,
  ): Promise<(SqlResult | ServerFailure)[]> {
    return new Promise((resolve) => {
      const answers: (SqlResult | ServerFailure)[] = [];
      let timer: NodeJS.Timeout | undefined;
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        resolve(answers);
      };
      const failRest = (error: unknown): void => {
        const failure = this.#settle(error);
        while (answers.length < statements.length) answers.push(failure);
        finish();
      };
      const abort = (): void => failRest(this.#cancelled());
      // While others are answered, those in front of it, it is not its turn yet.
      const awaitNext = (): void => {
        clearTimeout(timer);
        const before = this.#answered;
        timer = setTimeout(() => {
          if (this.#answered > before) awaitNext();
          else failRest(new Error('Query read timeout'));
        }, this.#parts.readMs);
      };
      const take = (answer: SqlResult | ServerFailure): void => {
        if (answers.length === statements.length) return;
        answers.push(answer);
        this.#answered += 1;
        this.#notices = [];
        if (answers.length === statements.length) finish();
        else awaitNext();
      };
      signal?.addEventListener('abort', abort);
      if (this.#running === 1) this.#notices = [];
      awaitNext();
      for (const statement of statements) {
        // The error is null when all went well, whatever the types of `pg` say.
        this.#client.query<Row>(toQueryConfig(statement), (error: Error | null, result) => {
          if (error === null) {
            take({ rows: result.rows, rowCount: result.rowCount, notices: this.#notices });
          } else if (answers.length < statements.length) {
            const failure = this.#settle(error);
            if (this.isClosed) failRest(failure);
            else take(failure);
          }
        });
      }
      if (statements.length === 0) finish();
    });
  }

  #refusal(signal: CancelSignal | undefined): ServerFailure | null {
    if (this.#loss !== null) return this.#loss;
    return this.#isEnded || signal?.aborted === true ? this.#cancelled() : null;
  }

  #subject(): FailureSubject {
    const { subject } = this.#parts;
    return this.#readLimitMs === null ? subject : { ...subject, readLimitMs: this.#readLimitMs };
  }

  #run(query: LimitedQuery, signal: CancelSignal | undefined): Promise<QueryResult<Row>> {
    const limitMs = this.#readLimitMs;
    const limited = limitMs === null ? query : { ...query, query_timeout: limitMs };
    return this.#alone(() => this.#send(limited, signal), signal);
  }

  async #alone<T>(send: () => Promise<T>, signal: CancelSignal | undefined): Promise<T> {
    const refusal = this.#refusal(signal);
    if (refusal !== null) throw refusal;
    this.#running += 1;
    this.#notices = [];
    try {
      return await send();
    } catch (error) {
      throw this.#settle(error);
    } finally {
      this.#running -= 1;
    }
  }

  /** One promise a statement: a race of several costs a poll more than the query itself. What comes after an abort is dropped. */
  #send(query: LimitedQuery, signal: CancelSignal | undefined): Promise<QueryResult<Row>> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(this.#cancelled());
      signal?.addEventListener('abort', abort);
      // The error is null when all went well, whatever the types of `pg` say.
      this.#client.query<Row>(query, (error: Error | null, result) => {
        signal?.removeEventListener('abort', abort);
        if (error === null) resolve(result);
        else reject(error);
      });
    });
  }

  #sendOwn(query: OwnQuery, signal: CancelSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(this.#cancelled());
      signal?.addEventListener('abort', abort);
      query.callback = (error) => {
        signal?.removeEventListener('abort', abort);
        if (error === null) resolve();
        else reject(error);
      };
      this.#client.query(query);
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  /** When the server has got the cancellation of what ran, if there was one; waited for no longer than a goodbye. */
  untilCancelled(): Promise<void> {
    return this.#within(this.#cancelling);
  }

  /** Decides what a failed statement means for the session. */
  #settle(error: unknown): ServerFailure {
    if (this.#isEnded) return this.#cancelled();
    const failure = toFailure(error, this.#subject(), 'query');
    const reason = failure.facts.reason;
    if (reason === 'readTimeout' || reason === 'cancelled') {
      // The client is poisoned: the next statement would queue behind the one that hangs.
      this.#loss ??= failure;
      this.#isEnded = true;
      this.#parts.destroySocket();
      this.#cancelling = this.#parts.cancelOnServer();
      return failure;
    }
    if (reason === 'lost' || reason === 'starting') return this.#lossInstead(failure);
    return failure;
  }

  /** The first event of a loss is kept; a later one replaces it only when it alone carries a SQLSTATE. */
  #lossInstead(failure: ServerFailure): ServerFailure {
    const known = this.#loss;
    const kept = known?.facts.sqlstate ? known : failure;
    this.#loss = kept;
    this.#parts.destroySocket();
    return kept;
  }

  #noteLoss(error: Error): void {
    if (this.#isEnded || this.#loss !== null) return;
    const failure = toFailure(error, this.#parts.subject, 'query');
    this.#loss = failure;
  }

  async #end(): Promise<void> {
    const wasRunning = this.#running > 0;
    this.#isEnded = true;
    if (this.#loss !== null || wasRunning) {
      this.#parts.destroySocket();
      if (wasRunning) await this.#parts.cancelOnServer();
      return;
    }
    await this.#within(this.#client.end().catch(() => undefined));
    this.#parts.destroySocket();
  }

  async #within(work: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#parts.closeMs);
    });
    await Promise.race([work, limit]);
    clearTimeout(timer);
  }

  #cancelled(): ServerFailure {
    return new ServerFailure(describeFailure('cancelled', this.#parts.subject));
  }
}

function toQueryConfig({ text, values, name }: SqlStatement): LimitedQuery {
  // `pg` copies what it is given, member by member; a name alone makes it use the extended protocol.
  if (name !== undefined && values === undefined) return { name, text };
  return {
    text,
    // An array of ours is never changed by `pg`; its types ask for a mutable one.
    values: [...(values ?? [])],
    queryMode: 'extended',
    ...(name === undefined ? {} : { name }),
  };
}

import { ServerFailure, type FailureFacts, type FailureReason } from '../../../src/core/failure';
import { describeFailure } from '../../../src/core/failureText';
import type { CancelSignal } from '../../../src/core/ports/cancelSignal';
import type {
  ChangeAccess,
  ChangeGateway,
  ChangeSession,
} from '../../../src/core/ports/changeGateway';
import type { SqlResult, SqlStatement } from '../../../src/core/ports/sqlSession';
import type { TopologyNode } from '../../../src/core/topology';

/** What a node does with a statement: rows, a failure, or the loss of the connection in the middle of it. */
export type FakeAnswer =
  | { readonly kind: 'rows'; readonly rows: readonly Readonly<Record<string, unknown>>[] }
  | { readonly kind: 'fails'; readonly facts: FailureFacts }
  | { readonly kind: 'lost' };

export const OK: FakeAnswer = { kind: 'rows', rows: [] };
export const LOST: FakeAnswer = { kind: 'lost' };

export function rows(...given: readonly Readonly<Record<string, unknown>>[]): FakeAnswer {
  return { kind: 'rows', rows: given };
}

/** One row with one boolean. */
export function answer(value: boolean): FakeAnswer {
  return rows({ answer: value });
}

export function fails(reason: FailureReason, more: Partial<FailureFacts> = {}): FakeAnswer {
  return { kind: 'fails', facts: { ...describeFailure(reason, { nodeId: 'central' }), ...more } };
}

/** A gateway to nodes that answer as a test says, and that keeps what was sent. */
export class FakeChanges implements Pick<ChangeGateway, 'openChange'> {
  /** Everything in order: `central: open`, `central#1: SELECT 1`, `central#1: close`. */
  readonly events: string[] = [];
  /** Answer to each statement by what it contains; the first that fits. Anything else is `OK`. */
  answers: readonly (readonly [part: string, answer: () => FakeAnswer])[] = [];
  /** What opening fails with; `null`: it succeeds. Asked with the count of sessions opened before on that node. */
  refusal: (nodeId: string, opened: number) => FailureFacts | null = () => null;
  /** Sessions that are open. */
  open = 0;
  isSuperuser = true;
  readonly #opened = new Map<string, number>();

  openChange(node: TopologyNode, access: ChangeAccess): Promise<ChangeSession> {
    const opened = this.#opened.get(node.id) ?? 0;
    const refusal = this.refusal(node.id, opened);
    this.events.push(`${node.id}: ${refusal === null ? 'open' : `refused ${refusal.reason}`}`);
    if (refusal !== null) return Promise.reject(new ServerFailure(refusal));
    this.#opened.set(node.id, opened + 1);
    this.open += 1;
    return Promise.resolve(this.#session(`${node.id}#${opened + 1}`, opened + 1, access));
  }

  /** Statements alone, without opening, limits and closing. */
  get sent(): readonly string[] {
    return this.events.filter((event) => !/: (open|close|refused .*|limit .*)$/.test(event));
  }

  #session(name: string, backendPid: number, access: ChangeAccess): ChangeSession {
    let isClosed = false;
    const close = (): void => {
      if (isClosed) return;
      isClosed = true;
      this.open -= 1;
      this.events.push(`${name}: close`);
    };
    const query = ({ text }: SqlStatement, signal?: CancelSignal): Promise<SqlResult> => {
      if (signal?.aborted === true) return failed(fails('cancelled'));
      this.events.push(`${name}: ${text.trim().replaceAll(/\s+/g, ' ')}`);
      const found = this.answers.find(([part]) => isAbout(text, part))?.[1]() ?? OK;
      if (found.kind === 'rows') {
        return Promise.resolve({ rows: found.rows, rowCount: found.rows.length, notices: [] });
      }
      if (found.kind === 'lost') close();
      return failed(found);
    };
    return {
      user: access.user ?? 'postgres',
      versionNum: 180_000,
      isSuperuser: this.isSuperuser,
      backendPid,
      query,
      queryTogether: async (statements, signal) => {
        const results: SqlResult[] = [];
        for (const text of statements) results.push(await query({ text }, signal));
        return results;
      },
      readCatalog: () => Promise.reject(new Error('not used')),
      readTableDefinitions: () => Promise.reject(new Error('not used')),
      readSetup: () => Promise.reject(new Error('not used')),
      readQueueFacts: () => Promise.reject(new Error('not used')),
      setStatementLimit: (limitMs) => {
        this.events.push(`${name}: limit ${limitMs ?? 'usual'}`);
        return Promise.resolve();
      },
      hideStatements: (isHidden) => {
        this.events.push(`${name}: ${isHidden ? 'hide' : 'show'}`);
        return Promise.resolve(this.isSuperuser);
      },
      get isClosed() {
        return isClosed;
      },
      close: () => {
        close();
        return Promise.resolve();
      },
    };
  }
}

function failed(given: FakeAnswer): Promise<never> {
  const facts =
    given.kind === 'fails' ? given.facts : describeFailure('lost', { nodeId: 'central' });
  return Promise.reject(new ServerFailure(facts));
}

/** A single letter is the whole statement. */
function isAbout(text: string, part: string): boolean {
  return part.length === 1 ? text === part : text.includes(part);
}

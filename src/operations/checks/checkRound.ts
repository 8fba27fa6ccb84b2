import type { CheckResult } from '../../core/checks/checkResult';
import {
  pruneStatement,
  replayedRowQuestion,
  replayQuestion,
  rowQuestion,
  slotQuestion,
  tokenStatements,
  type ArrivalQuestion,
} from '../../core/checks/checkStatements';
import type { CheckTarget } from '../../core/checks/checkTargets';
import type { CheckWay } from '../../core/checks/checkWay';
import { isServerFailure } from '../../core/failure';
import { parseLsn, type Lsn } from '../../core/lsn';
import type { Clock } from '../../core/ports/clock';
import type { Log } from '../../core/ports/log';
import type { Verdict } from '../../core/snapshot';
import { SQLSTATE } from '../../core/sqlstate';
import type { TableName } from '../../core/topology';
import { awaitArrival } from './awaitArrival';
import {
  NO_WAY,
  prepareRound,
  rootKeyOf,
  type Prepared,
  type PreparationParts,
  type ReadyEdge,
} from './checkPreparation';
import type { CheckSession } from './checkSessions';

export interface CheckRoundDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly randomUuid: () => string;
  readonly limitMs: number;
  /** The edge's verdict by a look that begins now; `null` when the edge is not known any more. */
  readonly verdictOf: (edgeId: string) => Promise<Verdict | null>;
}

export interface CheckRoundParts extends PreparationParts {
  /** By primary, the tokens that its next message may delete. Kept from round to round. */
  readonly spent: Map<string, readonly string[]>;
  /** Called once an edge. */
  readonly report: (result: CheckResult) => void;
}

interface Sent {
  readonly token: string;
  readonly lsn: Lsn;
  /** When it was committed upstream, by our clock. */
  readonly committedAtMs: number;
}

/** What is not deleted by name goes by its age. */
const MOST_SPENT = 100;

/** One token for the edges of one primary: opens what is missing, writes once, waits for all at a time. */
export class CheckRound {
  private readonly startedAtMs: number;

  constructor(
    private readonly deps: CheckRoundDeps,
    private readonly parts: CheckRoundParts,
  ) {
    this.startedAtMs = deps.clock.nowMs();
  }

  /** Rejects only for a defect. */
  async run(): Promise<void> {
    const { group, sessions } = this.parts;
    let prepared: Prepared;
    try {
      prepared = await prepareRound(this.parts);
    } catch (error) {
      for (const target of group.targets) this.fail(target, NO_WAY, error);
      return;
    }
    const { root, ready, unfit } = prepared;
    for (const { target, way, failure } of unfit) this.fail(target, way, failure);
    if (ready.length === 0) return;
    let sent: Sent;
    try {
      sent = await this.write(root, ready);
    } catch (error) {
      // A transaction that failed half way is still open.
      await sessions.drop(rootKeyOf(group.root.id));
      for (const { target, way } of ready) this.fail(target, way, error);
      return;
    }
    await Promise.all(ready.map((edge) => this.follow(edge, sent)));
    this.spend([...this.spent(), sent.token]);
  }

  private async write(root: CheckSession, ready: readonly ReadyEdge[]): Promise<Sent> {
    try {
      return await this.writeOnce(root, ready);
    } catch (error) {
      const code = isServerFailure(error) ? error.facts.sqlstate : null;
      const isTransient =
        code === SQLSTATE.deadlockDetected || code === SQLSTATE.serializationFailure;
      if (!isTransient || root.session.isClosed) throw error;
      await root.session.query({ text: 'ROLLBACK' }, this.parts.signal);
      return this.writeOnce(root, ready);
    }
  }

  private async writeOnce(root: CheckSession, ready: readonly ReadyEdge[]): Promise<Sent> {
    const { clock, randomUuid } = this.deps;
    const { signal } = this.parts;
    const spent = this.spent();
    const token = randomUuid();
    const ways = ready.map(({ way }) => way);
    const statements = tokenStatements({
      token,
      tables: tablesOf(ways),
      spent,
      withMarker: ways.some(({ kind }) => kind === 'marker'),
    });
    const results = await root.session.queryTogether(statements, signal);
    this.spend(this.spent().filter((known) => !spent.includes(known)));
    // The answer to the commit has been on its way for half a round trip.
    const committedAtMs = clock.monotonicMs() - root.roundTripMs / 2;
    const text = results.at(-1)?.rows[0]?.['lsn'];
    const lsn = typeof text === 'string' ? parseLsn(text) : null;
    if (lsn === null) throw new Error('The primary gave no position.');
    return { token, lsn, committedAtMs };
  }

  private async follow({ target, way, key, held }: ReadyEdge, sent: Sent): Promise<void> {
    const { clock } = this.deps;
    const { sessions, signal } = this.parts;
    try {
      const answeredAtMs = await awaitArrival({
        session: held.session,
        question: questionOf(target, way, sent),
        untilMs: sent.committedAtMs + this.limitOf(target),
        clock,
        signal,
      });
      if (answeredAtMs === null) {
        const verdict = await this.deps.verdictOf(target.edge.id);
        this.tell(target, way, { outcome: 'notArrived', verdict });
        return;
      }
      const arrivedMs = Math.max(0, answeredAtMs - held.roundTripMs / 2 - sent.committedAtMs);
      this.tell(target, way, { outcome: 'arrived', arrivedMs });
    } catch (error) {
      await sessions.drop(key);
      this.fail(target, way, error);
      return;
    }
    await this.prune(target, way, held, sent.token);
  }

  /** Where the publication carries no deletes, what upstream prunes stays downstream. */
  private async prune(
    { edge }: CheckTarget,
    way: CheckWay,
    { session }: CheckSession,
    token: string,
  ): Promise<void> {
    if (edge.kind !== 'logical' || way.kind !== 'row') return;
    for (const { table, publishesDeletes } of way.sentinels) {
      if (publishesDeletes) continue;
      try {
        await session.query(pruneStatement(table, token), this.parts.signal);
      } catch (error) {
        if (!isServerFailure(error)) throw error;
        this.deps.log.warn(`Tokens were not pruned on ${edge.to}: ${error.facts.text}`);
      }
    }
  }

  private spent(): readonly string[] {
    return this.parts.spent.get(this.parts.group.root.id) ?? [];
  }

  private spend(tokens: readonly string[]): void {
    this.parts.spent.set(this.parts.group.root.id, tokens.slice(-MOST_SPENT));
  }

  /** A budget beyond the usual limit is waited for to its end: before it nothing has failed. */
  private limitOf({ budgetMs }: CheckTarget): number {
    return Math.max(this.deps.limitMs, budgetMs ?? 0);
  }

  private fail(target: CheckTarget, way: CheckWay, error: unknown): void {
    if (!isServerFailure(error)) throw error;
    const isCancelled = this.parts.signal.aborted || error.facts.reason === 'cancelled';
    if (isCancelled) this.tell(target, way, { outcome: 'cancelled' });
    else this.tell(target, way, { outcome: 'notPossible', failure: error.facts });
  }

  private tell(
    target: CheckTarget,
    way: CheckWay,
    found: Pick<CheckResult, 'outcome'> & Partial<CheckResult>,
  ): void {
    const note = way.kind === 'marker' ? way.note : null;
    this.parts.report({
      edgeId: target.edge.id,
      kind: way.kind,
      arrivedMs: null,
      startedAtMs: this.startedAtMs,
      endedAtMs: this.deps.clock.nowMs(),
      limitMs: this.limitOf(target),
      verdict: null,
      failure: null,
      ...(target.budgetMs === null ? {} : { budgetMs: target.budgetMs }),
      ...(note === null ? {} : { note }),
      ...found,
    });
  }
}

function tablesOf(ways: readonly CheckWay[]): readonly TableName[] {
  const tables = new Map<string, TableName>();
  for (const way of ways) {
    if (way.kind === 'marker') continue;
    for (const { table } of way.sentinels) tables.set(table.name, table);
  }
  // In one order, so that two checkers do not wait for each other.
  return [...tables.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function questionOf({ edge }: CheckTarget, way: CheckWay, sent: Sent): ArrivalQuestion {
  const isStreaming = edge.kind === 'streaming';
  if (way.kind === 'marker') {
    return isStreaming ? replayQuestion(sent.lsn) : slotQuestion(edge.slotName ?? '', sent.lsn);
  }
  const tables = way.sentinels.map(({ table }) => table);
  const [first] = tables;
  if (!isStreaming || first === undefined) return rowQuestion(tables, sent.token);
  return replayedRowQuestion(sent.lsn, first, sent.token);
}

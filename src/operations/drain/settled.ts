import type { LedgerEntry, RefusedOperation, ResolvedOperation } from '../../core/queue/applyTypes';
import { conflictSentenceOf } from '../../core/queue/conflictWords';
import type { OperationVerdict } from '../../core/queue/drain';
import type { Mark } from '../../core/queue/edgeStatements';
import { MAX_ATTEMPTS } from '../../core/queue/operationFailure';
import type { OperationOutcome, QueueOperation } from '../../core/queue/operation';
import { say } from '../../core/say';
import type { BatchResult } from './batchWriter';
import type { DeferredOperation } from './pageApplier';
import type { WaitingOperation } from './sortRows';

/** What became of an operation, for people and for its row on the edge. */
export interface Settled {
  readonly verdict: OperationVerdict;
  /** `null`: its row stays as it is. */
  readonly mark: Mark | null;
}

/** What became of a batch. */
export interface SettledBatch {
  /** Plainly applied: nothing more is to be said of them, which is the usual case and the quickest. */
  readonly applied: readonly Pick<QueueOperation, 'id' | 'seq'>[];
  readonly others: readonly Settled[];
}

const KEY_LENGTH = 200;
const ERROR_LENGTH = 2_000;

const VERDICTS: Readonly<Record<OperationOutcome, OperationVerdict['verdict']>> = {
  applied: 'apply',
  same: 'skip',
  kept: 'skip',
  replaced: 'apply',
  merged: 'apply',
  conflict: 'conflict',
  dropped: 'skip',
  decided: 'skip',
};

export function settleBatch(result: BatchResult): SettledBatch {
  const { tried, aside, outcomes } = result;
  if (!outcomes.areAllApplied || aside.refused.length > 0 || aside.deferred.length > 0) {
    return { applied: [], others: settle(result) };
  }
  return {
    applied: tried.map(({ source }) => source),
    others: aside.waiting.map(settleWaiting),
  };
}

/** One a row that was looked at, in no particular order. The ledger decides; what was refused says why. */
export function settle({ tried, aside, outcomes }: BatchResult): readonly Settled[] {
  const refused = new Map(aside.refused.map((one) => [one.source.id, one]));
  const deferred = new Map(aside.deferred.map((one) => [one.source.id, one]));
  const waiting = new Set(aside.waiting.map(({ source }) => source.id));
  const settled: Settled[] = aside.waiting.map(settleWaiting);
  for (const operation of tried) {
    const { id } = operation.source;
    const entry = outcomes.get(id);
    const late = deferred.get(id);
    if (entry !== undefined) settled.push(settleEntry(operation, entry, refused.get(id)));
    else if (late !== undefined) settled.push(settleDeferred(late));
    else if (!refused.has(id) && !waiting.has(id)) settled.push(settleUntouched(operation));
  }
  const known = new Set(tried.map(({ source }) => source.id));
  for (const one of aside.refused) {
    const entry = outcomes.get(one.source.id);
    if (entry === undefined) settled.push(settleRefused(one));
    else if (!known.has(one.source.id)) settled.push(settleEntry(one, entry, one));
  }
  return settled;
}

export function settleWaiting({ source, keyText }: WaitingOperation): Settled {
  const message = say`An earlier operation on its key waits, or its next attempt has not come.`;
  return { verdict: { ...of(source, keyText, 'waits'), message }, mark: null };
}

/** The ledger says nothing, and neither does a refusal: a row came or went meanwhile, or a trigger suppresses the write. */
function settleUntouched({ source, keyText }: ResolvedOperation): Settled {
  const isLast = source.attempts + 1 >= MAX_ATTEMPTS;
  const message = isLast
    ? say`It had no effect on the primary, time and again: a trigger there may suppress it.`
    : say`It had no effect on the primary, so it is tried again.`;
  return {
    verdict: { ...of(source, keyText, isLast ? 'dead' : 'waits'), message },
    mark: { ...named(source), state: isLast ? 'dead' : 'again', error: message, sqlstate: null },
  };
}

function settleDeferred({ source, keyText, deferral }: DeferredOperation): Settled {
  const { message, sqlstate } = deferral;
  return {
    verdict: { ...of(source, keyText, 'waits'), message, sqlstate },
    mark: { ...named(source), state: 'again', error: cut(message), sqlstate },
  };
}

function settleRefused({ source, resolved, refusal }: RefusedOperation): Settled {
  const { state, conflict, message, sqlstate } = refusal;
  const keyText = resolved?.keyText ?? source.key ?? '';
  return {
    verdict: { ...of(source, keyText, state), conflict, message, sqlstate },
    mark: { ...named(source), state, error: cut(message), sqlstate },
  };
}

function settleEntry(
  operation: ResolvedOperation | RefusedOperation,
  { outcome, conflict }: LedgerEntry,
  refused: RefusedOperation | undefined,
): Settled {
  const { source } = operation;
  const verdict = of(source, keyTextOf(operation), VERDICTS[outcome], outcome);
  if (outcome !== 'conflict') {
    return { verdict, mark: { ...named(source), state: 'done', error: null, sqlstate: null } };
  }
  const message =
    refused?.refusal.message ??
    (conflict === null ? say`It met another row.` : conflictSentenceOf(conflict));
  const sqlstate = refused?.refusal.sqlstate ?? null;
  return {
    verdict: { ...verdict, conflict, message, sqlstate },
    mark: { ...named(source), state: 'conflict', error: cut(message), sqlstate },
  };
}

function keyTextOf(operation: ResolvedOperation | RefusedOperation): string {
  if ('keyText' in operation) return operation.keyText;
  return operation.resolved?.keyText ?? operation.source.key ?? '';
}

function of(
  { id, seq, table, operation }: QueueOperation,
  keyText: string,
  verdict: OperationVerdict['verdict'],
  outcome: OperationOutcome | null = null,
): OperationVerdict {
  return {
    operationId: id,
    seq,
    table,
    operation:
      operation === 'INSERT' || operation === 'UPDATE' || operation === 'DELETE' ? operation : null,
    keyText: keyText.length > KEY_LENGTH ? keyText.slice(0, KEY_LENGTH) : keyText,
    verdict,
    outcome,
    conflict: null,
    message: null,
    sqlstate: null,
  };
}

function named({ id, seq }: QueueOperation): Pick<Mark, 'id' | 'seq'> {
  return { id, seq };
}

function cut(message: string): string {
  return message.slice(0, ERROR_LENGTH);
}

import type { ServerFailure } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { DrainSession } from '../../core/ports/drainGateway';
import type { SqlStatement } from '../../core/ports/sqlSession';
import { waveStatements } from '../../core/queue/applyStatements';
import type { BatchFacts, RefusedOperation, ResolvedOperation } from '../../core/queue/applyTypes';
import type { BlockedKeys } from '../../core/queue/blockedKeys';
import { isDrift, meaningOf, verdictOf, type Deferral } from '../../core/queue/operationFailure';
import { LastOperations, planWaves } from '../../core/queue/waves';
import { firstFailure, results } from './answers';
import type { Catalog } from './catalog';
import type { WaitingOperation } from './sortRows';

/** An operation that is tried again later, since a row that it needs may still come. */
export interface DeferredOperation {
  readonly source: ResolvedOperation['source'];
  readonly keyText: string;
  readonly deferral: Deferral;
}

/** What an attempt at a batch set aside. */
export interface SetAside {
  readonly refused: RefusedOperation[];
  readonly deferred: DeferredOperation[];
  readonly waiting: WaitingOperation[];
}

export function nothingAside(): SetAside {
  return { refused: [], deferred: [], waiting: [] };
}

export interface ApplierParts {
  readonly session: DrainSession;
  readonly facts: BatchFacts;
  readonly catalog: Catalog;
  readonly blocked: BlockedKeys;
  readonly aside: SetAside;
}

/** A table or column is not what it was when it was read. The transaction has to begin again. */
export class CatalogMoved extends Error {
  override readonly name = 'CatalogMoved';
}

const SAVEPOINT: SqlStatement = { text: 'SAVEPOINT pgt' };
const RELEASE: SqlStatement = { text: 'RELEASE SAVEPOINT pgt' };
const BACK: SqlStatement = { text: 'ROLLBACK TO SAVEPOINT pgt' };

/** Every statement that applies these operations, in order. @param last what is on its way before them */
export function applyStatements(
  ops: readonly ResolvedOperation[],
  catalog: Catalog,
  facts: BatchFacts,
  last = new LastOperations(),
): readonly SqlStatement[] {
  return wavesOf(ops, catalog, last).flatMap((wave) => statementsOf(wave, catalog, facts));
}

function wavesOf(
  ops: readonly ResolvedOperation[],
  catalog: Catalog,
  last = new LastOperations(),
): readonly (readonly ResolvedOperation[])[] {
  return planWaves(ops, catalog.byName, last).map(({ operations }) => operations);
}

function statementsOf(
  operations: readonly ResolvedOperation[],
  catalog: Catalog,
  facts: BatchFacts,
): readonly SqlStatement[] {
  const [first] = operations;
  const table = first === undefined ? null : catalog.find(first.table);
  if (first === undefined || table === null) return [];
  return waveStatements({ table: first.table, operations }, table, facts, catalog.texts);
}

/**
 * Applies operations within an open transaction, each wave behind a savepoint: one that the server refuses is undone alone, tried
 * operation by operation, and what fails by itself is set aside. An operation that is at fault costs a round trip, whatever the batch holds.
 * @param catalogIsFresh a missing table or column is the operation's fault then
 * @throws ServerFailure that no operation is to blame for; CatalogMoved. The transaction is to be rolled back then.
 */
export async function applyCarefully(
  ops: readonly ResolvedOperation[],
  parts: ApplierParts,
  catalogIsFresh: boolean,
  signal: CancelSignal,
): Promise<void> {
  const { session, catalog, facts } = parts;
  let items = wavesOf(ops, catalog);
  let before: readonly SqlStatement[] = [];
  while (items.length > 0) {
    const flight = items.map((item) => [SAVEPOINT, ...statementsOf(item, catalog, facts), RELEASE]);
    const answers = await session.queryAll([...before, ...flight.flat()], signal);
    const failed = firstFailure(answers);
    if (failed === null) return;
    let index = failed.index - before.length;
    let nth = 0;
    for (const { length } of flight) {
      if (index < length) break;
      index -= length;
      nth += 1;
    }
    const item = items[nth];
    if (item === undefined || meaningOf(failed.failure.facts) !== 'operation') throw failed.failure;
    if (isDrift(failed.failure.facts) && !catalogIsFresh) throw new CatalogMoved();
    before = [BACK, RELEASE];
    const rest = items.slice(nth + 1);
    items =
      item.length > 1
        ? [...item.map((operation) => [operation]), ...rest]
        : setAside(item, failed.failure, rest, parts);
  }
  if (before.length > 0) results(await session.queryAll(before, signal));
}

/** Sets an operation aside, and what comes later on its key. @returns what is left of the rest */
function setAside(
  [operation]: readonly ResolvedOperation[],
  failure: ServerFailure,
  rest: readonly (readonly ResolvedOperation[])[],
  { blocked, aside, catalog }: ApplierParts,
): readonly (readonly ResolvedOperation[])[] {
  if (operation === undefined) return rest;
  const { source, keyText } = operation;
  const verdict = verdictOf(source, failure.facts);
  if (verdict.state === 'again') aside.deferred.push({ source, keyText, deferral: verdict });
  else {
    const policy = catalog.policyOf(operation.table);
    aside.refused.push({ source, resolved: operation, policy, refusal: verdict });
  }
  blocked.add(source, operation);
  const left = rest.map((item) =>
    item.filter((later) => {
      if (!blocked.has(later.source, later)) return true;
      blocked.add(later.source, later);
      aside.waiting.push({ source: later.source, keyText: later.keyText });
      return false;
    }),
  );
  return left.filter((item) => item.length > 0);
}

import { isServerFailure } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { KeyValues } from '../../core/queue/applyKey';
import {
  asideStatement,
  asideTablesStatement,
  readAside,
  type AsideOperation,
} from '../../core/queue/asideKeys';
import type { PageRow } from '../../core/queue/batchCut';
import type { BlockedKeys } from '../../core/queue/blockedKeys';
import {
  impossibleKey,
  isAlwaysClear,
  keyTextsOf,
  keyTextsStatement,
  readKeyTexts,
  type KeyTexts,
} from '../../core/queue/keyTexts';
import { keysOf, spelledKeys, type KeySource } from '../../core/queue/keysActedOn';
import { textOf } from '../../core/queue/rowValues';
import type { TargetTable } from '../../core/queue/targetTable';
import type { DeclaredQueue, TableName } from '../../core/topology';
import type { Catalog } from './catalog';
import type { EdgeEnd } from './edgeEnd';
import { mayActOn } from './sortRows';

export interface EdgeKeyParts {
  readonly edge: EdgeEnd;
  readonly queue: DeclaredQueue;
  readonly catalog: Catalog;
}

type Keyed = KeySource & { readonly table: TableName };

/**
 * Tells of rows whose keys do not say by themselves which of them are equal which ones are, as the types of the edge read them.
 * @returns the same rows where there are none, at no cost
 * @throws ServerFailure
 */
export async function withKeys(
  rows: readonly PageRow[],
  parts: EdgeKeyParts,
  signal: CancelSignal,
): Promise<readonly PageRow[]> {
  const unclear = rows.filter(
    ({ operation, touches }) => touches === undefined && isUnclear(operation, parts.catalog),
  );
  if (unclear.length === 0) return rows;
  const told = await askEdge(
    unclear.map(({ operation }) => operation),
    parts,
    signal,
  );
  return rows.map((row) => {
    const touches = told.get(row.operation);
    return touches === undefined ? row : { ...row, touches };
  });
}

/**
 * Notes what stands in conflict or dead, from this drain or earlier ones: later operations on its keys wait. A round trip where nothing does.
 * @throws ServerFailure
 */
export async function noteAside(
  blocked: BlockedKeys,
  parts: EdgeKeyParts,
  signal: CancelSignal,
): Promise<void> {
  const { edge, queue, catalog } = parts;
  const [named] = await edge.run([asideTablesStatement(queue.table)], signal);
  const tables = (named?.rows ?? []).map((row) => ({
    schema: textOf(row, 'schema'),
    name: textOf(row, 'name'),
  }));
  if (tables.length === 0) return;
  await catalog.know(tables, signal);
  const keyed = tables.map((table) => {
    const { table: meant } = catalog.targetOf({ table, writtenBy: 'application' });
    return { ...table, key: (catalog.find(table) ?? meant)?.key ?? [] };
  });
  for (let after = 0n; ;) {
    const [page] = await edge.run([asideStatement(queue.table, after, keyed)], signal);
    const operations = (page?.rows ?? []).map(readAside);
    const last = operations.at(-1);
    if (last === undefined) return;
    after = last.seq;
    await noteAll(operations, blocked, parts, signal);
  }
}

async function noteAll(
  operations: readonly AsideOperation[],
  blocked: BlockedKeys,
  parts: EdgeKeyParts,
  signal: CancelSignal,
): Promise<void> {
  const unclear = operations.filter((operation) => isUnclear(operation, parts.catalog));
  const told = await askEdge(unclear, parts, signal);
  const { catalog } = parts;
  for (const operation of operations) {
    const target = catalog.targetOf(operation);
    for (const on of mayActOn(operation, target, catalog, told.get(operation))) {
      blocked.add(operation, on);
    }
  }
}

function isUnclear(operation: Keyed, catalog: Catalog): boolean {
  const { table } = catalog.targetOf(operation);
  if (table === null || isAlwaysClear(table, operation.writtenBy)) return false;
  const isOwn = operation.writtenBy === 'trigger';
  return spelledKeys(table, keysOf(operation, table), isOwn) === null;
}

/** @returns keys of each operation that can be told; what is missing may be any */
async function askEdge<T extends Keyed>(
  operations: readonly T[],
  { edge, catalog }: EdgeKeyParts,
  signal: CancelSignal,
): Promise<ReadonlyMap<T, readonly string[]>> {
  const byTable = new Map<TargetTable, T[]>();
  for (const operation of operations) {
    const { table } = catalog.targetOf(operation);
    if (table === null) continue;
    const own = byTable.get(table);
    if (own === undefined) byTable.set(table, [operation]);
    else own.push(operation);
  }
  const told = new Map<T, readonly string[]>();
  for (const [table, own] of byTable) {
    const keys = own.map((operation) => keysOf(operation, table));
    const texts = await readKeys(edge, table, keys.flat(), signal);
    if (texts === null) continue;
    let at = 0;
    for (const [index, operation] of own.entries()) {
      const count = keys[index]?.length ?? 0;
      told.set(operation, texts.slice(at, at + count));
      at += count;
    }
  }
  return told;
}

const NO_HASH = '42883';

/** @returns `null`: the edge does not know the types */
async function readKeys(
  edge: EdgeEnd,
  table: TargetTable,
  keys: readonly KeyValues[],
  signal: CancelSignal,
  how: KeyTexts = keyTextsOf(table),
): Promise<readonly string[] | null> {
  if (keys.length === 0) return [];
  const [answer] = await edge.ask([keyTextsStatement(table, keys, how)], signal);
  if (answer === undefined) return null;
  if (!isServerFailure(answer)) return readKeyTexts(table, answer.rows, how);
  const { sqlstate } = answer.facts;
  if (sqlstate === NO_HASH && how === 'hash') return readKeys(edge, table, keys, signal, 'text');
  if (sqlstate?.startsWith('22') === true || sqlstate?.startsWith('23') === true) {
    return readEach(edge, table, keys, signal, how);
  }
  if (sqlstate?.startsWith('42') === true || sqlstate?.startsWith('3F') === true) return null;
  throw answer;
}

/** One of them is no value of its type: each by itself, in one round trip. */
async function readEach(
  edge: EdgeEnd,
  table: TargetTable,
  keys: readonly KeyValues[],
  signal: CancelSignal,
  how: KeyTexts,
): Promise<readonly string[]> {
  const answers = await edge.ask(
    keys.map((values) => keyTextsStatement(table, [values], how)),
    signal,
  );
  return answers.map((answer, index) => {
    const values = keys[index] ?? [];
    if (!isServerFailure(answer)) {
      return readKeyTexts(table, answer.rows, how)[0] ?? impossibleKey(values);
    }
    if (answer.facts.sqlstate?.startsWith('2') !== true) throw answer;
    return impossibleKey(values);
  });
}

import { pendingSyncSql } from '../plan/pendingSyncTable';
import { escapeIdentifier } from '../sql';
import type { TableName } from '../topology';
import { guardFunctionSql, guardTriggerSql } from './echoGuard';
import {
  captureFunctionSql,
  captureTriggerSql,
  edgeIdentitySql,
  refuseTruncateSql,
  type CaptureTable,
} from './edgeObjects';
import { primaryObjectsSql } from './primaryObjects';
import { LEDGER } from './queueNames';

/** What an edge gets. */
export interface EdgeSetUp {
  readonly queue: TableName;
  /** Tables whose writes our trigger queues; empty where the application does. */
  readonly captured: readonly CaptureTable[];
  /** Tables that are both queued and subscribed. */
  readonly guarded: readonly (TableName & { readonly key: readonly string[] })[];
}

/** Every statement that makes an edge of a database that has nothing of ours. */
export function edgeSetUpSql({ queue, captured, guarded }: EdgeSetUp): readonly string[] {
  return [
    ...schemasOf([queue, LEDGER]),
    ...pendingSyncSql(queue),
    ...edgeIdentitySql(),
    ...(captured.length === 0
      ? []
      : [
          ...captureFunctionSql(queue),
          ...refuseTruncateSql(),
          ...captured.flatMap(captureTriggerSql),
        ]),
    ...(guarded.length === 0
      ? []
      : [...guardFunctionSql(), ...guarded.flatMap((table) => guardTriggerSql(table, table.key))]),
  ];
}

/** Every statement that makes a primary of a database that has nothing of ours. An edge is registered by its first drain. */
export function primarySetUpSql(): readonly string[] {
  return [...schemasOf([LEDGER]), ...primaryObjectsSql()];
}

function schemasOf(tables: readonly TableName[]): readonly string[] {
  const schemas = [...new Set(tables.map(({ schema }) => schema))];
  return schemas.map((schema) => `CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(schema)}`);
}

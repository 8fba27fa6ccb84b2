import type { Lsn } from '../lsn';
import type { TableName } from '../topology';
import { MessageReader, type TextOf } from './messageReader';

/** A value as text; `null` is NULL; `undefined`: an unchanged TOAST value, which is not sent. */
export type DecodedValue = string | null | undefined;

export interface DecodedColumn {
  readonly name: string;
  /** A part of the replica identity. */
  readonly isKey: boolean;
}

export interface DecodedTable extends TableName {
  readonly columns: readonly DecodedColumn[];
}

/** Values stand in the order of the table's columns. */
export type DecodedChange =
  | { readonly kind: 'insert'; readonly table: DecodedTable; readonly row: readonly DecodedValue[] }
  | {
      readonly kind: 'update';
      readonly table: DecodedTable;
      /** The row before, as far as it was sent; `null`: its key did not change. */
      readonly old: readonly DecodedValue[] | null;
      readonly row: readonly DecodedValue[];
    }
  | { readonly kind: 'delete'; readonly table: DecodedTable; readonly old: readonly DecodedValue[] }
  | { readonly kind: 'truncate'; readonly tables: readonly DecodedTable[] };

/** One transaction of the publisher, as its subscriber gets it. */
export interface DecodedTransaction {
  /** Where its commit begins: what the subscriber's log calls "finished at", and SKIP asks for. */
  readonly finishLsn: Lsn;
  /** Behind its commit: where the next one may begin. `null`: its end was not read. */
  readonly endLsn: Lsn | null;
  readonly changes: readonly DecodedChange[];
}

/**
 * Reads messages of the plugin `pgoutput`, protocol version 1, in their order. Transactions come whole and one after the other.
 * @see the page "Logical Replication Message Formats"
 */
export function decodePgoutput(
  messages: readonly Uint8Array[],
  textOf: TextOf,
): readonly DecodedTransaction[] {
  const tables = new Map<number, DecodedTable>();
  const transactions: DecodedTransaction[] = [];
  let open: { readonly finishLsn: Lsn; readonly changes: DecodedChange[] } | null = null;
  for (const message of messages) {
    const reader = new MessageReader(message, textOf);
    switch (reader.letter()) {
      case 'B':
        open = { finishLsn: reader.lsn(), changes: [] };
        break;
      case 'C':
        // Flags, and the commit's own position.
        reader.skip(9);
        if (open !== null) transactions.push({ ...open, endLsn: reader.lsn() });
        open = null;
        break;
      case 'R': {
        const oid = reader.uint32();
        tables.set(oid, readTable(reader));
        break;
      }
      case 'I':
        open?.changes.push(readInsert(reader, tables));
        break;
      case 'U':
        open?.changes.push(readUpdate(reader, tables));
        break;
      case 'D':
        open?.changes.push(readDelete(reader, tables));
        break;
      case 'T':
        open?.changes.push(readTruncate(reader, tables));
        break;
      default:
      // Origins, types and messages of applications change no row.
    }
  }
  return open === null ? transactions : [...transactions, { ...open, endLsn: null }];
}

type Tables = ReadonlyMap<number, DecodedTable>;

function readTable(reader: MessageReader): DecodedTable {
  // An empty one stands for pg_catalog.
  const schema = reader.name() || 'pg_catalog';
  const name = reader.name();
  reader.skip(1);
  const columns = Array.from({ length: reader.int16() }, (): DecodedColumn => {
    const isKey = (reader.int8() & 1) === 1;
    const column = { name: reader.name(), isKey };
    // Type and its modifier.
    reader.skip(8);
    return column;
  });
  return { schema, name, columns };
}

function tableOf(oid: number, tables: Tables): DecodedTable {
  return tables.get(oid) ?? { schema: 'unknown', name: String(oid), columns: [] };
}

function readInsert(reader: MessageReader, tables: Tables): DecodedChange {
  const table = tableOf(reader.uint32(), tables);
  reader.skip(1);
  return { kind: 'insert', table, row: readRow(reader) };
}

function readUpdate(reader: MessageReader, tables: Tables): DecodedChange {
  const table = tableOf(reader.uint32(), tables);
  if (reader.letter() === 'N') return { kind: 'update', table, old: null, row: readRow(reader) };
  const old = readRow(reader);
  reader.skip(1);
  return { kind: 'update', table, old, row: readRow(reader) };
}

function readDelete(reader: MessageReader, tables: Tables): DecodedChange {
  const table = tableOf(reader.uint32(), tables);
  reader.skip(1);
  return { kind: 'delete', table, old: readRow(reader) };
}

function readTruncate(reader: MessageReader, tables: Tables): DecodedChange {
  const count = reader.int32();
  reader.skip(1);
  return {
    kind: 'truncate',
    tables: Array.from({ length: count }, () => tableOf(reader.uint32(), tables)),
  };
}

function readRow(reader: MessageReader): readonly DecodedValue[] {
  return Array.from({ length: reader.int16() }, (): DecodedValue => {
    switch (reader.letter()) {
      case 'n':
        return null;
      case 'u':
        return undefined;
      default:
        return reader.text(reader.int32());
    }
  });
}

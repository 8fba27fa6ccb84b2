import type { TableName } from '../topology';

/** Schema of everything that this extension makes in a database; also where the default queue is. */
const SCHEMA = 'pgtopology';

/** Where writes wait on an edge, when the file names no other table. */
export const DEFAULT_QUEUE: TableName = { schema: SCHEMA, name: 'pending_sync' };

/** On the edge: one row, made once, by which the primary knows it again. */
export const EDGE_IDENTITY: TableName = { schema: SCHEMA, name: 'edge_identity' };

/** On the edge: trigger functions that queue writes, refuse TRUNCATE, and let an echo replace the row that it came from. */
export const CAPTURE_FUNCTION: TableName = { schema: SCHEMA, name: 'capture_write' };
export const REFUSE_TRUNCATE_FUNCTION: TableName = { schema: SCHEMA, name: 'refuse_truncate' };
export const GUARD_FUNCTION: TableName = { schema: SCHEMA, name: 'replace_echoed_row' };

/** Triggers of these functions, by the same names on every table. */
export const CAPTURE_TRIGGER = 'pgtopology_capture';
export const TRUNCATE_TRIGGER = 'pgtopology_refuse_truncate';
export const GUARD_TRIGGER = 'pgtopology_echo_guard';

/** On the primary: one row an edge; locked by each batch, so that two drainers of one edge never overlap. */
export const EDGE_REGISTER: TableName = { schema: SCHEMA, name: 'edge' };
/** On the primary: every operation that took effect there, written by the transaction that applied it. */
export const LEDGER: TableName = { schema: SCHEMA, name: 'applied_operation' };
/** On the primary: conflicts, open and settled, each with the version that lost. */
export const CONFLICTS: TableName = { schema: SCHEMA, name: 'conflict' };
/** On the primary: one row a drain and minute at most, kept for 30 days. */
export const METRICS: TableName = { schema: SCHEMA, name: 'sync_metric' };

/** Rises when a table or trigger of the edge changes; stands in all comments. A function is known to be another by its source. */
export const EDGE_OBJECTS_VERSION = 3;
/** The same for the primary's. */
export const PRIMARY_OBJECTS_VERSION = 1;

/** How long done operations and ledger entries are kept. */
export const RETENTION_DAYS = 30;

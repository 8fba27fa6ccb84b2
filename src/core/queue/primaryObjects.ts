import { escapeLiteral, qualifiedName } from '../sql';
import { CONFLICTS, EDGE_REGISTER, LEDGER, METRICS, PRIMARY_OBJECTS_VERSION } from './queueNames';

/** What the comments of the primary's objects say. */
export function primaryComment(what: string): string {
  return `Postgres Topology: ${what}, version ${PRIMARY_OBJECTS_VERSION}`;
}

/** Tables that drains need on the primary, for a schema that exists. Idempotent. */
export function primaryObjectsSql(): readonly string[] {
  return [...registerSql(), ...ledgerSql(), ...conflictSql(), ...metricSql()];
}

/** `batches` counts as the edge's own `edge_identity.batches` does; one that is further behind than one batch is a copy. */
function registerSql(): readonly string[] {
  const name = qualifiedName(EDGE_REGISTER);
  return [
    `CREATE TABLE IF NOT EXISTS ${name} (
  edge_id uuid PRIMARY KEY,
  name text NOT NULL,
  system_identifier text NOT NULL,
  batches bigint NOT NULL DEFAULT 0,
  registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  drained_at timestamptz
)`,
    `COMMENT ON TABLE ${name} IS ${escapeLiteral(primaryComment('edges that drain to here'))}`,
  ];
}

/**
 * `outcome` as `OperationOutcome`. `key_hash` finds an edge's last operation on a key (hashtextextended); `row_hash` is sha256 of the row's text
 * as RETURNING showed it, by which a later edit knows that nobody else changed it; NULL where no row was left.
 */
function ledgerSql(): readonly string[] {
  const name = qualifiedName(LEDGER);
  return [
    `CREATE TABLE IF NOT EXISTS ${name} (
  operation_id uuid PRIMARY KEY,
  edge_id uuid NOT NULL,
  seq bigint NOT NULL,
  key_hash bigint,
  outcome text NOT NULL,
  row_hash bytea,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)`,
    `CREATE INDEX IF NOT EXISTS applied_operation_key ON ${name} (edge_id, key_hash, seq)`,
    `CREATE INDEX IF NOT EXISTS applied_operation_age ON ${name} USING brin (applied_at)`,
    `COMMENT ON TABLE ${name} IS ${escapeLiteral(primaryComment('operations of edges that took effect here'))}`,
  ];
}

/** `policy` settled it where `state` is `settled` and `resolution` says what won; `open` waits for a person. Rows are as to_jsonb() writes them. */
function conflictSql(): readonly string[] {
  const name = qualifiedName(CONFLICTS);
  return [
    `CREATE TABLE IF NOT EXISTS ${name} (
  operation_id uuid PRIMARY KEY,
  edge_id uuid NOT NULL,
  seq bigint NOT NULL,
  table_schema text NOT NULL,
  table_name text NOT NULL,
  operation text NOT NULL,
  kind text NOT NULL,
  policy text NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'settled')),
  resolution text,
  key jsonb,
  base jsonb,
  edge_row jsonb,
  primary_row jsonb,
  error text,
  error_sqlstate text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  settled_at timestamptz,
  settled_by text
)`,
    `CREATE INDEX IF NOT EXISTS conflict_open ON ${name} (edge_id, seq) WHERE state = 'open'`,
    `COMMENT ON TABLE ${name} IS ${escapeLiteral(primaryComment('conflicts of edges, with the version that lost'))}`,
  ];
}

function metricSql(): readonly string[] {
  const name = qualifiedName(METRICS);
  return [
    `CREATE TABLE IF NOT EXISTS ${name} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  edge_id uuid NOT NULL,
  edge text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  depth bigint NOT NULL,
  oldest timestamptz,
  drained integer NOT NULL,
  conflicts integer NOT NULL,
  latency_ms double precision
)`,
    `CREATE INDEX IF NOT EXISTS sync_metric_at ON ${name} (edge_id, at)`,
    `COMMENT ON TABLE ${name} IS ${escapeLiteral(primaryComment('what drains did, kept for 30 days'))}`,
  ];
}

import type { EdgeIdentityFacts } from '../../core/facts';
import { isDrainLockSql } from '../../core/queue/drainLock';
import { EDGE_IDENTITY } from '../../core/queue/queueNames';
import { qualifiedName } from '../../core/sql';
import { epochMs, jsonRow } from './part';
import { RowReader } from './rowReader';

const COLUMNS = [
  'edge_id',
  'drained_at',
  'drainer',
  'draining_since',
  'primary_system',
  'primary_timeline',
];

/** Whether the edge's identity can be read as below. By catalog look-up, since naming a table that is not there fails. */
export const hasIdentitySql = `EXISTS (SELECT FROM pg_catalog.pg_class AS i
        JOIN pg_catalog.pg_namespace AS s ON s.oid = i.relnamespace
       WHERE s.nspname = '${EDGE_IDENTITY.schema}' AND i.relname = '${EDGE_IDENTITY.name}' AND i.relkind = 'r'
         AND pg_catalog.has_schema_privilege(s.oid, 'USAGE') AND pg_catalog.has_table_privilege(i.oid, 'SELECT')
         AND (SELECT count(*) FROM pg_catalog.pg_attribute AS a
               WHERE a.attrelid = i.oid AND a.attnum > 0 AND NOT a.attisdropped
                 AND a.attname IN (${COLUMNS.map((column) => `'${column}'`).join(', ')})) = ${COLUMNS.length})`;

/**
 * One JSON row. Who drains is told by the lock that a drain holds, and looked for only where a drain said that it
 * began: what a drain that was killed left in the table is not believed.
 */
export function identityExpression(): string {
  return `(SELECT ${jsonRow([
    'i.edge_id::pg_catalog.text',
    epochMs('i.drained_at'),
    `CASE WHEN i.draining_since IS NOT NULL THEN (SELECT l.pid FROM pg_catalog.pg_locks AS l WHERE ${isDrainLockSql('l')} LIMIT 1) END`,
    'pg_catalog.left(i.drainer, 200)',
    epochMs('i.draining_since'),
    'pg_catalog.left(i.primary_system, 40)',
    'i.primary_timeline',
  ])} FROM ${qualifiedName(EDGE_IDENTITY)} AS i LIMIT 1)`;
}

/** @returns `null` where it was not asked for, or the table is empty. @throws when the value is not what the expression yields. */
export function readIdentityRow(value: unknown): EdgeIdentityFacts | null {
  if (value === null) return null;
  return RowReader.read(value, (row) => {
    const edgeId = row.text();
    const drainedAtMs = row.nullableNumber();
    const pid = row.nullableNumber();
    const who = row.nullableText();
    const sinceMs = row.nullableNumber();
    const systemIdentifier = row.nullableText();
    const timeline = row.nullableNumber();
    return {
      edgeId,
      drainedAtMs,
      drainer: pid === null ? null : { pid, who, sinceMs },
      drainedTo:
        systemIdentifier === null || timeline === null ? null : { systemIdentifier, timeline },
    };
  });
}

import * as z from 'zod/mini';
import type { SlowFacts } from '../../core/facts';
import type { SqlStatement, SqlValue } from '../../core/ports/sqlSession';
import type { TableName } from '../../core/topology';
import { identityPart, type Identity } from './identity';
import type { ServerFeatures } from './part';
import { publicationsPart } from './publications';
import { hasMetricsSql, metricsSchema, metricsSql, readMetrics } from './queueMetrics';
import { queueObjectsSchema, queueObjectsSql, readQueueObjects } from './queueObjects';
import { knownQueue, queueShapeSchema, queueShapeSql, type KnownQueue } from './queueShape';
import { rolePart } from './role';
import { sequencesPart } from './sequences';
import { settingsPart } from './settings';
import { subscriptionOptionsPart } from './subscriptionOptions';
import { subscriptionTablesPart } from './subscriptionTables';

export interface SlowAnswer {
  readonly facts: SlowFacts;
  readonly identity: Identity;
  /** `null` when no queue is declared. */
  readonly queue: KnownQueue | null;
  /** Whether the metrics of drains can be read; `false` too where no edge is drained to it. */
  readonly hasMetrics: boolean;
}

/** What of queues is read of a node. */
export interface SlowQueues {
  /** Its own; `null` when none is declared. */
  readonly table: TableName | null;
  /** Edges that are drained to it. */
  readonly drainedFrom: readonly string[];
  /** Roles that drain from or to it. */
  readonly drainUsers: readonly string[];
  /** Whether what their drains wrote is known to be readable. */
  readonly hasMetrics: boolean;
}

export interface SlowStatement {
  readonly statement: SqlStatement;
  readRow(row: unknown): SlowAnswer;
}

/** One statement for everything that changes rarely; unnamed, since it runs once a minute at most. */
export function slowStatement(features: ServerFeatures, queues: SlowQueues): SlowStatement {
  const { table: queueTable, drainedFrom, drainUsers } = queues;
  const isPrimary = drainedFrom.length > 0;
  const values: SqlValue[] = queueTable === null ? [] : [queueTable.schema, queueTable.name];
  const give = (list: readonly string[]): string => `$${values.push(list)}::pg_catalog.text[]`;
  const readsMetrics = isPrimary && queues.hasMetrics;
  const metrics = [
    ...(isPrimary ? [`,\n  ${hasMetricsSql} AS "hasMetrics"`] : []),
    ...(readsMetrics ? [`,\n  ${metricsSql(give(drainedFrom))} AS "queueMetrics"`] : []),
  ].join('');
  const text = `
SELECT ${identityPart.sql(features)} AS "identity",
  ${rolePart.sql(features)} AS "role",
  ${publicationsPart.sql(features)} AS "publications",
  ${subscriptionTablesPart.sql(features)} AS "subscriptionTables",
  ${subscriptionOptionsPart.sql(features)} AS "subscriptionOptions",
  ${settingsPart.sql(features)} AS "settings",
  ${sequencesPart.sql(features)} AS "sequences",
  ${queueTable === null ? 'NULL::pg_catalog.json' : queueShapeSql} AS "queue",
  ${queueObjectsSql(drainUsers.length === 0 ? null : give(drainUsers))} AS "queueObjects"${metrics}`;
  const rowSchema = z.object({
    identity: identityPart.schema,
    role: rolePart.schema,
    publications: publicationsPart.schema,
    subscriptionTables: subscriptionTablesPart.schema,
    subscriptionOptions: subscriptionOptionsPart.schema,
    settings: settingsPart.schema,
    sequences: sequencesPart.schema,
    queue: queueShapeSchema,
    queueObjects: queueObjectsSchema,
    hasMetrics: z.exactOptional(z.boolean()),
    queueMetrics: z.exactOptional(metricsSchema),
  });
  return {
    statement: { text, values },
    readRow: (row) => {
      const raw = rowSchema.parse(row);
      const queue = queueTable === null ? null : knownQueue(raw.queue);
      const facts: SlowFacts = {
        ...rolePart.normalise(raw.role),
        publications: publicationsPart.normalise(raw.publications),
        subscriptionTables: subscriptionTablesPart.normalise(raw.subscriptionTables),
        subscriptionOptions: subscriptionOptionsPart.normalise(raw.subscriptionOptions),
        settings: settingsPart.normalise(raw.settings),
        sequences: sequencesPart.normalise(raw.sequences),
        queueShape: queue?.shape ?? null,
        queueObjects: readQueueObjects(raw.queueObjects, queueTable),
        ...(readsMetrics ? { queueMetrics: readMetrics(raw.queueMetrics ?? null) } : {}),
      };
      const identity = identityPart.normalise(raw.identity);
      return { facts, identity, queue, hasMetrics: raw.hasMetrics === true };
    },
  };
}

/** The queue alone, for a poll that found its table changed. */
export function queueLookup(table: TableName): {
  readonly statement: SqlStatement;
  readRow(row: unknown): KnownQueue;
} {
  const rowSchema = z.object({ queue: queueShapeSchema });
  return {
    statement: {
      text: `SELECT ${queueShapeSql} AS "queue"`,
      values: [table.schema, table.name],
    },
    readRow: (row) => knownQueue(rowSchema.parse(row).queue),
  };
}

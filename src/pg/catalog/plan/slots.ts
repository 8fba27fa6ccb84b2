import * as z from 'zod/mini';
import type { CatalogSlot } from '../../../core/plan/nodeCatalog';
import type { CatalogPart } from '../part';

const schema = z.nullable(
  z.array(
    z.object({
      name: z.string(),
      type: z.enum(['physical', 'logical']),
      plugin: z.nullable(z.string()),
      database: z.nullable(z.string()),
      isActive: z.boolean(),
      walStatus: z.nullable(z.string()),
    }),
  ),
);

/** Slots of the whole server. Source: pg_replication_slots. */
export const planSlotsPart: CatalogPart<z.infer<typeof schema>, readonly CatalogSlot[]> = {
  lowestVersion: 14,
  sql: () => `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', s.slot_name,
      'type', s.slot_type,
      'plugin', s.plugin,
      'database', s.database,
      'isActive', s.active,
      'walStatus', s.wal_status) ORDER BY s.slot_name)
    FROM pg_catalog.pg_replication_slots AS s)`,
  schema,
  normalise: (raw) => raw ?? [],
};

/**
 * The advisory lock that a drain holds on the edge's server, as a session of the database that the queue is in: there is one edge a
 * database, so the class alone says who drains it. `pg_try_advisory_lock(class, object)`.
 */
export const DRAIN_LOCK = { classId: 0x70_67_74_71, objectId: 1 } as const;

/** Whether a row of pg_locks, by its alias, is that lock, held by a session of this database. */
export function isDrainLockSql(alias: string): string {
  return `${alias}.locktype = 'advisory' AND ${alias}.classid = ${DRAIN_LOCK.classId} AND ${alias}.objid = ${DRAIN_LOCK.objectId}
    AND ${alias}.objsubid = 2 AND ${alias}.granted
    AND ${alias}.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())`;
}

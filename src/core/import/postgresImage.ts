/** What an image of a Compose file is. */
export type ImageKind =
  | 'postgres'
  /** Its variables have names of their own. */
  | 'bitnami'
  /** A pooler or proxy in front of servers. */
  | 'pooler'
  | 'other';

const POSTGRES =
  /^(?:postgres(?:ql)?(?:-repmgr|-ha|-pgaudit)?|postgresql?-?\d[\w.-]*|(?:docker-)?postgis|timescaledb(?:-ha|-postgis)?|pgvector|citus|paradedb|spilo(?:-\d+)?|crunchy-postgres(?:-\w+)*|percona-distribution-postgresql|percona-postgresql\w*|pgvecto-rs|vchord-postgres|vchord-suite|age|pgautoupgrade|alloydbomni|postgres-ssl|postgresml|orioledb|postgres-pgvector|postgis-pgvector)$/u;
const POOLER = /^(?:pgbouncer|pgpool2?|pgcat|odyssey|pgpool-ii|supavisor|docker-pgbouncer)$/u;

/** Tells by the last part of an image's name, without registry, tag and digest. */
export function imageKind(image: string): ImageKind {
  const path = image.split('@')[0]?.toLowerCase() ?? '';
  const last = path.slice(path.lastIndexOf('/') + 1);
  const name = last.split(':')[0] ?? '';
  if (POOLER.test(name)) return 'pooler';
  if (!POSTGRES.test(name)) return 'other';
  return /(?:^|\/)bitnami/u.test(path) ? 'bitnami' : 'postgres';
}

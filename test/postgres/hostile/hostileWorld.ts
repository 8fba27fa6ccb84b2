import pg from 'pg';
import type { PlanContext } from '../../../src/core/plan/requests';
import type { Cluster } from '../../clusters/cluster';
import type { Major } from '../../clusters/majors';
import { PlanRig } from '../plans/planRig';

/** Two servers on which names are tried: edge subscribes to central. No worker runs, so nothing moves by itself. */
export class HostileWorld {
  readonly rig: PlanRig;

  constructor(
    readonly major: Major,
    readonly central: Cluster,
    readonly edge: Cluster,
    /** Of central. */
    readonly systemIdentifier: string,
  ) {
    this.rig = new PlanRig({ central: { cluster: central }, edge: { cluster: edge } });
  }

  /** @param roles asked about on every node; those that no server could have are left out, as the dialogs do */
  context(roles: readonly string[] = []): Promise<PlanContext> {
    return this.rig.context(roles);
  }

  get conninfo(): string {
    return this.central.conninfo({ database: 'postgres' });
  }

  /** Everything that a plan could make on either server, a line each. */
  async inventory(): Promise<ReadonlySet<string>> {
    const found = await Promise.all(
      [this.central, this.edge].map(async (cluster) => {
        const rows = await cluster.query<{ line: readonly unknown[] }>(INVENTORY(this.major));
        return rows.map(({ line }) => JSON.stringify([cluster.name, ...line]));
      }),
    );
    return new Set(found.flat());
  }
}

/** A line of the inventory, as a case expects it. */
export function line(node: 'central' | 'edge', kind: string, ...values: unknown[]): string {
  return JSON.stringify([node, kind, ...values]);
}

/** Quoting that is not ours. */
export const quoted = (name: string): string => pg.escapeIdentifier(name);
export const literal = (text: string): string => pg.escapeLiteral(text);

const INVENTORY = (major: Major): string => {
  const columns =
    major >= 15
      ? `(SELECT array_agg(a.attname::text ORDER BY k.i) FROM unnest(r.prattrs) WITH ORDINALITY AS k(n, i)
           JOIN pg_attribute AS a ON a.attrelid = r.prrelid AND a.attnum = k.n)`
      : 'NULL::text[]';
  return [
    `SELECT json_build_array('relation', n.nspname, c.relname, c.relkind) AS line
       FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.oid >= 16384 AND n.nspname <> 'pg_toast' AND c.relkind NOT IN ('i', 'S')`,
    `SELECT json_build_array('column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod))
       FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
      WHERE c.relnamespace = to_regnamespace('hostile') AND c.relname LIKE 'drift%' AND c.relkind = 'r'
        AND a.attnum > 0 AND NOT a.attisdropped`,
    `SELECT json_build_array('comment', n.nspname, c.relname, d.description)
       FROM pg_description AS d JOIN pg_class AS c ON c.oid = d.objoid AND d.classoid = 'pg_class'::regclass
       JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid >= 16384`,
    `SELECT json_build_array('schema', nspname) FROM pg_namespace WHERE oid >= 16384 AND nspname !~ '^pg_(temp|toast_temp)_'`,
    `SELECT json_build_array('function', p.oid::regprocedure::text) FROM pg_proc AS p WHERE p.oid >= 16384`,
    `SELECT json_build_array('trigger', t.tgname) FROM pg_trigger AS t WHERE NOT t.tgisinternal`,
    `SELECT json_build_array('role', rolname, rolcanlogin, rolreplication) FROM pg_roles WHERE oid >= 16384`,
    `SELECT json_build_array('right', r.rolname, a.privilege_type || ' ' || n.nspname)
       FROM pg_namespace AS n, aclexplode(n.nspacl) AS a JOIN pg_roles AS r ON r.oid = a.grantee AND r.oid >= 16384`,
    `SELECT json_build_array('right', r.rolname, a.privilege_type || ' ' || n.nspname || ' ' || c.relname)
       FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace, aclexplode(c.relacl) AS a
       JOIN pg_roles AS r ON r.oid = a.grantee AND r.oid >= 16384`,
    `SELECT json_build_array('database', datname) FROM pg_database`,
    `SELECT json_build_array('publication', pubname, pubinsert, pubupdate) FROM pg_publication`,
    `SELECT json_build_array('published', p.pubname, n.nspname, c.relname, ${columns})
       FROM pg_publication_rel AS r JOIN pg_publication AS p ON p.oid = r.prpubid
       JOIN pg_class AS c ON c.oid = r.prrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace`,
    ...(major >= 15
      ? [
          `SELECT json_build_array('published schema', p.pubname, n.nspname)
             FROM pg_publication_namespace AS s JOIN pg_publication AS p ON p.oid = s.pnpubid
             JOIN pg_namespace AS n ON n.oid = s.pnnspid`,
        ]
      : []),
    `SELECT json_build_array('subscription', subname, subenabled, subslotname, subpublications, subsynccommit)
       FROM pg_subscription`,
    ...(major >= 15
      ? [
          `SELECT json_build_array('skip', subname, subskiplsn) FROM pg_subscription WHERE subskiplsn <> '0/0'`,
        ]
      : []),
    `SELECT json_build_array('conninfo', subname, subconninfo) FROM pg_subscription`,
    `SELECT json_build_array('subscribed', s.subname, n.nspname, c.relname)
       FROM pg_subscription_rel AS r JOIN pg_subscription AS s ON s.oid = r.srsubid
       JOIN pg_class AS c ON c.oid = r.srrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace`,
    `SELECT json_build_array('slot', slot_name) FROM pg_replication_slots`,
  ].join('\nUNION ALL ');
};

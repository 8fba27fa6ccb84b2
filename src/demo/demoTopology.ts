import { secretKey } from '../core/secretKey';

/** The servers of the demo, by the names that the topology file gives them. */
export const DEMO_NODES = ['central', 'central-read', 'reports', 'shop'] as const;

export type DemoNode = (typeof DEMO_NODES)[number];

export const DEMO_DATABASE = 'demo';
export const DEMO_HOST = '127.0.0.1';

/** As whom everything is made and drained, as whom it is watched, and as whom servers follow each other. */
export const DEMO_ADMIN = 'postgres';
export const DEMO_MONITOR = 'monitor';
export const DEMO_REPLICATOR = 'replicator';

/** Of the standby, at its primary. */
export const STANDBY_SLOT = 'central_read';

/** Name of the file; it is no file of the workspace and holds no password. */
export const DEMO_FILE = 'demo.pg-topology.json';

export type DemoPorts = Readonly<Record<DemoNode, number>>;

/** Text of the topology file over servers that listen on these ports. */
export function demoFileText(ports: DemoPorts): string {
  const connection = (node: DemoNode) =>
    `"postgresql://${DEMO_MONITOR}@${DEMO_HOST}:${ports[node]}/${DEMO_DATABASE}?sslmode=disable"`;
  return `{
  // Four servers on this machine, made by Try Demo. Stop Demo takes them away, and this file with them.
  "name": "Demo",
  "environment": "development",
  "nodes": {
    // Takes all writes; about five orders come in a second.
    "central": {
      "connection": ${connection('central')},
      "adminUser": "${DEMO_ADMIN}",
      "publications": {
        // Planted: central publishes no returns, and reports has no such table. Show Differences tells, Plan Changes… mends it.
        "orders_pub": { "tables": ["public.orders", "public.returns"] },
        "stock_pub": { "tables": ["public.stock"] }
      }
    },
    // A copy of the whole server, to read from.
    "central-read": {
      "connection": ${connection('central-read')},
      "adminUser": "${DEMO_ADMIN}",
      "standbyOf": "central",
      "slot": "${STANDBY_SLOT}"
    },
    // Subscribes to the orders alone.
    "reports": {
      "connection": ${connection('reports')},
      "adminUser": "${DEMO_ADMIN}",
      "subscriptions": {
        "reports_sub": { "publisher": "central", "publications": ["orders_pub"] }
      }
    },
    // An edge: it sold things while central was away, and has not sent them yet.
    "shop": {
      "connection": ${connection('shop')},
      "adminUser": "${DEMO_ADMIN}",
      "subscriptions": {
        "shop_sub": { "publisher": "central", "publications": ["stock_pub"], "copyData": false }
      },
      "pendingSync": {
        "primary": "central",
        "tables": {
          "public.sales": "primary-wins",
          // Planted: central has changed a price that the shop changed as well, so a person decides.
          "public.stock": "manual"
        }
      }
    }
  }
}
`;
}

/** Keys under which the passwords of a server are kept while it runs. */
export function demoSecretKeys(port: number): readonly string[] {
  return [DEMO_ADMIN, DEMO_MONITOR].map((user) => demoSecretKey(user, port));
}

export function demoSecretKey(user: string, port: number): string {
  return secretKey({ user, host: DEMO_HOST, port, database: DEMO_DATABASE });
}

/** A file to begin with: a primary, a standby and a subscriber on this machine, each line explained. Parses without a diagnostic. */
export function templateTopologyFile(): string {
  return TEMPLATE;
}

const TEMPLATE = `{
  // A name for people, and which guard rails apply: development, staging or production.
  "name": "My topology",
  "environment": "development",

  "nodes": {
    "primary": {
      // A URI, "host=… port=… dbname=… user=…", "service=…" or an object. Never a password: it is asked for and kept in
      // VS Code's secret storage.
      "connection": "postgresql://monitor@localhost:5432/postgres",
      // The role that changes run as; the user of the connection only watches.
      "adminUser": "postgres",
      "publications": {
        "app_pub": { "tables": ["public.users"] }
      }
    },

    // Replays the WAL of another node; any node will do, so cascades work.
    "standby": {
      "connection": "postgresql://monitor@localhost:5433/postgres",
      "standbyOf": "primary",
      "slot": "standby"
    },

    // Subscribes to publications of another node.
    "subscriber": {
      "connection": "postgresql://monitor@localhost:5434/postgres",
      "adminUser": "postgres",
      "subscriptions": {
        "app_sub": { "publisher": "primary", "publications": ["app_pub"] }
      }
    }
  },

  // From which values lag is marked.
  "thresholds": {
    "lag": { "warning": "5s", "critical": "30s" }
  }
}
`;

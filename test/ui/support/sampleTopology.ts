/** A topology of which no server is there: nobody listens on these ports. */
export const SAMPLE_TOPOLOGY = `{
  "name": "Sample",
  "nodes": {
    "main": { "connection": "postgresql://monitor@127.0.0.1:1/app" },
    "standby": { "connection": "postgresql://monitor@127.0.0.1:2/app", "standbyOf": "main" },
  },
}`;

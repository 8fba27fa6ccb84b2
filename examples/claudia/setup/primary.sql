-- The primary that the sync service reads from, through its slot.
CREATE TABLE documents (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  title text NOT NULL,
  body jsonb NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE settings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  value jsonb NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What could not be replayed without a decision, and how replaying went: written by the drain, kept for 30 days.
CREATE SCHEMA pgtopology;
CREATE TABLE pgtopology.conflict (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  edge text NOT NULL,
  table_schema text NOT NULL,
  table_name text NOT NULL,
  key jsonb NOT NULL,
  policy text NOT NULL,
  primary_row jsonb,
  edge_row jsonb,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  resolved_at timestamptz
);
CREATE TABLE pgtopology.sync_metric (
  edge text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  depth bigint NOT NULL,
  oldest_seconds double precision,
  drained bigint NOT NULL,
  conflicts bigint NOT NULL,
  latency_ms double precision,
  PRIMARY KEY (edge, at)
);

INSERT INTO documents (title) SELECT 'Document ' || n FROM generate_series(1, 50) n;
INSERT INTO settings (name, value) SELECT 'setting ' || n, to_jsonb(n) FROM generate_series(1, 10) n;

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

INSERT INTO documents (title) SELECT 'Document ' || n FROM generate_series(1, 50) n;
INSERT INTO settings (name, value) SELECT 'setting ' || n, to_jsonb(n) FROM generate_series(1, 10) n;
INSERT INTO settings (id, name, value) VALUES ('00000000-0000-4000-8000-000000000003', 'theme', '"light"');

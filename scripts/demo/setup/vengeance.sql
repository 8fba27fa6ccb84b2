CREATE TABLE approved_patterns (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  ecosystem text NOT NULL,
  pattern jsonb NOT NULL,
  tags text[] NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (name, ecosystem)
);

-- The offline queue: each write that this node made while its primary was away, in order, until it was replayed there.
CREATE SCHEMA pgtopology;
CREATE TABLE pgtopology.pending_sync (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  txid xid8 DEFAULT pg_current_xact_id(),
  table_schema text NOT NULL DEFAULT 'public',
  table_name text NOT NULL,
  operation text NOT NULL CHECK (operation IN ('INSERT', 'UPDATE', 'DELETE')),
  key jsonb,
  data jsonb,
  old_data jsonb,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'conflict', 'dead')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  error text,
  error_sqlstate text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  synced_at timestamptz
);
CREATE INDEX pending_sync_pending ON pgtopology.pending_sync (seq) WHERE state = 'pending';
CREATE INDEX pending_sync_pending_txid ON pgtopology.pending_sync (txid, seq) WHERE state = 'pending';
CREATE INDEX pending_sync_conflict ON pgtopology.pending_sync (seq) WHERE state IN ('conflict', 'dead');

INSERT INTO approved_patterns (name, ecosystem, pattern)
SELECT 'local pattern ' || n, 'node', jsonb_build_object('rank', n) FROM generate_series(1, 5) n;
INSERT INTO pgtopology.pending_sync (table_name, operation, key, data)
SELECT 'approved_patterns', 'INSERT', jsonb_build_object('id', id), to_jsonb(p) FROM approved_patterns p;

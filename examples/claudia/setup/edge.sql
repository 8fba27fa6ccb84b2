-- A client that goes on while it is offline.
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

-- Every write is queued in the transaction that makes it.
CREATE FUNCTION pgtopology.capture() RETURNS trigger LANGUAGE plpgsql
  SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET IntervalStyle = 'postgres' SET extra_float_digits = 3 AS $$
BEGIN
  INSERT INTO pgtopology.pending_sync (table_schema, table_name, operation, key, data, old_data)
  VALUES (
    TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP,
    jsonb_build_object('id', CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END),
    CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END,
    CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END
  );
  RETURN NULL;
END
$$;
CREATE TRIGGER pgtopology_capture AFTER INSERT OR UPDATE OR DELETE ON documents
  FOR EACH ROW EXECUTE FUNCTION pgtopology.capture();
CREATE TRIGGER pgtopology_capture AFTER INSERT OR UPDATE OR DELETE ON settings
  FOR EACH ROW EXECUTE FUNCTION pgtopology.capture();

INSERT INTO documents (title) VALUES ('Written on the train');
INSERT INTO settings (name, value) VALUES ('theme', '"dark"');

-- What the application wrote here while the master was away, and queued by itself: table, operation and row.
INSERT INTO pending_sync (table_name, operation, data)
SELECT 'learned_patterns', 'INSERT', jsonb_build_object(
         'id', gen_random_uuid(), 'pattern', 'learned offline, ' || n, 'confidence', n / 10.0, 'updated_at', clock_timestamp())
  FROM generate_series(1, 3) n;
-- The master knows this address under another id: its own constraint refuses the row.
INSERT INTO pending_sync (table_name, operation, data)
VALUES ('users', 'INSERT', jsonb_build_object(
  'id', '00000000-0000-4000-8000-000000000002', 'email', 'user1@example.com', 'name', 'User 1 of Aurora',
  'updated_at', clock_timestamp()));

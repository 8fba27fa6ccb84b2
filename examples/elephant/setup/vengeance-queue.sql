-- What the application wrote here while the master was away, and queued by itself: table, operation and row.
INSERT INTO pending_sync (table_name, operation, data)
SELECT 'code_messages', 'INSERT', jsonb_build_object(
         'id', gen_random_uuid(), 'conversation_id', gen_random_uuid(), 'role', 'user',
         'content', 'Written offline, ' || n, 'updated_at', clock_timestamp())
  FROM generate_series(1, 3) n;
-- The master has another focus by now: both ends changed the same key, so a person must choose.
INSERT INTO pending_sync (created_at, table_name, operation, data)
VALUES (clock_timestamp() - interval '10 minutes', 'robbie_personality_state', 'UPDATE', jsonb_build_object(
  'id', '00000000-0000-4000-8000-000000000001', 'mood', 'calm', 'state', '{"focus": "the train window"}'::jsonb,
  'updated_at', clock_timestamp() - interval '10 minutes'));

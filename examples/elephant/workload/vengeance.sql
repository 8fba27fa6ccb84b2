-- every 1000 ms
-- Writes go to the master. Only while it is away they are made here, and queued in the same transaction.
WITH written AS (
  INSERT INTO learned_patterns (pattern, confidence)
  SELECT 'seen on vengeance', random() WHERE NOT EXISTS (
    SELECT FROM pg_stat_subscription
     WHERE subname = 'vengeance_sub' AND relid IS NULL AND pid IS NOT NULL AND last_msg_receipt_time > '-infinity')
  RETURNING *
)
INSERT INTO pending_sync (table_name, operation, data) SELECT 'learned_patterns', 'INSERT', to_jsonb(w) FROM written w;
WITH written AS (
  UPDATE users SET name = 'Seen on vengeance', updated_at = clock_timestamp()
   WHERE email = 'user3@example.com' AND NOT EXISTS (
    SELECT FROM pg_stat_subscription
     WHERE subname = 'vengeance_sub' AND relid IS NULL AND pid IS NOT NULL AND last_msg_receipt_time > '-infinity')
  RETURNING *
)
INSERT INTO pending_sync (table_name, operation, data) SELECT 'users', 'UPDATE', to_jsonb(w) FROM written w;

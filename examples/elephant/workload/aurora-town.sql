-- every 5000 ms
WITH written AS (
  INSERT INTO learned_patterns (pattern, confidence) VALUES ('seen on this edge', random()) RETURNING *
)
INSERT INTO pending_sync (table_name, operation, data) SELECT 'learned_patterns', 'INSERT', to_jsonb(w) FROM written w;
UPDATE pending_sync SET synced_at = clock_timestamp()
 WHERE id = (SELECT id FROM pending_sync WHERE synced_at IS NULL ORDER BY created_at LIMIT 1);

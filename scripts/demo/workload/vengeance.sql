-- every 4000 ms
WITH written AS (
  INSERT INTO approved_patterns (name, ecosystem, pattern)
  VALUES ('local ' || gen_random_uuid(), 'node', '{}') RETURNING *
)
INSERT INTO pgtopology.pending_sync (table_name, operation, key, data)
SELECT 'approved_patterns', 'INSERT', jsonb_build_object('id', id), to_jsonb(w) FROM written w;
UPDATE pgtopology.pending_sync SET state = 'done', synced_at = clock_timestamp()
 WHERE seq = (SELECT min(seq) FROM pgtopology.pending_sync WHERE state = 'pending');

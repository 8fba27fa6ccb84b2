-- every 4000 ms
WITH written AS (
  INSERT INTO approved_patterns (name, ecosystem, pattern)
  SELECT 'local ' || gen_random_uuid(), 'node', '{}'
   WHERE (SELECT count(*) FROM pgtopology.pending_sync WHERE state = 'pending') < 40
  RETURNING *
)
INSERT INTO pgtopology.pending_sync (table_name, operation, data)
SELECT 'approved_patterns', 'INSERT', to_jsonb(w) FROM written w;

INSERT INTO approved_patterns (name, ecosystem, pattern)
SELECT 'local pattern ' || n, 'node', jsonb_build_object('rank', n) FROM generate_series(1, 5) n;
INSERT INTO pgtopology.pending_sync (table_name, operation, data)
SELECT 'approved_patterns', 'INSERT', to_jsonb(p) FROM approved_patterns p;

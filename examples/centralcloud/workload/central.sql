-- every 200 ms
INSERT INTO execution_metrics (job, duration_ms)
VALUES ('job ' || (1 + random() * 19)::int, 5 + random() * 200);
UPDATE job_statistics SET runs = runs + 1, updated_at = clock_timestamp()
 WHERE job = 'job ' || (1 + random() * 19)::int;
UPDATE approved_patterns SET pattern = jsonb_build_object('rank', (random() * 1000)::int), updated_at = clock_timestamp()
 WHERE name = 'pattern ' || (1 + random() * 199)::int;
INSERT INTO execution_metrics (job, duration_ms)
VALUES ('job ' || (1 + random() * 19)::int, 5 + random() * 200);
INSERT INTO sync_log (source, message) VALUES ('writer', 'one round done');
DELETE FROM execution_metrics WHERE created_at < clock_timestamp() - interval '10 minutes';

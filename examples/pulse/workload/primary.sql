-- every 200 ms
INSERT INTO pulse_events (kind, payload) VALUES ('beat', jsonb_build_object('value', random()));
UPDATE sessions SET seen_at = clock_timestamp() WHERE user_name = 'user ' || (1 + random() * 19)::int;
INSERT INTO jobs (kind) VALUES ('report');
UPDATE jobs SET state = 'done', updated_at = clock_timestamp()
 WHERE id = (SELECT id FROM jobs WHERE state = 'queued' ORDER BY updated_at LIMIT 1);
DELETE FROM jobs WHERE state = 'done' AND updated_at < clock_timestamp() - interval '10 minutes';
DELETE FROM pulse_events WHERE created_at < clock_timestamp() - interval '10 minutes';

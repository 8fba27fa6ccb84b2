-- every 200 ms
UPDATE documents SET body = jsonb_build_object('words', (random() * 1000)::int), updated_at = clock_timestamp()
 WHERE title = 'Document ' || (1 + random() * 49)::int;
INSERT INTO documents (title) VALUES ('Something new');
UPDATE settings SET value = to_jsonb(random()), updated_at = clock_timestamp()
 WHERE name = 'setting ' || (1 + random() * 9)::int;
DELETE FROM documents WHERE title = 'Something new' AND updated_at < clock_timestamp() - interval '10 minutes';

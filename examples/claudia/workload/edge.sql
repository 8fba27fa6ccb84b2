-- every 4000 ms
UPDATE documents SET body = jsonb_build_object('words', (random() * 1000)::int), updated_at = clock_timestamp()
 WHERE title = 'Written on the train';
UPDATE pgtopology.pending_sync SET state = 'done', synced_at = clock_timestamp()
 WHERE seq = (SELECT min(seq) FROM pgtopology.pending_sync WHERE state = 'pending');

-- every 4000 ms
-- A client that is not yet back: it goes on writing until it has much to send.
UPDATE documents SET body = jsonb_build_object('words', (random() * 1000)::int), updated_at = clock_timestamp()
 WHERE title = 'Written on the train'
   AND (SELECT count(*) FROM pgtopology.pending_sync WHERE state = 'pending') < 60;

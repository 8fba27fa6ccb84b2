-- every 200 ms
INSERT INTO messages (conversation_id, sender, content)
SELECT id, 'ada', 'Hello' FROM conversations ORDER BY random() LIMIT 1;
UPDATE conversations SET updated_at = clock_timestamp()
 WHERE id = (SELECT id FROM conversations ORDER BY random() LIMIT 1);
UPDATE user_conversations SET last_read_at = clock_timestamp()
 WHERE conversation_id = (SELECT id FROM conversations ORDER BY random() LIMIT 1);
DELETE FROM messages WHERE created_at < clock_timestamp() - interval '10 minutes';

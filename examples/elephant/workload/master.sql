-- every 200 ms
INSERT INTO code_messages (conversation_id, role, content, embedding)
SELECT id, 'assistant', 'An answer.', ARRAY[random(), random(), random()]::real[]
  FROM code_conversations ORDER BY random() LIMIT 1;
UPDATE users SET updated_at = clock_timestamp() WHERE email = 'user' || (1 + random() * 19)::int || '@example.com';
UPDATE robbie_personality_state SET state = state || jsonb_build_object('answers', random()), updated_at = clock_timestamp()
 WHERE mood = 'talkative';
DELETE FROM code_messages WHERE role = 'assistant' AND updated_at < clock_timestamp() - interval '10 minutes';

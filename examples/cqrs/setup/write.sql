-- Everything is made on the primary; the standby that serves the reads has it by streaming.
CREATE TABLE conversations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  title text NOT NULL,
  is_archived boolean NOT NULL DEFAULT false,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE messages (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
  sender text NOT NULL,
  content text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE user_conversations (
  user_name text NOT NULL,
  conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
  last_read_at timestamptz,
  PRIMARY KEY (user_name, conversation_id)
);

-- For the reads alone.
CREATE INDEX messages_by_conversation ON messages (conversation_id, created_at DESC);
CREATE INDEX conversations_open ON conversations (updated_at DESC) WHERE NOT is_archived;
CREATE VIEW conversation_summary AS
SELECT c.id, c.title, count(m.id) AS messages, max(m.created_at) AS last_message_at
  FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id
 GROUP BY c.id;
CREATE VIEW user_conversation_membership AS
SELECT u.user_name, c.id AS conversation_id, c.title, u.last_read_at
  FROM user_conversations u JOIN conversations c ON c.id = u.conversation_id;

INSERT INTO conversations (title) SELECT 'Conversation ' || n FROM generate_series(1, 30) n;
INSERT INTO user_conversations (user_name, conversation_id) SELECT 'ada', id FROM conversations;

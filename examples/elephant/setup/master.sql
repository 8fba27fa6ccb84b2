-- The single source of truth: writes go here first.
CREATE TABLE users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  email text NOT NULL UNIQUE,
  name text NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE code_conversations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  title text NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Where the extension "vector" is installed an embedding is a vector; a plain array works everywhere.
CREATE TABLE code_messages (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  conversation_id uuid NOT NULL,
  role text NOT NULL,
  content text NOT NULL,
  embedding real[],
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE code_blocks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  message_id uuid NOT NULL,
  language text NOT NULL,
  code text NOT NULL,
  embedding real[],
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE learned_patterns (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  pattern text NOT NULL,
  confidence double precision NOT NULL,
  embedding real[],
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE robbie_personality_state (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  mood text NOT NULL,
  state jsonb NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

INSERT INTO users (email, name) SELECT 'user' || n || '@example.com', 'User ' || n FROM generate_series(1, 20) n;
INSERT INTO code_conversations (user_id, title) SELECT id, 'Conversation of ' || name FROM users;
INSERT INTO code_messages (conversation_id, role, content, embedding)
SELECT id, 'user', 'How does replication work?', ARRAY[0.1, 0.2, 0.3]::real[] FROM code_conversations;
INSERT INTO code_blocks (message_id, language, code) SELECT id, 'sql', 'SELECT 1' FROM code_messages;
INSERT INTO learned_patterns (pattern, confidence) SELECT 'pattern ' || n, n / 100.0 FROM generate_series(1, 50) n;
INSERT INTO robbie_personality_state (id, mood, state)
VALUES ('00000000-0000-4000-8000-000000000001', 'curious', '{"focus": "replication"}');
INSERT INTO robbie_personality_state (mood, state) VALUES ('talkative', '{"answers": 0}');

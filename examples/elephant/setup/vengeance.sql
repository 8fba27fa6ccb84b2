-- An edge: a copy to read from, kept up to date by a subscription, and a queue (pendingSync in the file) for what was written while the master was away.
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

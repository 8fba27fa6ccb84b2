CREATE TABLE approved_patterns (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  ecosystem text NOT NULL,
  pattern jsonb NOT NULL,
  tags text[] NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (name, ecosystem)
);

-- The publisher: what the others copy from here.
CREATE TABLE approved_patterns (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  ecosystem text NOT NULL,
  pattern jsonb NOT NULL,
  tags text[] NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (name, ecosystem)
);

CREATE TABLE job_statistics (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  job text NOT NULL,
  runs bigint NOT NULL DEFAULT 0,
  failures bigint NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (job)
);

CREATE TABLE execution_metrics (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  job text NOT NULL,
  duration_ms double precision NOT NULL,
  details jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX execution_metrics_created ON execution_metrics (created_at);

CREATE TABLE sync_log (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  source text NOT NULL,
  message text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The role that subscriptions log in as: no more than streaming and reading what is published. Outside a trial it gets a password.
CREATE ROLE replication_user LOGIN REPLICATION;
GRANT USAGE ON SCHEMA public TO replication_user;
GRANT SELECT ON approved_patterns, job_statistics, execution_metrics, sync_log TO replication_user;

INSERT INTO approved_patterns (name, ecosystem, pattern, tags)
SELECT 'pattern ' || n, (ARRAY['node', 'python', 'rust'])[1 + n % 3], jsonb_build_object('rank', n), ARRAY['seed']
  FROM generate_series(1, 200) n;
INSERT INTO job_statistics (job) SELECT 'job ' || n FROM generate_series(1, 20) n;

import type { ImportCase } from './importCase';
import { env } from './sources';

/** `.env` files as projects have them; hosts, names and passwords are made up. */
export const ENV_CASES: readonly ImportCase[] = [
  {
    title: 'an edge that works offline: MASTER_DB_* and LOCAL_DB_*',
    imported: () =>
      env(`# database
MASTER_DB_HOST=central.example.com
MASTER_DB_PORT=5432
MASTER_DB_NAME=shop
MASTER_DB_USER=shop_app
MASTER_DB_PASSWORD='hidden-1 $central#x'
LOCAL_DB_HOST=localhost
LOCAL_DB_PORT=5433
LOCAL_DB_NAME=shop
LOCAL_DB_USER=shop_app
LOCAL_DB_PASSWORD="hidden-2"   # on the till
SYNC_INTERVAL_SECONDS=30
`),
    nodes: {
      master: 'shop_app@central.example.com:5432/shop',
      local: 'shop_app@localhost:5433/shop',
    },
    edges: ['queue local > master'],
    secrets: { master: 'hidden-1 $central#x', local: 'hidden-2' },
  },
  {
    title: 'reads and writes apart: POSTGRES_* and POSTGRES_REPLICA_*, user and database shared',
    imported: () =>
      env(`export POSTGRES_HOST=db.example.com
export POSTGRES_PORT=5432
export POSTGRES_DB=pulse_db
export POSTGRES_USER=pulse
export POSTGRES_PASSWORD="hidden\\"3"
POSTGRES_REPLICA_HOST=db.example.com
POSTGRES_REPLICA_PORT=5433
POSTGRES_POOL_SIZE=20
USE_REPLICA=true
`),
    nodes: {
      primary: 'pulse@db.example.com:5432/pulse_db',
      replica: 'pulse@db.example.com:5433/pulse_db',
    },
    edges: ['streaming primary > replica'],
    secrets: { primary: 'hidden\\"3', replica: 'hidden\\"3' },
  },
  {
    title: 'WRITE_DATABASE_URL and READ_DATABASE_URL beside the parts that the container takes',
    imported: () =>
      env(`POSTGRES_USER=appuser
POSTGRES_PASSWORD=hidden-4
POSTGRES_DB=appdb
REPLICATION_USER=repluser
REPLICATION_PASSWORD=hidden-5
WRITE_DATABASE_URL=postgresql://appuser:hidden-4@localhost:5432/appdb
READ_DATABASE_URL=postgresql://appuser:hidden-4@localhost:5433/appdb
PORT=3000
`),
    nodes: { write: 'appuser@localhost:5432/appdb', read: 'appuser@localhost:5433/appdb' },
    edges: ['streaming write > read'],
    secrets: { write: 'hidden-4', read: 'hidden-4' },
    skipped: [
      'POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB in .env name no host, so no node was made of them.',
      'REPLICATION_USER, REPLICATION_PASSWORD in .env name whom replication logs in as, and no server.',
    ],
  },
  {
    title: 'one URL put together from other variables',
    imported: () =>
      env(`DB_USER=app
DB_PASS=hidden%2F6
DATABASE_URL="postgresql+asyncpg://\${DB_USER}:\${DB_PASS}@db.example.com/app?schema=public&connection_limit=5"
REDIS_URL=redis://localhost:6379
SECRET_KEY=hidden-7
`),
    nodes: { app: 'app@db.example.com/app' },
    secrets: { app: 'hidden/6' },
    skipped: [
      'DB_USER, DB_PASS in .env name no host, so no node was made of them.',
      '"schema", "connection_limit" in DATABASE_URL in .env is for another program, and was left out.',
    ],
  },
  {
    title: 'DATABASE_URL and a replica in another place, a test database beside it',
    imported: () =>
      env(`DATABASE_URL=postgres://app:hidden-8@primary.example.com:5432/app?sslmode=require
DATABASE_REPLICA_URL=postgres://app:hidden-9@replica.example.com:5432/app?sslmode=require
TEST_DATABASE_URL=postgres://app:hidden-10@localhost:5432/app_test
`),
    nodes: {
      primary: 'app@primary.example.com:5432/app sslmode=require',
      replica: 'app@replica.example.com:5432/app sslmode=require',
    },
    edges: ['streaming primary > replica'],
    secrets: { primary: 'hidden-8', replica: 'hidden-9' },
    skipped: ['TEST_DATABASE_URL in .env is of a database for tests, and was left out.'],
  },
  {
    title: 'a reader that is only another user of the same server',
    imported: () =>
      env(`DATABASE_URL=postgresql://writer@127.0.0.1:5432/prices
READ_DATABASE_URL=postgresql://reader@127.0.0.1:5432/prices
`),
    nodes: { primary: 'writer@127.0.0.1:5432/prices' },
    skipped: [
      'READ_DATABASE_URL in .env leads to the same database as primary with another user; the first one is kept.',
    ],
  },
  {
    title: 'a pooler and the server behind it',
    imported: () =>
      env(`DATABASE_URL="postgresql://app.ref:hidden-11@pooler.example.com:6543/postgres?pgbouncer=true"
DIRECT_URL="postgresql://app.ref:hidden-11@db.example.com:5432/postgres"
NEXT_PUBLIC_URL=https://example.com
`),
    nodes: { postgres: 'app.ref@db.example.com:5432/postgres' },
    secrets: { postgres: 'hidden-11' },
    skipped: [
      '"pgbouncer" in DATABASE_URL in .env is for another program, and was left out.',
      'DATABASE_URL in .env leads to a pooler; DIRECT_URL leads to the server and was taken.',
    ],
  },
  {
    title: 'a password that is badly encoded, and databases that are not Postgres',
    imported: () =>
      env(`DATABASE_URL=postgres://app:hid#den@12@db.example.com/app
ANALYTICS_DATABASE_URL=mysql://app:hidden-13@db.example.com/app
MASTER_DB_HOST=mysql.example.com
MASTER_DB_PORT=3306
MASTER_DB_PASSWORD=hidden-14
`),
    nodes: {},
    skipped: [
      'DATABASE_URL in .env ends at a sign of comment or quote, and was left out; put the whole value in quotes.',
      'ANALYTICS_DATABASE_URL in .env is not of Postgres.',
      'MASTER_DB_HOST in .env was left out: MASTER_DB_PORT is the port of MySQL.',
    ],
  },
  {
    title: 'a password that is badly encoded, in quotes',
    imported: () => env(`DATABASE_URL="postgres://app:hid#den@12@db.example.com/app"\n`),
    nodes: {},
    skipped: [
      'DATABASE_URL in .env was left out. In the user name or password of a URL write "#" as %23 and "@" as %40.',
    ],
  },
  {
    title: 'how replication dials, with the names of subscription and publication',
    imported: () =>
      env(`CENTRAL_DB_HOST=central.example.com
CENTRAL_DB_PORT=5432
CENTRAL_DB_NAME=clinic
CENTRAL_DB_USER=clinic
LOCAL_DB_HOST=localhost
LOCAL_DB_PORT=5433
LOCAL_DB_NAME=clinic
LOCAL_DB_USER=clinic
CENTRAL_REPLICATION_HOST=central.example.com
CENTRAL_REPLICATION_PORT=5432
CENTRAL_REPLICATION_USER=replicator
CENTRAL_REPLICATION_PASSWORD=hidden-15
CENTRAL_REPLICATION_PUBLICATION=clinic_pub
CENTRAL_REPLICATION_SUBSCRIPTION=clinic_sub
`),
    nodes: {
      central: 'clinic@central.example.com:5432/clinic',
      local: 'clinic@localhost:5433/clinic',
    },
    edges: ['queue local > central', 'logical central > local clinic_sub(clinic_pub)'],
    warnings: [],
  },
  {
    title:
      'a list of replicas that share what POSTGRES_* says, and a host that another file must set',
    imported: () =>
      env(`LEGACY_DB_HOST=\${CLUSTER_HOST}
LEGACY_DB_PORT=5432
POSTGRES_MASTER_HOST=pg-0.example.com
POSTGRES_REPLICA_HOSTS=pg-1.example.com:5433,pg-2.example.com
POSTGRES_USER=app
POSTGRES_PASSWORD=hidden-16
POSTGRES_DB=app
`),
    nodes: {
      master: 'app@pg-0.example.com/app',
      'replica-1': 'app@pg-1.example.com:5433/app',
      'replica-2': 'app@pg-2.example.com/app',
    },
    edges: ['streaming master > replica-1', 'streaming master > replica-2'],
    secrets: { master: 'hidden-16', 'replica-1': 'hidden-16', 'replica-2': 'hidden-16' },
    skipped: [
      'LEGACY_DB_HOST in .env needs CLUSTER_HOST, which the file does not set, and was left out.',
    ],
  },
];

import type { ImportCase } from './importCase';
import { compose } from './sources';

const INSIDE = 'the address leads there only from within its Compose network.';

/** Compose files as projects have them; names and passwords are made up. */
export const COMPOSE_CASES: readonly ImportCase[] = [
  {
    title: 'one database of an application',
    imported: () =>
      compose(`version: "3.8"
services:
  app:
    build: .
    environment:
      DATABASE_URL: postgres://app:hidden-20@db:5432/app
    depends_on: [db]
  db:
    image: postgres:16-alpine
    restart: always
    ports:
      - "5432:5432"
    environment:
      - POSTGRES_USER=app
      - POSTGRES_PASSWORD=hidden-20
      - POSTGRES_DB=app
    volumes:
      - data:/var/lib/postgresql/data
volumes:
  data:
`),
    nodes: { db: 'app@localhost:5432/app' },
    secrets: { db: 'hidden-20' },
  },
  {
    title: 'primary and two standbys of Bitnami, variables from the .env beside it',
    imported: () =>
      compose(
        `name: shop
services:
  primary:
    image: docker.io/bitnami/postgresql:15
    ports:
      - 5432:5432
    environment:
      - POSTGRESQL_USERNAME=\${POSTGRES_USER}
      - POSTGRESQL_PASSWORD=\${POSTGRES_PASSWORD}
      - POSTGRESQL_DATABASE=\${POSTGRES_DB:-shop}
      - POSTGRESQL_REPLICATION_MODE=master
      - POSTGRESQL_REPLICATION_USER=repl
      - POSTGRESQL_REPLICATION_PASSWORD=hidden-21
  secondary:
    image: docker.io/bitnami/postgresql:15
    ports:
      - "\${SECONDARY_PORT:-5433}:5432"
    environment: &standby
      POSTGRESQL_REPLICATION_MODE: slave
      POSTGRESQL_MASTER_HOST: primary
      POSTGRESQL_MASTER_PORT_NUMBER: 5432
      POSTGRESQL_PASSWORD: \${POSTGRES_PASSWORD}
  standby:
    image: docker.io/bitnami/postgresql:15
    ports:
      - target: 5432
        published: "5434"
        host_ip: 127.0.0.1
        mode: host
    environment:
      <<: *standby
      POSTGRESQL_NUM_SYNCHRONOUS_REPLICAS: 1
`,
        'POSTGRES_USER=shopkeeper\nPOSTGRES_PASSWORD=hidden-22\nSECONDARY_PORT=\n',
      ),
    nodes: {
      primary: 'shopkeeper@localhost:5432/shop',
      secondary: 'shopkeeper@localhost:5433/shop',
      standby: 'shopkeeper@localhost:5434/shop',
    },
    edges: ['streaming primary > secondary', 'streaming primary > standby'],
    secrets: { primary: 'hidden-22', secondary: 'hidden-22', standby: 'hidden-22' },
  },
  {
    title: 'standbys that copy the primary in their command, with a slot',
    imported: () =>
      compose(`services:
  pg_master:
    image: postgres:15
    command: >
      postgres -c wal_level=replica -c max_wal_senders=10 -c hot_standby=on
    environment:
      POSTGRES_USER: admin
      POSTGRES_PASSWORD: hidden-23
      POSTGRES_DB: orders
    ports: ["15432:5432"]
  pg_slave:
    image: postgres:15
    environment:
      PGUSER: replicator
      PGPASSWORD: hidden-24
    command: |
      bash -c "
      until pg_basebackup --pgdata=/var/lib/postgresql/data -R --slot=replication_slot --host=pg_master --port=5432
      do sleep 1s; done
      chmod 0700 /var/lib/postgresql/data
      postgres"
    ports: ["15433:5432"]
    depends_on: [pg_master]
`),
    nodes: {
      pg_master: 'admin@localhost:15432/orders',
      pg_slave: 'admin@localhost:15433/orders',
    },
    edges: ['streaming pg_master > pg_slave slot replication_slot'],
    secrets: { pg_master: 'hidden-23', pg_slave: 'hidden-23' },
  },
  {
    title:
      'primary_conninfo in the command, a variable of the container in it, one port unpublished',
    imported: () =>
      compose(`services:
  db:
    image: postgis/postgis:16-3.4
    environment: {POSTGRES_PASSWORD: hidden-25}
    ports: ["127.0.0.1:5432:5432"]
  db-replica:
    image: postgis/postgis:16-3.4
    environment:
      PRIMARY: db
      REPL_PASSWORD: hidden-26
    command: ["postgres", "-c", "hot_standby=on", "-c", "primary_conninfo=host=$$PRIMARY port=5432 user=repl password=$$REPL_PASSWORD", "-c", "primary_slot_name=replica_1"]
    expose: ["5432"]
`),
    nodes: {
      db: 'postgres@localhost:5432/postgres',
      'db-replica': 'postgres@db-replica:5432/postgres',
    },
    edges: ['streaming db > db-replica slot replica_1'],
    secrets: { db: 'hidden-25', 'db-replica': 'hidden-25' },
    skipped: ['The address of db-replica in docker-compose.yml: it publishes no port.'],
    problems: { 'db-replica': `db-replica publishes no port: ${INSIDE}` },
  },
  {
    title: 'what must be set and is not, profiles, a service of another file, a password file',
    imported: () =>
      compose(`services:
  main:
    image: postgres:17
    ports: ["5432"]
    environment:
      POSTGRES_USER: \${PG_USER:?set the user}
      POSTGRES_PASSWORD: \${PG_PASSWORD:?set the password}
      POSTGRES_DB: app
  reports:
    image: timescale/timescaledb:2.17.2-pg16
    profiles: [analytics]
    ports: ["5440:5432"]
    environment:
      POSTGRES_PASSWORD_FILE: /run/secrets/reports
  copied:
    extends: {file: common.yml, service: postgres}
    image: pgvector/pgvector:pg17
    ports: ["5441:5432"]
`),
    nodes: {
      main: 'main:5432/app',
      reports: 'postgres@localhost:5440/postgres',
      copied: 'postgres@localhost:5441/postgres',
    },
    skipped: [
      'POSTGRES_USER of main in docker-compose.yml needs PG_USER, which nothing sets, and was left out.',
      'POSTGRES_PASSWORD of main in docker-compose.yml needs PG_PASSWORD, which nothing sets, and was left out.',
      'The address of main in docker-compose.yml: it lets Docker pick its port.',
      'The password of reports in docker-compose.yml stands in a file of its own, which was not read.',
      'copied in docker-compose.yml extends a service of another file, which was not read.',
    ],
    warnings: ['reports in docker-compose.yml runs only with the profile analytics.'],
    problems: { main: `main lets Docker pick its port: ${INSIDE}` },
  },
  {
    title: 'a group of repmgr behind pgpool',
    imported: () =>
      compose(`x-common: &common
  image: bitnami/postgresql-repmgr:16
services:
  pg-0:
    <<: *common
    ports: ["5432:5432"]
    environment:
      - POSTGRESQL_POSTGRES_PASSWORD=hidden-27
      - POSTGRESQL_USERNAME=app
      - POSTGRESQL_PASSWORD=hidden-28
      - POSTGRESQL_DATABASE=app
      - REPMGR_PASSWORD=hidden-29
      - REPMGR_PRIMARY_HOST=pg-0
      - REPMGR_PARTNER_NODES=pg-0,pg-1
      - REPMGR_NODE_NAME=pg-0
  pg-1:
    <<: *common
    ports: ["5433:5432"]
    environment:
      - POSTGRESQL_USERNAME=app
      - POSTGRESQL_PASSWORD=hidden-28
      - POSTGRESQL_DATABASE=app
      - REPMGR_PASSWORD=hidden-29
      - REPMGR_PRIMARY_HOST=pg-0
      - REPMGR_PARTNER_NODES=pg-0,pg-1
      - REPMGR_NODE_NAME=pg-1
  pgpool:
    image: bitnami/pgpool:4
    ports: ["5430:5432"]
`),
    nodes: { 'pg-0': 'app@localhost:5432/app', 'pg-1': 'app@localhost:5433/app' },
    edges: ['streaming pg-0 > pg-1'],
    secrets: { 'pg-0': 'hidden-28', 'pg-1': 'hidden-28' },
    skipped: [
      'pgpool in docker-compose.yml is a pooler in front of servers, and no server itself.',
    ],
  },
  {
    title: 'publisher and subscriber, named so, with nothing that says what is subscribed',
    imported: () =>
      compose(
        `services:
  publisher:
    image: postgres:16
    command: postgres -c wal_level=logical
    env_file: [db.env]
    ports: ["5432:5432"]
  db-replica:
    image: postgres:16
    command: postgres -c wal_level=logical -p 5444
    env_file:
      - path: ./db.env
      - path: ./missing.env
        required: false
    ports: ["5444:5444"]
`,
        '',
        {
          'db.env': 'POSTGRES_PASSWORD=hidden-30\nPOSTGRES_DB=bank\n',
          './db.env': 'POSTGRES_PASSWORD=hidden-30\nPOSTGRES_DB=bank\n',
        },
      ),
    nodes: {
      publisher: 'postgres@localhost:5432/bank',
      'db-replica': 'postgres@localhost:5444/bank',
    },
    secrets: { publisher: 'hidden-30', 'db-replica': 'hidden-30' },
    skipped: ['db-replica in docker-compose.yml takes variables from a file that was not read.'],
  },
  {
    title: 'images of their own, tools beside the database, and the format without services',
    imported: () =>
      compose(`db:
  build: ./postgres
  environment:
    POSTGRES_PASSWORD: hidden-31
  ports:
    - "5432:5432"
pgadmin:
  image: dpage/pgadmin4
  ports: ["5050:80"]
exporter:
  image: quay.io/prometheuscommunity/postgres-exporter
  environment:
    DATA_SOURCE_NAME: postgresql://postgres:hidden-31@db:5432/postgres?sslmode=disable
proxy:
  image: haproxy:3
  ports: ["5000:5432"]
`),
    nodes: { db: 'postgres@localhost:5432/postgres' },
    secrets: { db: 'hidden-31' },
    skipped: [
      'proxy in docker-compose.yml has no image of Postgres that is known, and was left out.',
    ],
  },
];

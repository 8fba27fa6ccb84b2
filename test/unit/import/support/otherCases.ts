import type { ImportCase } from './importCase';
import { pgsql, services, sqltools } from './sources';

/** Service files and connections of other extensions. */
export const OTHER_CASES: readonly ImportCase[] = [
  {
    title: 'a service file with a replica',
    imported: () =>
      services(`# production
[shop]
host=db.example.com
port=5432
dbname=shop
user=reporter
password=hidden#40;x
sslmode=verify-full

[shop_replica]
host=replica.example.com
dbname=shop
user=reporter
password="hidden-41"
`),
    nodes: {
      shop: 'reporter@db.example.com:5432/shop sslmode=verify-full',
      shop_replica: 'reporter@replica.example.com/shop',
    },
    edges: ['streaming shop > shop_replica'],
    secrets: { shop: 'hidden#40;x', shop_replica: '"hidden-41"' },
  },
  {
    title: 'a service file with LDAP, unknown keys and lines without a section',
    imported: () =>
      services(`host=nowhere.example.com
[directory]
ldap://ldap.example.com/dc=example?description?one?(cn=database)
[app]
host=db.example.com
hots=typo.example.com
password=hidden-42
[app]
host=second.example.com
`),
    nodes: { app: 'db.example.com' },
    secrets: { app: 'hidden-42' },
    skipped: [
      'pg_service.conf, service directory. Line 3: LDAP look-ups are not made; the line is ignored.',
      'pg_service.conf: a section without a name or a keyword was left out.',
      'pg_service.conf, service app. Line 6: "hots" is no keyword; the line is ignored.',
    ],
  },
  {
    title: 'connections of SQLTools, one of another database, one through SSH',
    imported: () =>
      sqltools([
        {
          name: 'Shop',
          driver: 'PostgreSQL',
          server: 'db.example.com',
          port: 5432,
          database: 'shop',
          username: 'shop',
          password: 'hidden-43',
          pgOptions: { ssl: { rejectUnauthorized: false } },
          previewLimit: 50,
        },
        {
          name: 'Shop replica',
          driver: 'PostgreSQL',
          connectString: 'postgresql://shop:hidden-44@replica.example.com:5432/shop',
        },
        { name: 'Legacy', driver: 'MySQL', server: 'localhost', password: 'hidden-45' },
        {
          name: 'Inside',
          driver: 'PostgreSQL',
          server: '10.0.0.5',
          database: 'inside',
          ssh: 'Enabled',
          sshOptions: { host: 'jump.example.com' },
        },
      ]),
    nodes: {
      shop: 'shop@db.example.com:5432/shop sslmode=require',
      'shop-replica': 'shop@replica.example.com:5432/shop',
      inside: '10.0.0.5/inside',
    },
    edges: ['streaming shop > shop-replica'],
    secrets: { shop: 'hidden-43', 'shop-replica': 'hidden-44' },
    skipped: ['Connection 3 of SQLTools is not of Postgres, and was left out.'],
    problems: {
      inside:
        'Connection 4 of SQLTools goes through SSH, so its address may not lead there from here.',
    },
  },
  {
    title: 'connections of the PostgreSQL extension',
    imported: () =>
      pgsql([
        {
          id: '00000000-0000-0000-0000-000000000001',
          groupId: '00000000-0000-0000-0000-00000000000a',
          authenticationType: 'SqlLogin',
          applicationName: 'vscode-pgsql',
          sslmode: 'prefer',
          server: 'localhost',
          port: '5432',
          user: 'postgres',
          password: '',
          savePassword: true,
          database: '',
          profileName: 'postgresql://postgres@localhost:5432/',
        },
        {
          profileName: 'Ledger',
          server: 'ledger.example.com',
          user: 'ledger',
          password: 'hidden-46',
          database: 'ledger',
          sslmode: 'prefer',
        },
        { profileName: 'Nowhere', server: '<SERVER_NAME>.example.com' },
      ]),
    nodes: {
      localhost: 'postgres@localhost:5432',
      ledger: 'ledger@ledger.example.com/ledger sslmode=require',
    },
    secrets: { ledger: 'hidden-46' },
    skipped: [
      'Connection 3 of the PostgreSQL extension names no host that can be read, and was left out.',
    ],
  },
];

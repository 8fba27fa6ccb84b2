import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatConninfo } from '../../../../src/core/connectionStringConninfo';
import { readStartingPoint } from '../../../../src/core/discovery/startingPoint';
import type { StartingPoint } from '../../../../src/core/discovery/startingPointOf';
import { splitCommand } from '../../../../src/operations/discovery/splitCommand';

type Variables = Readonly<Record<string, string>>;

function read(text: string, variables: Variables = {}): StartingPoint {
  return readStartingPoint(text, {
    variables,
    splitCommand: (line) => splitCommand(line, variables),
  });
}

function messages(text: string, variables: Variables = {}): readonly string[] {
  return read(text, variables).problems.map(({ severity, message }) => `${severity}: ${message}`);
}

describe('A starting point', () => {
  const accepted: readonly [
    text: string,
    source: StartingPoint['source'],
    params: Variables,
    password: string | null,
  ][] = [
    [
      'postgresql://monitor:p%40ss@db:5433/app?sslmode=require',
      'uri',
      { user: 'monitor', host: 'db', port: '5433', dbname: 'app', sslmode: 'require' },
      'p@ss',
    ],
    [`"postgres://db/app"`, 'uri', { host: 'db', dbname: 'app' }, null],
    [`host=db dbname=app password='a b'`, 'pairs', { host: 'db', dbname: 'app' }, 'a b'],
    ['service=central', 'service', { service: 'central' }, null],
    [
      'jdbc:postgresql://a:5432,b:5433/app?user=monitor&password=a+b&ssl=true&sslmode=verify-full&targetServerType=preferSecondary',
      'jdbc',
      {
        host: 'a,b',
        port: '5432,5433',
        dbname: 'app',
        user: 'monitor',
        sslmode: 'verify-full',
        target_session_attrs: 'prefer-standby',
      },
      'a b',
    ],
    ['jdbc:postgresql:app', 'jdbc', { host: 'localhost', dbname: 'app' }, null],
    [
      'jdbc:postgresql://db/app?ssl',
      'jdbc',
      { host: 'db', dbname: 'app', sslmode: 'require' },
      null,
    ],
    [
      'psql -h db -p 5433 -U monitor -d app',
      'psql',
      { host: 'db', port: '5433', user: 'monitor', dbname: 'app' },
      null,
    ],
    [
      '$ psql -Xqhdb --port=5433 --username monitor app -c "SELECT 1; -- -h other" | less',
      'psql',
      { host: 'db', port: '5433', user: 'monitor', dbname: 'app' },
      null,
    ],
    [
      `PGPASSWORD='s3 cret' PGSSLMODE=require psql "postgres://monitor@db/app"`,
      'psql',
      { sslmode: 'require', user: 'monitor', host: 'db', dbname: 'app' },
      's3 cret',
    ],
    ['psql "host=db password=x" -U other', 'psql', { user: 'other', host: 'db' }, 'x'],
    ['psql app monitor -h db', 'psql', { host: 'db', dbname: 'app', user: 'monitor' }, null],
    ['psql \\\n  -h db \\\n  -d app', 'psql', { host: 'db', dbname: 'app' }, null],
    ['sudo -u postgres psql', 'psql', { user: 'postgres' }, null],
    ['/usr/bin/psql -- app', 'psql', { dbname: 'app' }, null],
    ['psql', 'psql', {}, null],
  ];
  for (const [text, source, params, password] of accepted) {
    it(`reads ${text}`, () => {
      const point = read(text);
      const errors = point.problems.filter(({ severity }) => severity === 'error');
      assert.deepEqual(errors, []);
      assert.deepEqual({ ...point, problems: [] }, { params, password, source, problems: [] });
    });
  }

  it('reads PG* variables where there is no text, the password apart', () => {
    const variables = { PGHOST: 'db', PGUSER: 'monitor', PGPASSWORD: 's3cret', PGDATABASE: '' };
    const point = read('  ', variables);
    assert.equal(point.source, 'environment');
    assert.deepEqual(point.params, { host: 'db', user: 'monitor' });
    assert.equal(point.password, 's3cret');
  });

  it('puts in what a command takes from variables', () => {
    const point = read('psql "$DATABASE_URL"', { DATABASE_URL: 'postgres://u:p@db/app' });
    assert.deepEqual(point.params, { user: 'u', host: 'db', dbname: 'app' });
    assert.equal(point.password, 'p');
  });

  const refused: readonly [text: string, message: RegExp][] = [
    ['', /^information: No PG\* variable is set/u],
    ['mysql://db', /begins with "mysql:" is not one of Postgres/u],
    ['postgres://u:p@ss#@h/db', /write "@" as %40 and "#" as %23/u],
    ['jdbc:postgresql://db:99999/app', /Port 99999 is out of range/u],
    ['psql $NOWHERE', /uses the variable NOWHERE, which is not set here/u],
    ['docker exec -it db psql -U postgres', /started by docker, so its address holds there/u],
    ['kubectl exec db-0 -- psql', /started by kubectl/u],
    ['psql "postgres://u:p@ss@h/db"', /write "@" as %40/u],
    ['psql -p abc', /"abc" is no port/u],
    ['hello', /This is no connection/u],
  ];
  for (const [text, message] of refused) {
    it(`says what is wrong with ${text === '' ? 'nothing at all' : text}`, () => {
      assert.equal(read(text).params, null);
      assert.match(messages(text).join('\n'), message);
    });
  }

  it('names what it skips of a JDBC URL', () => {
    assert.deepEqual(
      messages('jdbc:postgresql://db/app?prepareThreshold=0&currentSchema=x&user=u'),
      [
        'information: These parameters of the JDBC URL are skipped: prepareThreshold, currentSchema.',
      ],
    );
  });

  it('never says a password, and never makes it part of the params', () => {
    const secret = fc
      .string({ minLength: 6, maxLength: 20 })
      .map((text) => `s3cr${text.replaceAll(/[\p{Cc}\s]/gu, '_')}`);
    fc.assert(
      fc.property(secret, fc.integer({ min: 0, max: 3 }), (password, form) => {
        const encoded = encodeURIComponent(password.replace(/\p{Cs}/gu, '_'));
        const texts = [
          `postgres://u:${encoded}@db/app`,
          formatConninfo({ host: 'db', password }),
          `jdbc:postgresql://db/app?user=u&password=${encoded}`,
          `PGPASSWORD='${password.replaceAll("'", `'\\''`)}' psql -h db`,
        ];
        const point = read(texts[form] ?? '');
        const told = JSON.stringify([point.params, point.problems]);
        assert.ok(!told.includes(password), told);
        assert.ok(!told.includes(encoded), told);
      }),
    );
  });

  it('reads again what it wrote as a command line', () => {
    const value = fc
      .stringMatching(/^[a-zA-Z0-9_ .$"'\\-]{1,12}$/u)
      .filter((text) => text.trim() === text);
    fc.assert(
      fc.property(value, (database) => {
        if (database.startsWith('-') || database.includes('=')) return;
        const quoted = `'${database.replaceAll("'", `'\\''`)}'`;
        assert.equal(read(`psql -h db -d ${quoted}`).params?.['dbname'], database);
      }),
    );
  });
});

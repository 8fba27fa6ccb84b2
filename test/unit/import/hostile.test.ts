import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Imported } from '../../../src/core/import/imported';
import { proposeImport } from '../../../src/core/import/proposeImport';
import { importCompose } from '../../../src/import/composeFile';
import { importEnv } from '../../../src/import/envFile';
import { compose, env, pgsql, services, sqltools } from './support/sources';

const KB = 1024;

function refusal(imported: Imported): string {
  assert.deepEqual(imported.servers, []);
  assert.equal(imported.skipped.length, 1);
  return imported.skipped[0] ?? '';
}

describe('a file that is meant to do harm', () => {
  // A parser that hangs or ends the process fails this by never coming back.
  const deep: readonly (readonly [string, string])[] = [
    ['brackets', '['.repeat(256 * KB)],
    ['closed brackets', '['.repeat(3000) + ']'.repeat(3000)],
    ['braces', '{a: '.repeat(5000)],
    ['sequences on one line', `${'- '.repeat(100 * KB)}x`],
    ['keys on one line', `${'? '.repeat(100 * KB)}x`],
    ['indents', Array.from({ length: 700 }, (_, index) => `${' '.repeat(index)}a:`).join('\n')],
  ];
  for (const [title, text] of deep) {
    it(`is refused when it is nested by ${title}`, () => {
      assert.equal(refusal(compose(text)), 'docker-compose.yml is nested too deeply to be read.');
    });
  }

  it('is refused when aliases multiply', () => {
    const of = (name: string, times: number) =>
      `[${Array.from({ length: times }, () => `*${name}`).join(', ')}]`;
    const text = `a: &a [x, x, x, x, x, x, x, x]\nb: &b ${of('a', 9)}\nc: &c ${of('b', 9)}\nd: &d ${of('c', 9)}\n`;
    assert.equal(
      refusal(compose(text)),
      'docker-compose.yml puts its anchors into too many places to be read.',
    );
  });

  it('is refused when an alias leads to itself', () => {
    assert.match(
      refusal(compose('services: &a\n  db: *a\n')),
      /nested too deeply|too many places|no services/u,
    );
  });

  it('is refused when it is too large, or no text, before anything reads it', () => {
    const large = 'a: b\n'.repeat(10 * KB * KB);
    assert.equal(refusal(compose(large)), 'docker-compose.yml is too large (limit 1 MB).');
    assert.equal(refusal(env(large)), '.env is too large (limit 1 MB).');
    assert.equal(refusal(env('A=\0')), '.env is not text.');
  });

  it('is refused with its line when a key stands twice, a tab indents, or it is no YAML, and none of it is repeated', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['services:\n  db:\n    image: a\n    image: b\n', 'line 4: a key stands there twice.'],
      ['services:\n\tdb:\n', 'line 2: a tab cannot indent; use spaces.'],
      ['services:\n  db: "hidden\n', 'line 3: this is no YAML that can be read.'],
      ['a: 1\n---\nb: 2\n', 'line 2: the file holds more than one document.'],
    ];
    for (const [text, expected] of cases) {
      assert.equal(refusal(compose(text)), `docker-compose.yml, ${expected}`);
    }
  });

  it('does not reach what every object has', () => {
    const imported = compose(`services:
  __proto__: {image: postgres:16, ports: ["5432:5432"]}
  constructor: {image: postgres:16, ports: ["5433:5432"], environment: {__proto__: {polluted: yes}}}
`);
    const { proposal } = proposeImport(imported);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    assert.deepEqual(
      proposal.nodes.map(({ id }) => id),
      ['proto', 'constructor'],
    );
    assert.deepEqual(env('__proto__=x\nconstructor=y\nPGHOST=db\n').servers.length, 1);
  });

  it('hints at quotes where YAML reads a word as something else', () => {
    const imported = compose(
      'services:\n  db:\n    image: postgres\n    ports: ["5432:5432"]\n    environment:\n      LOGGING: true\n      OTHER: no\n',
    );
    assert.deepEqual(imported.skipped, [
      'LOGGING of db in docker-compose.yml is true without quotes; Compose takes only text there.',
    ]);
  });

  it('does not go in circles', () => {
    assert.deepEqual(env('A=${B}\nB=${A}\nDATABASE_URL=postgres://${A}@h/d\n').servers, []);
    const extended = compose(
      'services:\n  a: {extends: b, image: postgres, ports: ["1:5432"]}\n  b: {extends: a, image: postgres}\n',
    );
    assert.equal(extended.servers.length, 2);
    const followed = compose(
      'services:\n  a: {image: postgres, environment: {PRIMARY_HOST: b}}\n  b: {image: postgres, environment: {PRIMARY_HOST: a}}\n',
    );
    assert.equal(proposeImport(followed).proposal.edges.length, 1);
  });
});

describe('whatever a file holds', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...['services:', 'image: postgres', 'ports:', '- ', '"5432:5432"', 'environment:', '${', '}'],
      ...[
        'DATABASE_URL',
        'MASTER_DB_HOST',
        'POSTGRES_REPLICA_PORT',
        'PGHOST',
        '=',
        ':',
        ': ',
        '\n',
      ],
      ...[
        '\n  ',
        '\n    ',
        'postgres://',
        '@',
        '#',
        '/',
        "'",
        '"',
        '$$',
        '&a ',
        '*a',
        '<<: ',
        '[',
        ']',
      ],
      ...[
        'extends:',
        'jdbc:postgresql:',
        '%',
        '!!binary ',
        '[svc]',
        'host=',
        'ldap://',
        '5432',
        '-',
      ],
    ),
    fc.string({ maxLength: 12, unit: 'binary' }),
  );
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));

  it('nothing is thrown, and every link is between nodes of the proposal', () => {
    fc.assert(
      fc.property(text, fc.jsonValue(), (written, json) => {
        const all = [
          env(written),
          compose(written, written, { a: written }),
          services(written),
          sqltools(json),
          pgsql([json, { server: written, port: written, connectionString: written }]),
        ];
        for (const imported of all) {
          const { proposal, secrets } = proposeImport(imported);
          const ids = new Set(proposal.nodes.map(({ id }) => id));
          assert.equal(ids.size, proposal.nodes.length);
          for (const { from, to } of proposal.edges) assert.ok(ids.has(from) && ids.has(to));
          for (const id of secrets.keys()) assert.ok(ids.has(id));
        }
      }),
      { numRuns: 200 },
    );
  });

  // Long enough that it does not stand anywhere by chance; with all that makes parsers stumble.
  const part = fc.string({
    minLength: 1,
    maxLength: 8,
    unit: fc.constantFrom(...Array.from(`aZ09$#@:/?%&='"\\ {}[]!*-,;\``)),
  });
  const secret = fc.tuple(part, part).map(([one, two]) => `${one}S3CR${two}T7W9${one}`);
  /** Either half is enough to be a leak. */
  const leaks = /S3CR|T7W9/u;

  it('no password is in a proposal, however badly it is written', () => {
    fc.assert(
      fc.property(secret, fc.constantFrom('', "'", '"'), (password, quote) => {
        const url = `postgres://app:${password}@db.example.com:5432/app`;
        const texts = [
          `MASTER_DB_HOST=h\nMASTER_DB_PASSWORD=${quote}${password}${quote}\nMASTER_DB_PORT=5432\n`,
          `DATABASE_URL=${quote}${url}${quote}\nDB_PASS=${quote}${password}${quote}\n`,
          `READ_DATABASE_URL=${quote}${url}?password=${password}${quote}\nPGPASSWORD=${password}\nPGHOST=h\n`,
          `DATABASE_URL=jdbc:postgresql://h/app?user=app&password=${password}\n`,
        ];
        const inYaml = JSON.stringify(password);
        const composed = [
          `services:\n  db:\n    image: postgres\n    environment:\n      POSTGRES_PASSWORD: ${inYaml}\n`,
          `services:\n  db:\n    image: postgres\n    environment:\n      - ${JSON.stringify(`POSTGRES_PASSWORD=${password}`)}\n      - ${JSON.stringify(`DATABASE_URL=${url}`)}\n`,
          `services:\n  db:\n    image: postgres\n  db-replica:\n    image: postgres\n    command: ${JSON.stringify(`postgres -c primary_conninfo='host=db password=${password}'`)}\n`,
          `services:\n  db:\n    image: postgres\n    environment:\n      POSTGRES_PASSWORD: ${password}\n`,
        ];
        const all = [
          ...texts.map((written) => importEnv(written, '.env')),
          ...composed.map((written) =>
            importCompose(written, {
              file: 'compose.yml',
              variables: new Map([['POSTGRES_PASSWORD', password]]),
              envFile: () => null,
            }),
          ),
          services(`[a]\nhost=h\npassword=${password}\nsslpassword=${password}\n`),
          sqltools([
            { name: 'a', driver: 'PostgreSQL', server: 'h', password },
            { name: 'b', driver: 'PostgreSQL', connectString: url },
            { name: url, driver: 'PostgreSQL', connectString: url },
          ]),
          pgsql([{ profileName: url, server: 'h', port: '1', password, connectionString: url }]),
        ];
        for (const imported of all) {
          const { proposal } = proposeImport(imported);
          assert.doesNotMatch(JSON.stringify(proposal), leaks);
        }
      }),
      { numRuns: 150 },
    );
  });
});

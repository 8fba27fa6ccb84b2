import assert from 'node:assert/strict';
import { parse as parseEnv } from 'dotenv';
import fc from 'fast-check';
import { parseConnectionString } from '../../../../src/core/connectionString';
import { readJdbcUrl } from '../../../../src/core/discovery/jdbcUrl';
import {
  envBlock,
  jdbcUrl,
  libpqUri,
  type Reach,
} from '../../../../src/core/routing/connectionTexts';
import { nodesFor, reachOf } from '../../../../src/core/routing/reachOf';
import { hasInvisible } from '../../../../src/core/visibleText';
import { declared, snapshot } from '../describe/makeSnapshot';

const REACH: Reach = {
  endpoints: [
    { host: 'db1.example.com', port: 5432 },
    { host: '::1', port: 5433 },
  ],
  user: 'app user',
  database: 'pulse/db',
  options: { sslmode: 'verify-full' },
  purpose: 'preferStandby',
  password: null,
};

const LISTENS = new Map([
  ['primary', [{ host: 'p', port: 5432 }]],
  ['replica', [{ host: 'r', port: 5433 }]],
  ['second', [{ host: 's', port: 5434 }]],
]);
const NODES = [
  declared('primary', { connection: { host: 'p', user: 'u', dbname: 'd', passfile: '/x' } }),
  declared('replica', { standbyOf: 'primary', connection: { user: 'u', dbname: 'd' } }),
  declared('second', { standbyOf: 'primary', connection: { user: 'v', dbname: 'd' } }),
];

describe('connection strings of a topology', () => {
  it('name every host, and which of them is wanted', () => {
    assert.equal(
      libpqUri(REACH),
      'postgresql://app%20user@db1.example.com:5432,[::1]:5433/pulse%2Fdb?sslmode=verify-full&target_session_attrs=prefer-standby',
    );
    assert.equal(
      jdbcUrl(REACH),
      'jdbc:postgresql://db1.example.com:5432,[::1]:5433/pulse%2Fdb?user=app%20user&sslmode=verify-full&targetServerType=preferSecondary',
    );
    assert.deepEqual(parseEnv(envBlock(REACH)), {
      DATABASE_URL: libpqUri(REACH),
      PGHOST: 'db1.example.com,::1',
      PGPORT: '5432,5433',
      PGDATABASE: 'pulse/db',
      PGUSER: 'app user',
      PGSSLMODE: 'verify-full',
      PGTARGETSESSIONATTRS: 'prefer-standby',
    });
    const types = (['readWrite', 'readOnly', null] as const).map((purpose) => [
      libpqUri({ ...REACH, purpose }).split('target_session_attrs=')[1],
      jdbcUrl({ ...REACH, purpose })?.split('targetServerType=')[1],
    ]);
    assert.deepEqual(types, [
      ['read-write', 'primary'],
      ['read-only', 'secondary'],
      [undefined, undefined],
    ]);
    const socket = { ...REACH, endpoints: [{ host: '/run/postgresql', port: 5432 }] };
    assert.equal(jdbcUrl(socket), null);
  });

  it('come back as they were meant, whatever stands in them, and hold a password only when asked', () => {
    // Names with characters that nobody sees are refused where they are read.
    const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((one) => !hasInvisible(one));
    fc.assert(
      fc.property(text, text, text, (user, database, password) => {
        const reach = { ...REACH, user, database, password };
        const { params, problems } = parseConnectionString(libpqUri({ ...reach, password: null }));
        assert.deepEqual(
          problems.filter(({ severity }) => severity === 'error'),
          [],
        );
        assert.deepEqual(params, {
          host: 'db1.example.com,::1',
          port: '5432,5433',
          user,
          dbname: database,
          sslmode: 'verify-full',
          target_session_attrs: 'prefer-standby',
        });
        const jdbc = readJdbcUrl(jdbcUrl(reach) ?? '');
        assert.equal(jdbc.password, password);
        assert.equal(jdbc.params?.['user'], user);
        assert.equal(jdbc.params['dbname'], database);
      }),
    );
    const secret = 'hun\'t$er"2 #';
    const written = [libpqUri, envBlock, jdbcUrl].map(
      (write) => write({ ...REACH, password: secret }) ?? '',
    );
    for (const one of written) assert.match(one, /hun/u);
    assert.ok(written[0]?.includes(encodeURIComponent(secret).replaceAll("'", "'")));
    for (const write of [libpqUri, envBlock, jdbcUrl]) {
      assert.doesNotMatch(write(REACH) ?? '', /password/iu);
    }
  });

  it('follow the file: its order of reads, and the primary first for writes', () => {
    const routing = { reads: ['second', 'primary'], maxLagMs: null };
    const routed = snapshot({ nodes: NODES, topology: { routing } });
    assert.deepEqual(nodesFor(routed, 'readWrite'), ['primary', 'replica', 'second']);
    assert.deepEqual(nodesFor(routed, 'preferStandby'), ['second', 'primary']);
    const plain = snapshot({ nodes: NODES });
    assert.deepEqual(nodesFor(plain, 'readOnly'), ['replica', 'second', 'primary']);
    assert.deepEqual(
      nodesFor(snapshot({ nodes: [declared('a'), declared('b')] }), 'readWrite'),
      [],
    );
  });

  it('have one user, and say whose the file has otherwise', () => {
    const picture = snapshot({ nodes: NODES });
    const ids = ['primary', 'replica', 'second'];
    const found = reachOf(picture, ids, 'readWrite', LISTENS);
    assert.ok('reach' in found);
    assert.deepEqual(found.differing, ['second']);
    assert.equal(
      libpqUri(found.reach),
      'postgresql://u@p:5432,r:5433,s:5434/d?target_session_attrs=read-write',
    );
    assert.deepEqual(reachOf(picture, ['primary'], null, new Map()), {
      problem: 'Where primary listens is not known.',
    });
    assert.ok('problem' in reachOf(picture, [], 'readWrite', LISTENS));
  });
});

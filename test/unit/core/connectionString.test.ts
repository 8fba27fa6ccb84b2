import assert from 'node:assert/strict';
import { parseConnectionString, withoutSecrets } from '../../../src/core/connectionString';
import { formatConninfo } from '../../../src/core/connectionStringConninfo';

function params(text: string): unknown {
  const parsed = parseConnectionString(text);
  assert.deepEqual(
    parsed.problems.filter(({ severity }) => severity === 'error'),
    [],
  );
  return parsed.params;
}

/** `code "marked text": message` for each problem. */
function problems(text: string): readonly string[] {
  return parseConnectionString(text).problems.map(
    ({ code, offset, length, message }) =>
      `${code} «${text.slice(offset, offset + length)}» ${message}`,
  );
}

describe('connection strings', () => {
  describe('URIs', () => {
    const accepted: readonly [string, Record<string, string>][] = [
      ['postgresql://', {}],
      ['postgres://localhost', { host: 'localhost' }],
      [
        'postgresql://monitor@db.example.com:5432/app?sslmode=verify-full',
        {
          user: 'monitor',
          host: 'db.example.com',
          port: '5432',
          dbname: 'app',
          sslmode: 'verify-full',
        },
      ],
      ['postgresql:///app', { dbname: 'app' }],
      ['postgresql://user@/app', { user: 'user', dbname: 'app' }],
      ['postgresql://%2Fvar%2Frun/app', { host: '/var/run', dbname: 'app' }],
      ['postgresql:///app?host=/var/run', { dbname: 'app', host: '/var/run' }],
      ['postgresql://localhost/app?host=/tmp', { host: '/tmp', dbname: 'app' }],
      ['postgresql://[::1]:5433/app', { host: '::1', port: '5433', dbname: 'app' }],
      ['postgresql://[fe80::1%25eth0]/app', { host: 'fe80::1%eth0', dbname: 'app' }],
      [
        'postgresql://a:1,b,[::1]:3/app?target_session_attrs=read-write',
        { host: 'a,b,::1', port: '1,,3', dbname: 'app', target_session_attrs: 'read-write' },
      ],
      [
        'postgresql://us%40er@h/d%20b%2Fx?application_name=a%26b',
        { user: 'us@er', host: 'h', dbname: 'd b/x', application_name: 'a&b' },
      ],
      ['  postgresql://h/app\n', { host: 'h', dbname: 'app' }],
      ['POSTGRESQL://h/app', { host: 'h', dbname: 'app' }],
      ['postgresql://bücher.example/app', { host: 'bücher.example', dbname: 'app' }],
    ];
    for (const [text, expected] of accepted) {
      it(`reads ${JSON.stringify(text)}`, () => {
        assert.deepEqual(params(text), expected);
      });
    }
  });

  describe('keyword=value', () => {
    const accepted: readonly [string, Record<string, string>][] = [
      ['host=h dbname=x', { host: 'h', dbname: 'x' }],
      ['service=singularity', { service: 'singularity' }],
      [" host = h\n\tdbname = 'a b' ", { host: 'h', dbname: 'a b' }],
      ["user='it\\'s' dbname='back\\\\slash'", { user: "it's", dbname: 'back\\slash' }],
      ['dbname=a\\ b', { dbname: 'a b' }],
      ["dbname=''host=h", { host: 'h' }],
      ['host=a,b port=5432', { host: 'a,b', port: '5432' }],
      ['host=[::1]', { host: '::1' }],
      ['host=/var/run/postgresql', { host: '/var/run/postgresql' }],
      ['host=a host=b', { host: 'b' }],
    ];
    for (const [text, expected] of accepted) {
      it(`reads ${JSON.stringify(text)}`, () => {
        assert.deepEqual(params(text), expected);
      });
    }

    it('quotes every value when it writes, so that no value brings keywords of its own', () => {
      const text = formatConninfo({ host: '127.0.0.1 options=-c', user: `p'a\\s s"w$d;=` });
      assert.equal(text, `host='127.0.0.1 options=-c' user='p\\'a\\\\s s"w$d;='`);
    });
  });

  describe('refusals', () => {
    const refused: readonly [string, string][] = [
      [
        '',
        'connection-empty «» The connection is empty. Write postgresql://user@host:5432/database, "host=… dbname=… user=…" or "service=…".',
      ],
      [
        'jdbc:postgresql://h/db',
        'connection-jdbc «jdbc:» This is a JDBC URL. Leave out "jdbc:" and write postgresql://….',
      ],
      [
        'mysql://h/db',
        'connection-scheme «mysql» A URL that begins with "mysql:" is not one of Postgres. Write postgresql://user@host:5432/database, "host=… dbname=… user=…" or "service=…".',
      ],
      [
        'db.example.com:5432',
        'connection-form «db.example.com:5432» This is no connection. Write postgresql://user@host:5432/database, "host=… dbname=… user=…" or "service=…".',
      ],
      [
        'postgres:/h/db',
        'connection-scheme «postgres:/» After "postgres:" come two slashes. Write postgresql://user@host:5432/database, "host=… dbname=… user=…" or "service=…".',
      ],
      [
        'postgres://u:p@ss#@h/db',
        'uri-encoding «u:p@ss#» In the user name or password of a URL write "@" as %40 and "#" as %23.',
      ],
      [
        'postgres://u:p/ss@h/db',
        'uri-encoding «u:p/ss» In the user name or password of a URL write "/" as %2F.',
      ],
      [
        'postgres://u:12?x@h/db',
        'uri-encoding «u:12?x» In the user name or password of a URL write "?" as %3F.',
      ],
      [
        'postgres://u%zz@h/db',
        'uri-encoding «u%zz» After "%" stand two hexadecimal digits, and together they are UTF-8. Write "%" itself as %25.',
      ],
      [
        'postgres://h/a b',
        'uri-encoding «a b» A connection URL holds no spaces. Write a space as %20.',
      ],
      ['postgres://h/a#b', 'uri-encoding «#» A connection URL has no fragment. Write "#" as %23.'],
      ['postgres://::1/db', 'uri-ipv6 «::1» Write an IPv6 address in brackets, as in [::1]:5432.'],
      [
        'postgres://[::1]x/db',
        'uri-ipv6 «[::1]x» An IPv6 address stands in brackets, followed by nothing or by ":" and a port.',
      ],
      [
        'postgres://h/db?sslmode',
        'uri-query «sslmode» Each part of the query of a connection URL is keyword=value, with "&" between them.',
      ],
      ['host=h port=0', 'port «0» Port 0 is out of range: a port is 1 to 65535.'],
      ['postgresql://h:65536', 'port «h:65536» Port 65536 is out of range: a port is 1 to 65535.'],
      ['host=h port=-1', 'port «-1» Port -1 is out of range: a port is 1 to 65535.'],
      [
        'host=h port=5432.5',
        'port «5432.5» "5432.5" is no port: a port is a whole number from 1 to 65535.',
      ],
      ['host=h port=abc', 'port «abc» "abc" is no port: a port is a whole number from 1 to 65535.'],
      [
        'host=a,b,c port=1,2',
        'port-count «1,2» There are 2 ports for 3 hosts. Give one port for all, or one for each host.',
      ],
      [
        "host=''",
        "host «''» The host is empty. Name a host, an address, or the directory of a Unix socket.",
      ],
      ["host='a b'", "host «'a b'» A host has no spaces in it."],
      ['host=https://h', 'host «https://h» A host has no scheme: leave out "https://".'],
      ['host=h:5432', 'host «h:5432» A host has no port in it: give 5432 beside it, as port.'],
      ['host=::zz', 'host «::zz» A host with ":" in it is an IPv6 address, and this is none.'],
      [
        'host=h sslmode=banana',
        'keyword-value «banana» "banana" is no value for "sslmode". Allowed: disable, require, verify-ca, verify-full.',
      ],
      [
        'host=h sslmode=no-verify',
        'keyword-value «no-verify» "no-verify" is no value for "sslmode". Allowed: disable, require, verify-ca, verify-full.',
      ],
      [
        'hots=h',
        'unknown-keyword «hots» "hots" is no connection keyword of libpq. Did you mean "host"?',
      ],
      [
        'host=h database=x',
        'unknown-keyword «database» "database" is no connection keyword of libpq. Did you mean "dbname"?',
      ],
      [
        'host=h pasword=x',
        'unknown-keyword «pasword» "pasword" is no connection keyword of libpq. A password does not belong here at all.',
      ],
      [
        'host=h dbname= user=u',
        'conninfo-value «dbname» There is no value after "dbname=". Write one, or dbname=\'\' for an empty one.',
      ],
      [
        "host=h dbname='x",
        'conninfo-quote «\'x» The value of "dbname" begins with a quote that is never closed. Add \' at its end.',
      ],
      [
        'host=h secret word',
        'conninfo-syntax «secret» There is a word without "=" here. Write keyword=value, and put values with spaces in single quotes.',
      ],
      [
        'host=h user=a\u202eb',
        'invisible-character «a\u202eb» The value of "user" holds a character that cannot be seen: a\\u202eb.',
      ],
      ['host=h connect_timeout=soon', 'keyword-value «soon» "connect_timeout" is a whole number.'],
    ];
    for (const [text, expected] of refused) {
      it(`refuses ${JSON.stringify(text)}`, () => {
        assert.deepEqual(problems(text), [expected]);
        assert.equal(parseConnectionString(text).params, null);
      });
    }
  });

  describe('what is put right, with a note', () => {
    const noted: readonly [string, Record<string, string>, string][] = [
      ['host=h sslmode=prefer', { host: 'h', sslmode: 'require' }, 'sslmode-read-as'],
      ['host=h sslmode=allow', { host: 'h', sslmode: 'require' }, 'sslmode-read-as'],
      ['postgresql://h?ssl=true', { host: 'h', sslmode: 'require' }, 'ssl-read-as'],
      ['postgresql://h?ssl=false', { host: 'h', sslmode: 'disable' }, 'ssl-read-as'],
      ['postgresql://h?uselibpqcompat=true', { host: 'h' }, 'ignored-keyword'],
      ['host=db.example.com.', { host: 'db.example.com' }, 'host-dot'],
    ];
    for (const [text, expected, code] of noted) {
      it(`reads ${JSON.stringify(text)}`, () => {
        const parsed = parseConnectionString(text);
        assert.deepEqual(parsed.params, expected);
        assert.deepEqual(
          parsed.problems.map((problem) => [problem.severity, problem.code]),
          [['information', code]],
        );
      });
    }

    it('lets sslmode win over ssl, wherever it stands', () => {
      assert.deepEqual(params('postgresql://h?sslmode=verify-full&ssl=true'), {
        host: 'h',
        sslmode: 'verify-full',
      });
    });
  });

  describe('secrets', () => {
    const secret: readonly [string, string, string][] = [
      ['postgresql://u:hunter2@h/db', 'hunter2', 'postgresql://u@h/db'],
      ['postgresql://u:h%40x@h/db', 'h@x', 'postgresql://u@h/db'],
      ['postgresql://h/db?user=u&password=hunter2', 'hunter2', 'postgresql://h/db?user=u'],
      ['postgresql://h/db?password=hunter2&user=u', 'hunter2', 'postgresql://h/db?user=u'],
      ['host=h password=hunter2', 'hunter2', 'host=h'],
      ["password='hunter 2' host=h", 'hunter 2', 'host=h'],
      ['host=h sslpassword=hunter2 user=u', 'hunter2', 'host=h user=u'],
    ];
    for (const [text, value, left] of secret) {
      it(`finds the secret of ${JSON.stringify(text)} and the way to take it out`, () => {
        const parsed = parseConnectionString(text);
        const [found] = parsed.secrets;
        assert.ok(found);
        assert.equal(found.value, value);
        const { offset, length } = found.removal;
        assert.equal(text.slice(0, offset) + text.slice(offset + length), left);
        assert.deepEqual(parseConnectionString(left).params, parsed.params);
        assert.ok(!JSON.stringify([parsed.params, parsed.problems]).includes(value));
      });
    }

    it('finds it in a badly encoded URL, and repeats it in no message', () => {
      for (const text of ['postgres://u:hun#ter@2@h/db', 'postgres://u:hun/ter2@h/db']) {
        const parsed = parseConnectionString(text);
        assert.equal(parsed.secrets.length, 1);
        assert.equal(parsed.params, null);
        assert.ok(!/hun|ter/.test(JSON.stringify(parsed.problems.map(({ message }) => message))));
      }
    });

    it('hands a connection on without its secrets', () => {
      assert.equal(withoutSecrets('host=h user=u'), 'host=h user=u');
      assert.equal(withoutSecrets('host=h password=x user=u'), "host='h' user='u'");
      assert.equal(withoutSecrets('postgres://u:x@h:bad/db'), '');
    });
  });

  it('offers the fix where there is one answer', () => {
    const fixed = (text: string): string => {
      const [problem] = parseConnectionString(text).problems;
      assert.ok(problem?.fix);
      const { offset, length, fix } = problem;
      return text.slice(0, offset) + fix.replacement + text.slice(offset + length);
    };
    assert.equal(fixed('jdbc:postgresql://h/db'), 'postgresql://h/db');
    assert.equal(fixed('postgres://::1/db'), 'postgres://[::1]/db');
    assert.equal(fixed('hots=h'), 'host=h');
    assert.equal(fixed('host=h:5432'), 'host=h');
    assert.equal(fixed('host=h sslmode=verifyfull'), 'host=h sslmode=verify-full');
    assert.equal(fixed('postgres://h/a#b'), 'postgres://h/a%23b');
  });

  it('says where each value stands', () => {
    const text = '  postgresql://u@h:1/db?sslmode=require';
    const span = parseConnectionString(text).spans.get('sslmode');
    assert.ok(span);
    assert.equal(text.slice(span.offset, span.offset + span.length), 'require');
  });
});

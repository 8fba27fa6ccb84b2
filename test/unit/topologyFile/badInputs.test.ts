import assert from 'node:assert/strict';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import { templateTopologyFile } from '../../../src/topologyFile/template';
import { LOCAL, applyFirstFix, fileWith, showProblems } from './showProblems';

function shows(text: string, expected: readonly string[]): void {
  assert.deepEqual(showProblems(text), expected);
}

function isUsable(text: string): boolean {
  return parseTopologyFile(text).topology !== null;
}

/** A file with one node that has this connection. */
function connecting(connection: unknown): string {
  return fileWith({ a: { connection } });
}

describe('bad topology files', () => {
  it('empty, or nothing but comments: an example can be inserted', () => {
    for (const text of ['', ' \n', '// soon\n', '/* soon */']) {
      assert.match(
        showProblems(text).join('\n'),
        /^error file-empty «[^»]*» The file is empty\. It lists your servers: insert an example to begin with\.\n {2}fix: Insert example$/s,
      );
      assert.equal(isUsable(text), false);
      const filled = applyFirstFix(text);
      assert.ok(filled.startsWith(text));
      shows(filled, []);
    }
    assert.equal(applyFirstFix(''), templateTopologyFile());
  });

  it('comments and trailing commas are accepted', () => {
    shows(`{ // why\n "nodes": { "a": { "connection": "${LOCAL}", /* x */ }, }, }`, []);
  });

  it('a byte order mark and CRLF are accepted, and positions count them', () => {
    const text = `\ufeff${fileWith({ a: { connection: LOCAL, slt: 'x' } }).replaceAll('\n', '\r\n')}`;
    shows(text, [
      'warning unknown-key «"slt"» "slt" is not a key that is known here. Did you mean "slot"?\n  fix: Change to "slot"',
    ]);
  });

  it('UTF-16 read as UTF-8, and binary files, are refused', () => {
    shows('{\0"\0n\0', ['error file-encoding «\0» The file is not UTF-8 text. Save it as UTF-8.']);
    assert.equal(isUsable('{\0}\0'), false);
  });

  it('a truncated file is marked where it ends', () => {
    shows('{\n  "nodes": {\n    "a": {', ['error syntax (marked by VS Code) «» Expected `}`.']);
    assert.equal(isUsable(fileWith({ a: { connection: LOCAL } }).slice(0, -4)), false);
  });

  it('a root that is no object', () => {
    for (const text of ['[]', '"x"', 'null', '1']) {
      shows(text, [`error schema (marked by VS Code) «${text}» Expected an object with "nodes".`]);
    }
    shows('{}', ['error schema (marked by VS Code) «{}» "nodes" is missing.']);
  });

  it('values of the wrong kind, and keys that are missing', () => {
    const text = fileWith(
      {
        a: { connection: 5, standbyOf: 1, publications: [], passwordSource: 'env:' },
        b: { adminUser: 'postgres' },
        c: {
          connection: LOCAL,
          subscriptions: { s: { publications: [], twoPhase: 'yes', streaming: 'often' } },
          publications: {
            p: { tables: [['public'], { columns: ['id'] }], operations: ['upsert'] },
          },
        },
      },
      { environment: 'prod' },
    );
    shows(text, [
      'error schema (marked by VS Code) «"prod"» Expected development, staging or production.\n  fix: Change to "production"',
      'error schema (marked by VS Code) «5» Expected a connection as text or as an object of its parts.',
      'error schema (marked by VS Code) «1» Expected text.',
      'error schema (marked by VS Code) «[]» Expected an object.',
      'error schema (marked by VS Code) «"env:"» Expected auto, secret, pgpass, prompt or env:NAME.',
      'error schema (marked by VS Code) «{"adminUser":"postgres"}» "connection" is missing.',
      'error schema (marked by VS Code) «{"publications":[],"twoPhase":"yes","streaming":"often"}» "publisher" is missing.',
      'error schema (marked by VS Code) «[]» Expected at least one publication.',
      'error schema (marked by VS Code) «"yes"» Expected true or false.',
      'error schema (marked by VS Code) «"often"» Expected true, false or "parallel".',
      'error schema (marked by VS Code) «["public"]» Expected "schema.table" or ["schema", "table"].',
      'error schema (marked by VS Code) «{"columns":["id"]}» "table" is missing.',
      'error schema (marked by VS Code) «"upsert"» Expected insert, update, delete or truncate.',
    ]);
    assert.equal(isUsable(text), false);
  });

  it('unknown keys, with a suggestion', () => {
    const text = fileWith(
      { a: { connection: LOCAL, pasword: 'auto', publications: { p: { tabels: [] } } } },
      { enviroment: 'staging', colour: 'red' },
    );
    shows(text, [
      'warning unknown-key «"enviroment"» "enviroment" is not a key that is known here. Did you mean "environment"?\n  fix: Change to "environment"',
      'warning unknown-key «"colour"» "colour" is not a key that is known here. It is ignored.',
      'warning unknown-key «"pasword"» "pasword" is not a key that is known here. Did you mean "passwordSource"?\n  fix: Change to "passwordSource"',
      'information publication-empty «"p"» "p" publishes nothing: give it "tables", "schemas" or "allTables".',
      'warning unknown-key «"tabels"» "tabels" is not a key that is known here. Did you mean "tables"?\n  fix: Change to "tables"',
    ]);
    assert.equal(isUsable(text), true);
    assert.equal(parseTopologyFile(applyFirstFix(text)).topology?.environment, 'staging');
  });

  it('keys about access, budgets, sizes and language models are known', () => {
    shows(
      fileWith(
        {
          a: { connection: LOCAL, access: 'readOnly', allowLanguageModels: false },
          b: { connection: LOCAL, standbyOf: 'a', expect: { arrivesWithin: '1s' } },
          c: {
            connection: LOCAL,
            pendingSync: { primary: 'a', tables: {}, drainUser: 'drainer' },
            subscriptions: {
              s: { publisher: 'd', publications: ['p'], expect: { arrivesWithin: '500ms' } },
            },
          },
          d: { connection: LOCAL, publications: { p: { allTables: true } } },
        },
        {
          access: 'readOnly',
          thresholds: { retainedWal: { warning: '8GB', critical: '64GB' } },
        },
      ),
      [],
    );
  });

  it('budgets where nothing is checked, sizes and budgets of nothing, and a size without its unit', () => {
    const text = fileWith(
      {
        a: { connection: LOCAL, expect: { arrivesWithin: '1s' } },
        b: {
          connection: LOCAL,
          standbyOf: 'a',
          expect: { arriveWithin: '1s', arrivesWithin: '0s' },
        },
        c: { connection: LOCAL, alowLanguageModels: false },
      },
      { thresholds: { retainedWal: '0GB' } },
    );
    shows(text, [
      'warning threshold-zero «"0GB"» "retainedWal" is 0GB, which nothing can stay below. It is ignored.\n  fix: Remove it',
      'warning role-conflict «"expect"» "expect" says nothing for "a": only a standby is checked as a node. Of a subscription it is said there.\n  fix: Remove "expect"',
      'warning unknown-key «"arriveWithin"» "arriveWithin" is not a key that is known here. Did you mean "arrivesWithin"?\n  fix: Change to "arrivesWithin"',
      'warning threshold-zero «"0s"» "arrivesWithin" is 0s, which nothing can stay below. It is ignored.\n  fix: Remove it',
      'warning unknown-key «"alowLanguageModels"» "alowLanguageModels" is not a key that is known here. Did you mean "allowLanguageModels"?\n  fix: Change to "allowLanguageModels"',
    ]);
    shows(fileWith({ a: { connection: LOCAL } }, { thresholds: { retainedWal: '8' } }), [
      'error schema (marked by VS Code) «"8"» Expected a size with its unit, such as "8GB".',
    ]);
    shows(
      fileWith(
        { a: { connection: LOCAL } },
        { thresholds: { retainedWal: { warning: '8GB', critical: '1GB' } } },
      ),
      [
        'error threshold-order «"8GB"» The warning level of "retainedWal" (8GB) is above the critical one (1GB).\n  fix: Swap the two',
      ],
    );
  });

  it('two nodes of one name: both are marked', () => {
    const text = `{ "nodes": {\n "a": { "connection": "${LOCAL}" },\n "a": { "connection": "${LOCAL}" } } }`;
    shows(text, [
      'error duplicate-node «"a"» There are 2 nodes called "a". Rename one of them.\n  see line 3: "a" stands here as well.',
      'error duplicate-node «"a"» There are 2 nodes called "a". Rename one of them.\n  see line 2: "a" stands here as well.',
    ]);
    assert.equal(isUsable(text), false);
  });

  it('any other key twice: the last one counts, and it is said', () => {
    const text = `{ "name": "one",\n "name": "two",\n "nodes": { "a": { "connection": "host=first user=u", "connection": "host=last user=u" } } }`;
    shows(text, [
      'warning duplicate-key «"name"» "name" stands 2 times in this object; the last one counts.\n  see line 2: "name" stands here as well.\n  fix: Remove it here',
      'warning duplicate-key «"name"» "name" stands 2 times in this object; the last one counts.\n  see line 1: "name" stands here as well.',
      'warning duplicate-key «"connection"» "connection" stands 2 times in this object; the last one counts.\n  see line 3: "connection" stands here as well.\n  fix: Remove it here',
      'warning duplicate-key «"connection"» "connection" stands 2 times in this object; the last one counts.\n  see line 3: "connection" stands here as well.',
    ]);
    const { topology } = parseTopologyFile(text);
    assert.equal(topology?.name, 'two');
    assert.equal(topology.nodes[0]?.connection['host'], 'last');
  });

  it('no nodes yet', () => {
    shows('{ "nodes": {} }', [
      'information no-nodes «{}» No nodes yet. Each server gets an entry here, under a name of your choice.\n  fix: Insert a node',
    ]);
    shows(applyFirstFix('{ "nodes": {} }'), []);
  });

  it('an upstream that is no node', () => {
    const text = fileWith({
      central: { connection: LOCAL },
      read: { connection: LOCAL, standbyOf: 'centrl' },
      far: { connection: LOCAL, standbyOf: 'somewhere-else' },
    });
    shows(text, [
      'error unknown-node «"centrl"» "standbyOf" names "centrl". Did you mean "central"?\n  fix: Change to "central"',
      'error unknown-node «"somewhere-else"» "standbyOf" names "somewhere-else". There is no such node in this file.',
    ]);
    assert.equal(isUsable(text), false);
  });

  it('upstreams that go round in a circle, and nodes that name themselves', () => {
    shows(
      fileWith({
        a: { connection: LOCAL, standbyOf: 'b' },
        b: { connection: LOCAL, standbyOf: 'c' },
        c: { connection: LOCAL, standbyOf: 'b' },
        d: { connection: LOCAL, standbyOf: 'd' },
      }),
      [
        'error upstream-cycle «"c"» The upstreams go round in a circle: "b" → "c" → "b". One of them has to be the primary, without "standbyOf".\n  see line 5: "c" is part of the circle.',
        'error self-reference «"d"» "standbyOf" of "d" names the node itself.',
      ],
    );
  });

  it('other references to nodes that are none', () => {
    shows(
      fileWith(
        {
          central: { connection: LOCAL, publications: { p: { allTables: true } } },
          edge: {
            connection: LOCAL,
            subscriptions: {
              s: { publisher: 'centrall', publications: ['p'] },
              t: { publisher: 'central', publications: ['q'] },
            },
            pendingSync: { primary: 'edge', tables: {} },
          },
        },
        { consumers: { electric: { node: 'centarl', slot: 'e' } } },
      ),
      [
        'error unknown-node «"centarl"» "node" names "centarl". Did you mean "central"?\n  fix: Change to "central"',
        'error unknown-node «"centrall"» "publisher" names "centrall". Did you mean "central"?\n  fix: Change to "central"',
        'information undeclared-publication «"q"» "central" declares no publication "q" in this file. Did you mean "p"?\n  fix: Change to "p"',
        'error self-reference «"edge"» "primary" of "edge" names the node itself.\n  fix: Change to "central"',
      ],
    );
  });

  it('ports', () => {
    const port = (value: unknown): string =>
      connecting({ host: 'localhost', user: 'u', port: value });
    shows(port(5432), []);
    shows(port('5432'), []);
    for (const value of [0, 65536, 5432.5, -1, 'abc', true]) {
      shows(port(value), [
        `error schema (marked by VS Code) «${JSON.stringify(value)}» Expected a port from 1 to 65535.`,
      ]);
    }
    shows(port('65536'), [
      'error port «"65536"» Port 65536 is out of range: a port is 1 to 65535.',
    ]);
    shows(connecting('host=localhost user=u port=0'), [
      'error port «0» Port 0 is out of range: a port is 1 to 65535.',
    ]);
  });

  it('hosts: empty, with spaces, scheme, port or a trailing dot', () => {
    const host = (value: string): string => connecting({ host: value, user: 'u' });
    shows(host(''), [
      'error host «""» The host is empty. Name a host, an address, or the directory of a Unix socket.',
    ]);
    shows(host('my host'), ['error host «"my host"» A host has no spaces in it.']);
    shows(host('https://db.example.com/x'), [
      'error host «"https://db.example.com/x"» A host has no scheme: leave out "https://".\n  fix: Change to "db.example.com"',
    ]);
    shows(host('db.example.com:5433'), [
      'error host «"db.example.com:5433"» A host has no port in it: give 5433 beside it, as port.\n  fix: Change to "db.example.com"',
    ]);
    shows(host('db.example.com.'), [
      'information host-dot «"db.example.com."» The dot at the end of the host is left out: certificates name hosts without it.\n  fix: Change to "db.example.com"',
    ]);
    shows(host('::1'), []);
    shows(host('[::1]'), []);
    shows(host('bücher.example'), []);
  });

  it('Unix sockets are allowed', () => {
    shows(connecting('host=/var/run/postgresql user=u dbname=app'), []);
    shows(connecting('postgresql://u@%2Fvar%2Frun%2Fpostgresql/app'), []);
  });

  it('a URL with a password: an error, but the topology is there without it', () => {
    const text = connecting('postgresql://monitor:hunter2@localhost/app');
    shows(text, [
      'error literal-password «hunter2» A password must not stand in this file, which others read as well. It is not used. Move it to Secret Storage, or remove it: it is asked for when it is needed.\n  fix: Move to Secret Storage (moveSecret)\n  fix: Remove the password',
    ]);
    const { topology } = parseTopologyFile(text);
    assert.deepEqual(topology?.nodes[0]?.connection, {
      user: 'monitor',
      host: 'localhost',
      dbname: 'app',
    });
    assert.equal(applyFirstFix(text), connecting('postgresql://monitor@localhost/app'));
  });

  it('a badly encoded URL', () => {
    const text = connecting('postgres://u:p@ss#@h/db');
    assert.equal(
      showProblems(text)[0],
      'error uri-encoding «u:p@ss#» In the user name or password of a URL write "@" as %40 and "#" as %23.',
    );
    assert.equal(isUsable(text), false);
  });

  it('keyword=value is taken by its keywords', () => {
    const { topology } = parseTopologyFile(connecting('host=h dbname=x user=u'));
    assert.deepEqual(topology?.nodes[0]?.connection, { host: 'h', dbname: 'x', user: 'u' });
  });

  it('URLs of JDBC and of other servers', () => {
    shows(connecting('jdbc:postgresql://u@h/db'), [
      'error connection-jdbc «jdbc:» This is a JDBC URL. Leave out "jdbc:" and write postgresql://….\n  fix: Remove "jdbc:"',
    ]);
    assert.equal(
      applyFirstFix(connecting('jdbc:postgresql://u@h/db')),
      connecting('postgresql://u@h/db'),
    );
    shows(connecting('mysql://h/db'), [
      'error connection-scheme «mysql» A URL that begins with "mysql:" is not one of Postgres. Write postgresql://user@host:5432/database, "host=… dbname=… user=…" or "service=…".',
    ]);
  });

  it('several hosts are one node', () => {
    const text = connecting('postgresql://u@h1:5432,h2:5433/app?target_session_attrs=read-write');
    shows(text, []);
    assert.deepEqual(parseTopologyFile(text).topology?.nodes[0]?.connection, {
      user: 'u',
      host: 'h1,h2',
      port: '5432,5433',
      dbname: 'app',
      target_session_attrs: 'read-write',
    });
  });

  it('TLS modes', () => {
    const mode = (sslmode: string, environment = 'development'): string =>
      fileWith(
        { a: { connection: `host=db.example.com user=u sslmode=${sslmode}` } },
        {
          environment,
        },
      );
    shows(mode('verify-full'), []);
    shows(mode('banana'), [
      'error keyword-value «banana» "banana" is no value for "sslmode". Allowed: disable, require, verify-ca, verify-full.',
    ]);
    shows(mode('prefer'), [
      'information sslmode-read-as «prefer» sslmode "prefer" is read as "require": the connection is never made without encryption because a server has none.\n  fix: Change to "require"',
      'warning tls-unverified «prefer» The connection to db.example.com is encrypted, but nobody checks that it is that server. Use sslmode "verify-full", or add sslrootcert.\n  fix: Change to "verify-full"',
    ]);
    shows(mode('disable'), [
      'warning tls-disabled «disable» The connection to db.example.com is not encrypted. Use sslmode "verify-full".\n  fix: Change to "verify-full"',
    ]);
    shows(mode('disable', 'production'), [
      'error tls-disabled «disable» The connection to db.example.com is not encrypted. In production it is refused. Use sslmode "verify-full".\n  fix: Change to "verify-full"',
    ]);
    shows(connecting('host=localhost user=u sslmode=disable'), []);
    shows(connecting({ host: 'h', user: 'u', sslmode: 'banana' }), [
      'error schema (marked by VS Code) «"banana"» Expected disable, require, verify-ca or verify-full.',
    ]);
  });

  it('certificates on a network share', () => {
    for (const path of ['\\\\server\\share\\ca.pem', '//server/share/ca.pem']) {
      const text = connecting({ host: 'localhost', user: 'u', sslrootcert: path });
      shows(text, [
        `error network-path «${JSON.stringify(path)}» "sslrootcert" is a network path, which is never opened. Copy the file to this machine.`,
      ]);
      assert.equal(isUsable(text), false);
    }
  });

  it('no user: it is said whose name is used', () => {
    shows(connecting('host=localhost'), [
      'information no-user «"host=localhost"» No user is named: PGUSER is used, else the name of the user of the operating system.',
    ]);
    shows(connecting('service=app'), []);
  });

  it('databases with capitals, dashes, quotes and other scripts', () => {
    const dbname = `My-"Data"'s 東京`;
    const text = connecting({ host: 'localhost', user: 'u', database: dbname });
    shows(text, []);
    assert.equal(parseTopologyFile(text).topology?.nodes[0]?.connection['dbname'], dbname);
  });

  it('tables: names with dots, names that are none, tables that stand twice', () => {
    const text = fileWith({
      a: {
        connection: LOCAL,
        publications: {
          p: {
            tables: [
              ['a.b', 'c'],
              '"a.b"."c"',
              'users',
              'a.b.c',
              { table: 'public.t', columns: ['id'], rowFilter: 'id > 1' },
            ],
          },
        },
      },
    });
    shows(text, [
      'warning duplicate-table «"\\"a.b\\".\\"c\\""» ""a.b".c" stands in this list already.\n  see line 3: It stands here first.\n  fix: Remove it here',
      'error table-name «"users"» "users" does not name a table: write "schema.table".\n  fix: Change to "public.users"',
      'error table-name «"a.b.c"» "a.b.c" does not name a table: write "schema.table". Names with dots go in the form ["schema", "table"].',
    ]);
  });

  it('identifiers that the server would cut', () => {
    const long = 'x'.repeat(64);
    const text = fileWith({
      a: { connection: LOCAL, publications: { [long]: { tables: [`public.${long}`] } } },
    });
    shows(text, [
      `warning identifier-too-long «"${long}"» "${long}" is longer than 63 bytes: the server would cut it to "${long.slice(1)}".\n  fix: Change to "${long.slice(1)}"`,
      `warning identifier-too-long «"public.${long}"» "${long}" is longer than 63 bytes: the server would cut it to "${long.slice(1)}".\n  fix: Change to "public.${long.slice(1)}"`,
    ]);
  });

  it('names with characters that cannot be seen', () => {
    shows(fileWith({ 'a\u202eb': { connection: LOCAL } }), [
      'error invisible-character «"a\u202eb"» The name of the node holds a character that cannot be seen: "a\\u202eb".\n  fix: Rename to "ab"',
    ]);
    const text = '{ "nodes": { "a": { "connection": "host=h user=\'x\\u0000y\'" } } }';
    shows(text, [
      `error invisible-character «'x\\u0000y'» The value of "user" holds a character that cannot be seen: x\\u0000y.`,
    ]);
    shows(
      '{ "nodes": { "__proto__": { "connection": "host=h" }, "": { "connection": "service=x" } } }',
      [
        'error reserved-key «"__proto__"» "__proto__" cannot be used as a name.',
        'error node-name «""» The name of the node is empty.',
      ],
    );
  });

  it('slot names: derived where a subscription cannot lend its own, refused where Postgres would', () => {
    const text = fileWith({
      a: { connection: LOCAL, publications: { p: { allTables: true } } },
      b: {
        connection: LOCAL,
        subscriptions: { 'My-Sub': { publisher: 'a', publications: ['p'] } },
      },
      c: { connection: LOCAL, standbyOf: 'a', slot: 'Read-1' },
    });
    shows(text, [
      'information slot-name-derived «"My-Sub"» The slot of "My-Sub" is called "my_sub": names of slots hold only a to z, 0 to 9 and "_".\n  fix: Write it down as "slotName"',
      'error slot-name «"Read-1"» "Read-1" cannot name a slot: only a to z, 0 to 9 and "_", at most 63 of them.\n  fix: Change to "read_1"',
    ]);
    const [, b] = parseTopologyFile(text).topology?.nodes ?? [];
    assert.equal(b?.subscriptions[0]?.slotName, 'my_sub');
  });

  it('a slot with two readers', () => {
    const text = fileWith(
      {
        a: { connection: LOCAL },
        b: { connection: LOCAL, standbyOf: 'a', slot: 's' },
        c: { connection: LOCAL, standbyOf: 'a', slot: 's' },
        d: { connection: LOCAL, standbyOf: 'b', slot: 's' },
      },
      { consumers: { electric: { node: 'b', slot: 's' } } },
    );
    shows(text, [
      'error shared-slot «"s"» Slot "s" of "b" has a reader already: a slot serves one at a time.\n  see line 7: The other reader is declared here.',
      'error shared-slot «"s"» Slot "s" of "a" has a reader already: a slot serves one at a time.\n  see line 5: The other reader is declared here.',
    ]);
  });

  it('a publication of nothing, or of everything and something', () => {
    shows(
      fileWith({
        a: {
          connection: LOCAL,
          publications: { none: {}, both: { allTables: true, tables: ['public.t'] } },
        },
      }),
      [
        'information publication-empty «"none"» "none" publishes nothing: give it "tables", "schemas" or "allTables".',
        'error publication-all-tables «true» "both" publishes all tables, so it cannot list tables or schemas as well.',
      ],
    );
  });

  it('roles that exclude each other', () => {
    shows(
      fileWith({
        a: { connection: LOCAL, slot: 's', publications: { p: { allTables: true } } },
        b: {
          connection: LOCAL,
          standbyOf: 'a',
          subscriptions: { s: { publisher: 'a', publications: ['p'] } },
          pendingSync: { primary: 'a', tables: {} },
          publications: { p: { allTables: true } },
        },
        c: { connection: LOCAL, subscriptions: { t: { publisher: 'c', publications: ['p'] } } },
      }),
      [
        'warning role-conflict «"slot"» "slot" says nothing for "a": only a standby uses a slot of its upstream.\n  fix: Remove "slot"',
        'warning role-conflict «"subscriptions"» "b" is a standby: it is read-only and cannot subscribe.',
        'warning role-conflict «"pendingSync"» "b" is a standby: it is read-only and cannot queue writes.',
        'warning role-conflict «"publications"» "b" is a standby: its publications are those of "a".',
        'error self-reference «"c"» "publisher" of "c" names the node itself.',
        'information undeclared-publication «"p"» "c" declares no publication "p" in this file.',
      ],
    );
  });

  it('thresholds: units, and a warning level above the critical one', () => {
    const thresholds = (value: unknown): string =>
      fileWith({ a: { connection: LOCAL } }, { thresholds: value });
    const text = thresholds({
      lag: { warning: '1min', critical: '30s' },
      queueDepth: { critical: 50 },
    });
    shows(text, [
      'error threshold-order «"1min"» The warning level of "lag" (1min) is above the critical one (30s). The defaults are used until it is put right.\n  fix: Swap the two',
      'error threshold-order «50» The warning level of "queueDepth" (100) is above the critical one (50). The defaults are used until it is put right.',
    ]);
    assert.deepEqual(parseTopologyFile(text).topology?.thresholds, {
      lagWarningMs: 5_000,
      lagCriticalMs: 30_000,
      queueDepthWarning: 100,
      queueDepthCritical: 10_000,
    });
    shows(thresholds({ lag: { warning: 5 } }), [
      'error schema (marked by VS Code) «5» Expected a time with its unit, such as "5s" or "500ms".',
    ]);
    shows(thresholds({ lag: { warning: '500ms', critical: '2 min' } }), []);
  });

  it('500 nodes', () => {
    const nodes = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [
        `n${index}`,
        { connection: LOCAL, ...(index > 0 ? { standbyOf: `n${index - 1}` } : {}) },
      ]),
    );
    const { topology, problems } = parseTopologyFile(fileWith(nodes));
    assert.deepEqual(problems, []);
    assert.equal(topology?.nodes.length, 500);
  });

  it('too large, or nested too deep', () => {
    shows(' '.repeat(1024 * 1024 + 1), [
      'error file-too-large « » The file is too large (limit 1 MB).',
    ]);
    for (const opening of ['[', '{"a":']) {
      const [only, ...others] = showProblems(opening.repeat(100_000));
      assert.match(only ?? '', /^error file-too-deep «.» Nesting is deeper than 32 levels\.$/);
      assert.deepEqual(others, []);
    }
  });
});

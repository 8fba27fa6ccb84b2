import * as z from 'zod/mini';
import { say } from '../core/say';
import { documented } from './documentation';

const PORT = say`Expected a port from 1 to 65535.`;
const WHOLE_NUMBER = say`Expected a whole number.`;

const text = (markdown: string, extra: Readonly<Record<string, unknown>> = {}) =>
  z.exactOptional(documented(z.string(), markdown, extra));

const wholeNumber = (markdown: string) =>
  z.exactOptional(
    documented(
      z.union(
        [
          z.int(WHOLE_NUMBER).check(z.gte(0, WHOLE_NUMBER)),
          z.string().check(z.regex(/^\d+$/, WHOLE_NUMBER)),
        ],
        WHOLE_NUMBER,
      ),
      markdown,
    ),
  );

/** The object form of a connection: libpq's keywords, and `database` for `dbname`. There is no key for a password. */
export const connectionObjectSchema = z.object({
  host: text(
    'Name or address of the server, or the directory of its Unix socket. Several, separated by commas, are tried in order.',
    { examples: ['db.example.com', '/var/run/postgresql'] },
  ),
  hostaddr: text('Address to dial instead of looking `host` up.'),
  port: z.exactOptional(
    documented(
      z.union(
        [
          z.int(PORT).check(z.gte(1, PORT), z.lte(65535, PORT)),
          z.string().check(z.regex(/^\s*\d*\s*(,\s*\d*\s*)*$/, PORT)),
        ],
        PORT,
      ),
      'Port, 1 to 65535. Default: `5432`.',
      { default: 5432 },
    ),
  ),
  database: text('Database. Default: the name of the user.'),
  dbname: text('Database, by its libpq keyword.'),
  user: text('Role that watches. Default: the name of the operating system’s user.', {
    examples: ['monitor'],
  }),
  service: text('Entry of the libpq service file (`pg_service.conf`) that gives the rest.'),
  sslmode: z.exactOptional(
    documented(
      z.enum(
        ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'],
        say`Expected disable, require, verify-ca or verify-full.`,
      ),
      'How TLS is used. Default: `verify-full`, but `disable` for loopback and Unix sockets.',
      {
        enumDescriptions: [
          'No TLS. Only for loopback and private test networks.',
          'Read as require.',
          'Read as require.',
          'Encrypted, but the server’s certificate is not verified, unless sslrootcert is given.',
          'Encrypted, and the certificate is signed by a known authority.',
          'Encrypted, the certificate is signed by a known authority and names this host.',
        ],
      },
    ),
  ),
  sslrootcert: text('File with the certificates of trusted authorities, or `system`.'),
  sslcert: text('File with the client certificate.'),
  sslkey: text('File with the key of the client certificate.'),
  sslcrl: text('File with revoked certificates.'),
  passfile: text('Password file to use instead of `~/.pgpass`.'),
  connect_timeout: wholeNumber('Seconds to wait for a connection.'),
  target_session_attrs: z.exactOptional(
    documented(
      z.enum(
        ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'],
        say`Expected any, read-write, read-only, primary, standby or prefer-standby.`,
      ),
      'Which of several hosts will do.',
    ),
  ),
  load_balance_hosts: z.exactOptional(
    documented(
      z.enum(['disable', 'random'], say`Expected disable or random.`),
      'Whether several hosts are tried in random order.',
    ),
  ),
  options: text('Command-line options for the server process.'),
  application_name: text('Ignored: sessions are always called `pg-topology`.'),
});

/** A connection in any form. */
export const connectionSchema = documented(
  z.union(
    [z.string(), connectionObjectSchema],
    say`Expected a connection as text or as an object of its parts.`,
  ),
  'How to reach the server: a URI, `keyword=value` pairs, `service=name`, or an object of the parts. **Never holds a password**: see `passwordSource`.',
  {
    examples: [
      'postgresql://monitor@db.example.com:5432/app?sslmode=verify-full',
      'host=localhost port=5432 dbname=app user=monitor',
      'service=app',
    ],
    defaultSnippets: [
      {
        label: 'URI',
        description: 'postgresql://user@host:port/database',
        body: 'postgresql://${1:monitor}@${2:localhost}:${3:5432}/${4:postgres}',
      },
      {
        label: 'object',
        description: 'Host, port, database and user apart',
        body: {
          host: '${1:localhost}',
          port: '^${2:5432}',
          database: '${3:postgres}',
          user: '${4:monitor}',
        },
      },
    ],
  },
);

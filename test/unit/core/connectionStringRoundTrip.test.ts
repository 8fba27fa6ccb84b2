import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseConnectionString } from '../../../src/core/connectionString';
import { formatConninfo } from '../../../src/core/connectionStringConninfo';
import { formatUri } from '../../../src/core/connectionStringFormat';
import { hasInvisible } from '../../../src/core/visibleText';

/** Any text that a value may hold: not empty, nothing invisible. */
const value = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => !hasInvisible(text));
const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom('localhost', '/var/run/postgresql', '/tmp/my sockets', '@abstract'),
);
const port = fc.integer({ min: 1, max: 65535 }).map(String);

/** One to three hosts, with no port, one for all, or one each. */
const target = fc
  .array(fc.record({ host, port }), { minLength: 1, maxLength: 3 })
  .chain((targets) => {
    const hosts = targets.map((one) => one.host).join(',');
    return fc.constantFrom(
      { host: hosts },
      { host: hosts, port: targets[0]?.port ?? '1' },
      { host: hosts, port: targets.map((one) => one.port).join(',') },
    );
  });
const others = fc.record(
  {
    user: value,
    dbname: value,
    service: value,
    options: value,
    application_name: value,
    sslrootcert: value,
    sslmode: fc.constantFrom('disable', 'require', 'verify-ca', 'verify-full'),
    target_session_attrs: fc.constantFrom('any', 'read-write', 'prefer-standby'),
    connect_timeout: fc.nat().map(String),
  },
  { requiredKeys: [] },
);
const params = fc
  .tuple(fc.option(target, { nil: {} }), others)
  .map(([where, rest]): Record<string, string> => ({ ...where, ...rest }))
  .filter((all) => Object.keys(all).length > 0);

describe('connection strings, round trip', () => {
  it('reads what it wrote as a URI', () => {
    fc.assert(
      fc.property(params, (declared) => {
        assert.deepEqual({ ...parseConnectionString(formatUri(declared)).params }, declared);
      }),
      { numRuns: 500 },
    );
  });

  it('reads what it wrote as keyword=value', () => {
    fc.assert(
      fc.property(params, (declared) => {
        assert.deepEqual({ ...parseConnectionString(formatConninfo(declared)).params }, declared);
      }),
      { numRuns: 500 },
    );
  });

  const pieces = fc.constantFrom(
    ...['postgresql://', 'jdbc:', '[', ']', '::1', '@', ':', '/', '?', '&', '=', '#', '%', '%2F'],
    ...["'", '\\', ' ', ',', 'host=', 'port=', 'password=', 'ssl=', '5432', 'h', '\0', '\u202e'],
  );
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join('')),
    fc.array(pieces, { maxLength: 14 }).map((parts) => `postgres://${parts.join('')}`),
  );

  it('never throws, and every position lies in the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parseConnectionString(text);
        for (const span of [
          ...parsed.problems,
          ...parsed.secrets,
          ...parsed.secrets.map(({ removal }) => removal),
          ...parsed.spans.values(),
        ]) {
          assert.ok(span.offset >= 0 && span.length >= 0);
          assert.ok(span.offset + span.length <= text.length);
        }
        const hasError = parsed.problems.some(({ severity }) => severity === 'error');
        assert.equal(parsed.params === null, hasError);
      }),
      { numRuns: 2000 },
    );
  });

  it('never lets a password through, into params or messages', () => {
    const secret = fc.stringMatching(/^[a-z#@/?%:]{0,4}XyZZy[a-z#@/?%:]{0,4}$/);
    fc.assert(
      fc.property(secret, fc.constantFrom('h', 'h:5432', '[::1]:5432'), (password, where) => {
        const parsed = parseConnectionString(`postgres://u:${password}@${where}/db`);
        const messages = parsed.problems.map(({ message }) => message);
        assert.ok(!JSON.stringify([parsed.params, messages]).includes('XyZZy'));
      }),
      { numRuns: 1000 },
    );
  });
});

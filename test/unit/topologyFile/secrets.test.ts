import assert from 'node:assert/strict';
import { applyTextEdits } from '../../../src/topologyFile/edits';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import { literalSecrets } from '../../../src/topologyFile/secrets';
import { LOCAL, fileWith, showProblems } from './showProblems';

const text = fileWith({
  a: { connection: { host: 'localhost', user: 'u', password: 'hunter2' } },
  b: { connection: LOCAL, password: 'hunter2', adminUser: 'postgres' },
  c: { connection: "host=localhost password='hunt er2' user=u", standbyOf: 'a' },
  d: {
    connection: 'postgresql://u@localhost/db?sslpassword=hunter2',
    subscriptions: {
      s: { publisher: 'b', publications: ['p'], connection: 'host=b password=hunter2' },
    },
  },
});

describe('secrets in topology files', () => {
  it('are found wherever they stand', () => {
    assert.deepEqual(
      literalSecrets(text).map(({ nodeId, owner, keyword, value }) => [
        nodeId,
        owner,
        keyword,
        value,
      ]),
      [
        ['a', 'node', 'password', 'hunter2'],
        ['b', 'node', 'password', 'hunter2'],
        ['c', 'node', 'password', 'hunt er2'],
        ['d', 'node', 'sslpassword', 'hunter2'],
        ['d', 'subscription', 'password', 'hunter2'],
      ],
    );
  });

  it('are errors, each with a way out; only a password that we dial with can be moved', () => {
    const shown = showProblems(text).filter((problem) => problem.startsWith('error'));
    assert.equal(shown.length, 5);
    assert.deepEqual(
      shown.map((problem) => problem.includes('moveSecret')),
      [true, true, true, false, false],
    );
    assert.match(
      shown[4] ?? '',
      /passfile or a service file of its own\.\n {2}fix: Remove the password$/,
    );
  });

  it('are gone after the edits, and everything else is as it was', () => {
    const before = parseTopologyFile(text).topology;
    assert.ok(before);
    let clean = text;
    for (let left = literalSecrets(clean); left[0] !== undefined; left = literalSecrets(clean)) {
      clean = applyTextEdits(clean, left[0].removal);
    }
    assert.ok(!/hunt|password/i.test(clean));
    const after = parseTopologyFile(clean).topology;
    // With a secret in it a subscription's connection is handed on rewritten, without one as it is.
    const normal = (topology: unknown): string => JSON.stringify(topology).replaceAll("'", '');
    assert.equal(normal(after), normal(before));
  });

  it('are found in both of two entries of one name, and beside a type error', () => {
    const twice = `{ "nodes": { "a": { "connection": "host=h password=one" }, "a": { "connection": "host=h password=two", "slot": 1 } } }`;
    assert.deepEqual(
      literalSecrets(twice).map(({ value }) => value),
      ['one', 'two'],
    );
    const codes = parseTopologyFile(twice).problems.map(({ code }) => code);
    assert.equal(codes.filter((code) => code === 'literal-password').length, 2);
  });

  it('written with escapes are marked where they stand', () => {
    const escaped = String.raw`{ "nodes": { "a": { "connection": "host=\u0068 user=u password='\"x'" } } }`;
    const [secret] = literalSecrets(escaped);
    assert.ok(secret);
    assert.equal(secret.value, '"x');
    const { offset, length } = secret.range;
    assert.equal(escaped.slice(offset, offset + length), String.raw`'\"x'`);
  });
});

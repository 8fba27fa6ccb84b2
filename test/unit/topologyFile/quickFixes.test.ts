import assert from 'node:assert/strict';
import { applyTextEdits } from '../../../src/topologyFile/edits';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import type { FileProblemCode, LiveProblemCode } from '../../../src/topologyFile/problem';
import { fileWith, LOCAL } from './showProblems';

/** A file with the problem, and the answer that ends it, or why there is not one obvious answer. */
interface Way {
  readonly text: string;
  readonly fix?: string;
  readonly why?: string;
}

const nodes = (others: object, rest = {}): string =>
  fileWith({ main: { connection: LOCAL }, ...others }, rest);
const connecting = (connection: unknown): string => nodes({ a: { connection } });
const publishing = (publications: unknown): string =>
  nodes({ a: { connection: LOCAL, publications } });
const routed = (routing: unknown): string =>
  nodes(
    { near: { connection: LOCAL, standbyOf: 'main' }, alone: { connection: LOCAL } },
    { routing },
  );

const LONG = 'x'.repeat(64);

/** One row for each code: a new one does not compile without. */
const WAYS: Readonly<Record<FileProblemCode, Way>> = {
  'connection-empty': { text: connecting(''), why: 'where the server is, only a person knows' },
  'connection-form': { text: connecting('nonsense'), why: 'nothing says what was meant' },
  'connection-jdbc': { text: connecting('jdbc:postgresql://u@h/d'), fix: 'Remove "jdbc:"' },
  'connection-scheme': { text: connecting('postgresql:u@h/d'), fix: 'Change to "postgresql://"' },
  'conninfo-quote': {
    text: connecting("host=h user=u dbname='x"),
    why: 'where the value ends is open',
  },
  'conninfo-syntax': {
    text: connecting('host=h user=u word'),
    why: 'it may be a value or half a password',
  },
  'conninfo-value': { text: connecting('host= user=u'), why: 'the value is not known' },
  'duplicate-key': {
    text: '{ "name": "a", "name": "b", "nodes": { "a": { "connection": "host=h user=u" } } }',
    fix: 'Remove it here',
  },
  'duplicate-node': {
    text: '{ "nodes": { "a": { "connection": "host=h user=u" }, "a": { "connection": "host=i user=u" } } }',
    why: 'both are servers, and either may have the wrong name',
  },
  'duplicate-table': {
    text: publishing({ p: { tables: ['public.t', 'public.t'] } }),
    fix: 'Remove it here',
  },
  'empty-name': {
    text: publishing({ '': { allTables: true } }),
    why: 'a name is for a person to give',
  },
  'file-empty': { text: '', fix: 'Insert example' },
  'file-encoding': { text: '{\0}', why: 'it is saved anew, in another encoding' },
  'file-too-deep': { text: '['.repeat(40), why: 'it is no topology' },
  'file-too-large': { text: ' '.repeat(1024 * 1024 + 1), why: 'it is no topology' },
  host: { text: connecting('host=h:1 user=u'), fix: 'Change to "h"' },
  'host-dot': { text: connecting('host=h. user=u'), fix: 'Change to "h"' },
  'identifier-too-long': {
    text: publishing({ [LONG]: { allTables: true } }),
    fix: `Change to "${LONG.slice(1)}"`,
  },
  'ignored-keyword': {
    text: connecting('postgresql://u@h/d?uselibpqcompat=true'),
    why: 'it may be there for another program that takes the same text',
  },
  'invisible-character': {
    text: publishing({ 'a\u200bb': { allTables: true } }),
    fix: 'Change to "ab"',
  },
  'keyword-value': {
    text: connecting('host=h user=u sslmode=verify-ful'),
    fix: 'Change to "verify-full"',
  },
  'literal-password': {
    text: connecting('postgresql://u:secret@h/d'),
    fix: 'Move to Secret Storage',
  },
  'network-path': {
    text: connecting({ host: 'h', user: 'u', sslrootcert: '//server/ca.pem' }),
    why: 'the file has to be copied by a person',
  },
  'no-nodes': { text: '{ "nodes": {} }', fix: 'Insert a node' },
  'no-user': {
    text: connecting('host=h'),
    why: 'the role is not known, and the default may be meant',
  },
  'node-name': { text: nodes({ 'a/b': { connection: LOCAL } }), fix: 'Rename to "a-b"' },
  port: { text: connecting('host=h user=u port=70000'), why: 'the port is not known' },
  'port-count': {
    text: connecting('host=a,b user=u port=1,2,3'),
    why: 'which one is too many is not known',
  },
  'publication-all-tables': {
    text: publishing({ p: { allTables: true, tables: ['public.t'] } }),
    why: 'either half may be meant',
  },
  'publication-empty': {
    text: publishing({ p: {} }),
    why: 'what is published, only a person knows',
  },
  'reserved-key': {
    text: '{ "nodes": { "__proto__": { "connection": "host=h user=u" } } }',
    why: 'a name is for a person to give',
  },
  'role-conflict': { text: nodes({ a: { connection: LOCAL, slot: 's' } }), fix: 'Remove "slot"' },
  'routing-database': {
    text: nodes(
      { near: { connection: 'host=localhost user=u dbname=other', standbyOf: 'main' } },
      { routing: { reads: ['near', 'main'] } },
    ),
    why: 'the database of either may be wrong',
  },
  'routing-elsewhere': { text: routed({ reads: ['near', 'alone'] }), fix: 'Remove it here' },
  'routing-primary-only': {
    text: routed({ reads: ['main'] }),
    why: 'which standby may be read is not known',
  },
  'routing-repeated': { text: routed({ reads: ['near', 'near'] }), fix: 'Remove it here' },
  schema: {
    text: nodes({}, { environment: 'prod' }),
    fix: 'Change to "production"',
  },
  'self-reference': {
    text: nodes({ a: { connection: LOCAL, standbyOf: 'a' } }),
    fix: 'Change to "main"',
  },
  'shared-slot': {
    text: nodes({
      a: { connection: LOCAL, standbyOf: 'main', slot: 's' },
      b: { connection: LOCAL, standbyOf: 'main', slot: 's' },
    }),
    why: 'which of the two has it, their servers know',
  },
  'slot-name': {
    text: nodes({ a: { connection: LOCAL, standbyOf: 'main', slot: 'A-1' } }),
    fix: 'Change to "a_1"',
  },
  'slot-name-derived': {
    text: nodes({
      main: { connection: LOCAL, publications: { p: { allTables: true } } },
      a: {
        connection: LOCAL,
        subscriptions: { 'My-Sub': { publisher: 'main', publications: ['p'] } },
      },
    }),
    fix: 'Write it down as "slotName"',
  },
  'ssl-read-as': {
    text: connecting('postgresql://u@localhost/d?ssl=true'),
    why: 'it is read as what it means; the note says which word libpq has for it',
  },
  'sslmode-read-as': {
    text: connecting('host=localhost user=u sslmode=prefer'),
    fix: 'Change to "require"',
  },
  syntax: { text: '{ "nodes": {', why: 'where the mistake is, a parser can only guess' },
  'table-name': { text: publishing({ p: { tables: ['t'] } }), fix: 'Change to "public.t"' },
  'threshold-order': {
    text: nodes({}, { thresholds: { lag: { warning: '9s', critical: '3s' } } }),
    fix: 'Swap the two',
  },
  'threshold-zero': { text: nodes({}, { thresholds: { retainedWal: '0GB' } }), fix: 'Remove it' },
  'tls-disabled': {
    text: connecting('host=db.example.com user=u sslmode=disable'),
    fix: 'Change to "verify-full"',
  },
  'tls-unverified': {
    text: connecting({ host: 'db.example.com', user: 'u', sslmode: 'require' }),
    fix: 'Change to "verify-full"',
  },
  'undeclared-publication': {
    text: nodes({
      main: { connection: LOCAL, publications: { jobs_pub: { allTables: true } } },
      a: {
        connection: LOCAL,
        subscriptions: { s: { publisher: 'main', publications: ['job_pub'] } },
      },
    }),
    fix: 'Change to "jobs_pub"',
  },
  'unknown-key': { text: nodes({}, { thresholdz: {} }), fix: 'Change to "thresholds"' },
  'unknown-keyword': { text: connecting('hots=h user=u'), fix: 'Change to "host"' },
  'unknown-node': {
    text: nodes({ a: { connection: LOCAL, standbyOf: 'mian' } }),
    fix: 'Change to "main"',
  },
  'upstream-cycle': {
    text: nodes({
      a: { connection: LOCAL, standbyOf: 'b' },
      b: { connection: LOCAL, standbyOf: 'a' },
    }),
    why: 'which of them is the primary, only a person knows',
  },
  'uri-encoding': {
    text: connecting('postgresql://u@h/a b'),
    why: 'what is to be encoded may be meant otherwise',
  },
  'uri-ipv6': { text: connecting('postgresql://u@::1/d'), fix: 'Put brackets around ::1' },
  'uri-query': { text: connecting('postgresql://u@h/d?word'), why: 'the value is not known' },
};

/** What servers show: tested where it is made. */
const LIVE_WAYS: Readonly<
  Record<LiveProblemCode, { readonly fix?: string; readonly why?: string }>
> = {
  'host-not-found': { why: 'the name may be right, and not known here' },
  'option-version': { fix: 'Remove "…", of an option; of what is published it is not known' },
  'pools-too-large': { why: 'pools can be smaller, or the server allow more after a restart' },
  'routing-takes-writes': { why: 'it may have been promoted, or never have been a standby' },
  'server-too-old': { why: 'the server has to be upgraded' },
  'standby-database': { why: 'the database of the standby or of its primary may be wrong' },
};

describe('quick fixes', () => {
  for (const [code, { text, fix, why }] of Object.entries(WAYS)) {
    it(`of ${code}: ${fix ?? `none, ${why ?? '?'}`}`, () => {
      const problem = parseTopologyFile(text).problems.find((one) => one.code === code);
      assert.ok(problem, JSON.stringify(parseTopologyFile(text).problems));
      assert.equal(problem.fixes[0]?.title, fix);
      assert.equal(fix === undefined, why !== undefined);
      const edits = problem.fixes[0]?.edits ?? [];
      if (fix === undefined) return;
      const after = parseTopologyFile(applyTextEdits(text, edits));
      const codes = after.problems.map((one) => one.code);
      assert.ok(!codes.includes(problem.code), `still there: ${codes.join()}`);
      assert.ok(after.topology !== null || problem.code === 'schema', `invalid: ${codes.join()}`);
    });
  }

  it('are given, or not, for what servers show, too', () => {
    for (const [code, { fix, why }] of Object.entries(LIVE_WAYS)) {
      assert.ok((fix === undefined) !== (why === undefined), code);
    }
  });

  it('are not offered where two answers are as good', () => {
    const fixes = (text: string, code: FileProblemCode) =>
      parseTopologyFile(text)
        .problems.filter((problem) => problem.code === code)
        .flatMap((problem) => problem.fixes.map(({ title }) => title));
    const differing = [{ table: 'public.t', columns: ['id'] }, 'public.t'];
    assert.deepEqual(fixes(publishing({ p: { tables: differing } }), 'duplicate-table'), []);
    const three = nodes({ b: { connection: LOCAL }, c: { connection: LOCAL, standbyOf: 'c' } });
    assert.deepEqual(fixes(three, 'self-reference'), []);
    const depth = nodes({}, { thresholds: { queueDepth: { critical: 50 } } });
    assert.deepEqual(fixes(depth, 'threshold-order'), []);
    const taken = nodes({ 'a/b': { connection: LOCAL }, 'a-b': { connection: LOCAL } });
    assert.deepEqual(fixes(taken, 'node-name'), []);
    assert.deepEqual(
      fixes(connecting('postgresql://u@db.example.com/d?ssl=true'), 'tls-unverified'),
      [],
    );
    const roles = nodes({
      a: { connection: LOCAL, standbyOf: 'main', pendingSync: { primary: 'main' } },
    });
    assert.deepEqual(fixes(roles, 'role-conflict'), []);
    assert.deepEqual(
      fixes(publishing({ p: { tables: ['public.t'], operations: ['upsert'] } }), 'schema'),
      [],
    );
  });

  it('rename a node wherever it is named', () => {
    const text = nodes({
      'a/b': { connection: LOCAL },
      c: { connection: LOCAL, standbyOf: 'a/b' },
    });
    const [problem] = parseTopologyFile(text).problems;
    const fixed = applyTextEdits(text, problem?.fixes[0]?.edits ?? []);
    assert.equal(parseTopologyFile(fixed).topology?.nodes.at(-1)?.standbyOf, 'a-b');
  });
});

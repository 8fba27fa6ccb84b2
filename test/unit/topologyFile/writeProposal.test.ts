import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ProposalChoices, TopologyProposal } from '../../../src/core/discovery/proposal';
import { applyTextEdits } from '../../../src/topologyFile/edits';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import type { ParsedTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import type { TextEdit } from '../../../src/topologyFile/problem';
import { literalSecrets } from '../../../src/topologyFile/secrets';
import { writeProposal } from '../../../src/topologyFile/writeProposal';
import { messyFile } from './messyFile';
import { randomProposal } from './randomProposal';

const AT = Date.UTC(2026, 2, 14, 12, 3);
const seen = (text: string) => ({ certainty: 'seen' as const, evidence: [{ text, atMs: AT }] });
const guessed = (text: string) => ({
  certainty: 'guessed' as const,
  evidence: [{ text, atMs: null }],
});
const bare = {
  problem: null,
  systemIdentifier: null,
  isInFile: false,
  publications: [],
  queue: null,
};

const PROPOSAL: TopologyProposal = {
  name: 'Central cloud',
  nodes: [
    {
      ...bare,
      ...seen('answered'),
      id: 'central',
      connection: { host: 'db.example.com', port: '5432', dbname: 'app', user: 'monitor' },
      publications: [
        {
          name: 'app_pub',
          allTables: false,
          schemas: [],
          tables: [{ schema: 'public', name: 'users' }],
          evidence: [{ text: 'pg_publication on central', atMs: AT }],
        },
      ],
    },
    {
      ...bare,
      ...seen('client_addr 10.0.0.7 in pg_stat_replication on central'),
      id: 'standby',
      connection: { host: '10.0.0.7', port: '5432', dbname: 'app', user: 'monitor' },
    },
    {
      ...bare,
      ...guessed('application_name edge'),
      id: 'edge',
      connection: { host: '10.0.0.8', port: '5432', dbname: 'app', user: 'monitor' },
      problem: 'It did not answer within 5 s.',
      queue: {
        table: { schema: 'public', name: 'pending_sync' },
        capture: 'application',
        tables: [{ schema: 'public', name: 'users', policy: 'primary-wins' }],
        evidence: [{ text: 'columns of public.pending_sync on edge', atMs: AT }],
      },
    },
  ],
  edges: [
    {
      ...seen('pg_stat_wal_receiver on standby'),
      kind: 'streaming',
      from: 'central',
      to: 'standby',
      slot: 'standby',
    },
    {
      ...guessed('slot app_sub on central'),
      kind: 'logical',
      from: 'central',
      to: 'edge',
      subscription: 'app_sub',
      publications: ['app_pub'],
      slot: null,
      connection: null,
    },
    { ...guessed('tables alike'), kind: 'queue', from: 'edge', to: 'central' },
  ],
  consumers: [
    { ...seen('slot electric on central'), id: 'electric', node: 'central', slot: 'electric' },
  ],
  skipped: [],
  warnings: [],
};

function all(proposal: TopologyProposal): ProposalChoices {
  const nodeIds = new Set(proposal.nodes.map(({ id }) => id));
  return { nodeIds, names: new Map(), addresses: new Map() };
}

function errors(text: string): readonly string[] {
  return errorsOf(parseTopologyFile(text));
}

function errorsOf({ problems }: ParsedTopologyFile): readonly string[] {
  return problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
}

const NEW_FILE = `{
  // The comments say where each value was found. What is guessed says so.
  // Passwords are never kept here: they are asked for and kept in VS Code’s secret storage.

  "name": "Central cloud",
  // Which guard rails apply: development, staging or production.
  "environment": "development",

  "nodes": {
    // answered, 2026-03-14 12:03 UTC.
    "central": {
      "connection": "postgresql://monitor@db.example.com:5432/app",
      "publications": {
        // pg_publication on central, 2026-03-14 12:03 UTC.
        "app_pub": { "tables": ["public.users"] }
      }
    },

    // client_addr 10.0.0.7 in pg_stat_replication on central, 2026-03-14 12:03 UTC.
    "standby": {
      "connection": "postgresql://monitor@10.0.0.7:5432/app",
      // pg_stat_wal_receiver on standby, 2026-03-14 12:03 UTC.
      "standbyOf": "central",
      "slot": "standby"
    },

    // Guessed, please check: application_name edge.
    // It did not answer within 5 s.
    "edge": {
      "connection": "postgresql://monitor@10.0.0.8:5432/app",
      "subscriptions": {
        // Guessed, please check: slot app_sub on central.
        "app_sub": { "publisher": "central", "publications": ["app_pub"] }
      },
      // Guessed, please check: tables alike.
      // columns of public.pending_sync on edge, 2026-03-14 12:03 UTC.
      "pendingSync": {
        "primary": "central",
        "table": "public.pending_sync",
        "capture": "application",
        "tables": { "public.users": "primary-wins" }
      }
    }
  },

  "consumers": {
    // slot electric on central, 2026-03-14 12:03 UTC.
    "electric": { "node": "central", "slot": "electric" }
  }
}
`;

describe('a proposal written as a topology file', () => {
  it('says of each value where it was found', () => {
    const written = writeProposal(null, PROPOSAL, all(PROPOSAL));
    assert.equal(written.text, NEW_FILE);
    assert.deepEqual(parseTopologyFile(written.text).problems, []);
    assert.deepEqual(written.addedNodes, ['central', 'standby', 'edge']);
    assert.deepEqual(written.added, [
      'node central',
      'node standby',
      'node edge',
      'consumer electric',
    ]);
    assert.deepEqual(written.problems, []);
  });

  it('adds to a file only what it does not say, as the file is written', () => {
    const text = [
      '{',
      '\t// ours',
      '\t"nodes": {',
      '\t\t"db": {',
      '\t\t\t"connection": "host=db.example.com dbname=app user=other", // by hand',
      '\t\t},',
      '\t},',
      '}',
      '',
    ].join('\r\n');
    const written = writeProposal(text, PROPOSAL, {
      ...all(PROPOSAL),
      nodeIds: new Set(['central', 'standby']),
    });
    assert.equal(
      written.text,
      [
        '{',
        '\t// ours',
        '\t"nodes": {',
        '\t\t"db": {',
        '\t\t\t"connection": "host=db.example.com dbname=app user=other", // by hand',
        '\t\t\t"publications": {',
        '\t\t\t\t// pg_publication on central, 2026-03-14 12:03 UTC.',
        '\t\t\t\t"app_pub": { "tables": ["public.users"] }',
        '\t\t\t},',
        '\t\t},',
        '\t\t// client_addr 10.0.0.7 in pg_stat_replication on central, 2026-03-14 12:03 UTC.',
        '\t\t"standby": {',
        '\t\t\t"connection": "postgresql://monitor@10.0.0.7:5432/app",',
        '\t\t\t// pg_stat_wal_receiver on standby, 2026-03-14 12:03 UTC.',
        '\t\t\t"standbyOf": "db",',
        '\t\t\t"slot": "standby"',
        '\t\t},',
        '\t},',
        '\t"consumers": {',
        '\t\t// slot electric on central, 2026-03-14 12:03 UTC.',
        '\t\t"electric": { "node": "db", "slot": "electric" }',
        '\t},',
        '}',
        '',
      ].join('\r\n'),
    );
    assert.deepEqual(written.added, [
      'publication app_pub of db',
      'node standby',
      'consumer electric',
    ]);
    assert.deepEqual(Object.fromEntries(written.keys), { central: 'db', standby: 'standby' });
  });

  it('leaves what the file says otherwise, and says so', () => {
    const text = NEW_FILE.replace('"slot": "standby"', '"slot": "other"')
      .replace('"publisher": "central"', '"publisher": "standby"')
      .replace('"primary": "central"', '"primary": "standby"')
      .replace('["public.users"]', '["public.jobs"]')
      .replace('"slot": "electric"', '"slot": "another"');
    const written = writeProposal(text, PROPOSAL, all(PROPOSAL));
    assert.equal(written.text, text);
    assert.deepEqual(written.problems, [
      'Publication app_pub of central publishes other tables in the file than on the server. The file was left as it is.',
      'standby uses slot other in the file, but standby was found. The file was left as it is.',
      'Subscription app_sub of edge has another publisher, slot or other publications in the file than on the server. The file was left as it is.',
      'The queue of edge is drained to standby in the file, but central was found. The file was left as it is.',
      'Consumer electric reads slot another of central in the file, but electric of central was found. The file was left as it is.',
    ]);
  });

  it('gives another server another name, and takes other names and addresses', () => {
    const text = '{ "nodes": { "central": { "connection": "service=elsewhere" } } }';
    const choices = {
      ...all(PROPOSAL),
      names: new Map([['edge', 'vengeance']]),
      addresses: new Map([['edge', { host: 'nat.example.com', port: 6432 }]]),
    };
    const { text: after, problems } = writeProposal(text, PROPOSAL, choices);
    const nodes = parseTopologyFile(after).topology?.nodes ?? [];
    assert.deepEqual(
      nodes.map(({ id }) => id),
      ['central', 'central-2', 'standby', 'vengeance'],
    );
    const { host, port } = nodes[3]?.connection ?? {};
    assert.deepEqual([host, port], ['nat.example.com', '6432']);
    // What was found there before tells nothing of the new one.
    const notTried =
      '/* The address was entered by hand and has not been tried since. */ "connection": ';
    const [, entered, ...more] = after.split(notTried);
    assert.match(entered ?? '', /^"postgresql:\/\/monitor@nat\.example\.com:6432\//u);
    assert.deepEqual(more, []);
    assert.equal(nodes[2]?.standbyOf, 'central-2');
    assert.deepEqual(problems, [
      'Another node is called central: the one that was found became central-2.',
    ]);
  });

  it('leaves out what no file may say, and says why', () => {
    const [central, standby] = PROPOSAL.nodes;
    assert.ok(central !== undefined && standby !== undefined);
    const written = writeProposal(
      null,
      {
        ...PROPOSAL,
        nodes: [central, { ...standby, connection: {} }],
        edges: [],
        consumers: [
          ...PROPOSAL.consumers,
          { ...guessed('twice'), id: 'other', node: 'central', slot: 'electric' },
        ],
      },
      all(PROPOSAL),
    );
    assert.deepEqual(errors(written.text), []);
    assert.deepEqual(written.problems, [
      'standby was left out: no address of it is known. Give it one first.',
      'consumer other was left out. Slot "electric" of "central" has a reader already: a slot serves one at a time.',
    ]);
  });

  it('adds nothing to a file that cannot be read', () => {
    const text = '{ "nodes": { "a": ';
    const written = writeProposal(text, PROPOSAL, all(PROPOSAL));
    assert.equal(written.text, text);
    assert.deepEqual(written.edits, []);
    assert.equal(written.problems.length, 1);
  });

  it('goes behind the comments of a file that has nothing else', () => {
    const text = '// to be written\r\n';
    const written = writeProposal(text, PROPOSAL, all(PROPOSAL));
    assert.ok(written.text.startsWith('// to be written\r\n\r\n{\r\n'));
    assert.ok(!/[^\r]\n/u.test(written.text));
    assert.deepEqual(errors(written.text), []);
  });

  it('never says more than the truth in 1,000 files, whatever they look like and whatever servers answer', () => {
    fc.assert(
      fc.property(fc.option(messyFile, { nil: null }), randomProposal, (file, found) => {
        const before = file?.text ?? '';
        const { choices } = found;
        const old = parseTopologyFile(before);
        const proposal = knowing(old, found.proposal);
        const written = writeProposal(file?.text ?? null, proposal, choices);
        const { text, edits } = written;
        assert.equal(applyTextEdits(before, edits), text);
        onlyAdds(before, edits);
        for (const comment of file?.comments ?? []) assert.ok(text.includes(comment), comment);
        const now = parseTopologyFile(text);
        assert.deepEqual(errorsOf(now), file === null ? [] : errorsOf(old));
        assert.deepEqual(literalSecrets(text), []);
        assert.ok(!text.includes('hunter22'));
        keepsWhatItSaid(old, now);
        const again = writeProposal(text, proposal, choices);
        assert.equal(again.text, text);
        assert.deepEqual(again.added, []);
      }),
      { numRuns: 1000 },
    );
  });
});

/** A proposal that says of its nodes whether the file has them. */
function knowing({ topology }: ParsedTopologyFile, proposal: TopologyProposal): TopologyProposal {
  const known = new Set(topology?.nodes.map(({ id }) => id));
  const nodes = proposal.nodes.map((node) => ({ ...node, isInFile: known.has(node.id) }));
  return { ...proposal, nodes };
}

/** White space alone may be replaced, by more of it and what is new. */
function onlyAdds(before: string, edits: readonly TextEdit[]): void {
  for (const { offset, length } of edits) {
    assert.equal(before.slice(offset, offset + length).trim(), '');
  }
}

/** Each node, publication, subscription and slot that was there is as it was. */
function keepsWhatItSaid(old: ParsedTopologyFile, now: ParsedTopologyFile): void {
  for (const node of old.topology?.nodes ?? []) {
    const same = now.topology?.nodes.find(({ id }) => id === node.id);
    assert.ok(same !== undefined);
    assert.deepEqual(same.connection, node.connection);
    if (node.standbyOf !== null) assert.equal(same.standbyOf, node.standbyOf);
    if (node.slot !== null) assert.equal(same.slot, node.slot);
    assert.deepEqual(same.publications.slice(0, node.publications.length), node.publications);
    assert.deepEqual(same.subscriptions.slice(0, node.subscriptions.length), node.subscriptions);
  }
}

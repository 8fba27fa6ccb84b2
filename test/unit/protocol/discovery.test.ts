import assert from 'node:assert/strict';
import type { ProposedNode, TopologyProposal } from '../../../src/core/discovery/proposal';
import {
  choicesOf,
  type DiscoveryDraft,
  fallsAway,
  firstDraft,
  type NodeDraft,
  problemsOf,
  readChoices,
} from '../../../src/protocol/discoveryDraft';
import { DISCOVERY_STATE } from '../../../src/protocol/discoveryState';
import { toDiscoveryState } from '../../../src/protocol/toDiscoveryState';
import { found, hostileProposal, twenty } from '../../webview/support/proposals';

const state = toDiscoveryState(found, 'Discovered Topology', ['elsewhere']);

/** The first draft, with one node changed. */
function withChange(id: string, change: Partial<NodeDraft>): DiscoveryDraft {
  return firstDraft(state).map((entry) => (entry.id === id ? { ...entry, ...change } : entry));
}

function problemOf(id: string, change: Partial<NodeDraft>): string | null {
  const problems = problemsOf(state, withChange(id, change));
  const { name, host, port } = problems.get(id) ?? { name: null, host: null, port: null };
  return name ?? host ?? port;
}

describe('protocol/toDiscoveryState', () => {
  it('makes a state that its own schema takes', () => {
    for (const proposal of [found, twenty, hostileProposal]) {
      const made = toDiscoveryState(proposal, 'Discovered Topology');
      assert.deepEqual(DISCOVERY_STATE.parse(JSON.parse(JSON.stringify(made))), made);
    }
  });

  it('says what a node publishes, where its queue is, and what a link is called', () => {
    const [central, , archive, , genesis] = state.nodes;
    assert.equal(
      central?.publications[0]?.content,
      'all of schema reports, public.patterns, public.jobs',
    );
    assert.equal(genesis?.queue?.table, 'pgtopology.pending_sync');
    assert.equal(genesis.queue.content, '1 table, written by triggers');
    assert.deepEqual([archive?.host, archive?.port, archive?.isReached], ['10.0.0.9', '', false]);
    const subscription = state.edges.find(({ kind }) => kind === 'logical');
    assert.equal(subscription?.slot, 'patterns_sub', 'named as the subscription');
  });

  it('lets nothing of a connection pass but what may be shown', () => {
    const [first, ...rest] = found.nodes;
    assert.ok(first !== undefined);
    const careless: ProposedNode = {
      ...first,
      connection: {
        ...first.connection,
        password: 'secret-1',
        sslpassword: 'secret-2',
        passfile: '/secret-3',
        options: '-c secret=4',
      },
    };
    const proposal: TopologyProposal = { ...found, nodes: [careless, ...rest] };
    assert.doesNotMatch(JSON.stringify(toDiscoveryState(proposal, 'x')), /secret/);
  });

  it('shortens a long list of tables, and says how many are not named', () => {
    const [first] = found.nodes;
    assert.ok(first !== undefined);
    const tables = Array.from({ length: 8 }, (_, at) => ({ schema: 'public', name: `t${at}` }));
    const node = {
      ...first,
      publications: [{ name: 'p', allTables: false, schemas: [], tables, evidence: [] }],
    };
    const made = toDiscoveryState({ ...found, nodes: [node] }, 'x');
    assert.equal(
      made.nodes[0]?.publications[0]?.content,
      'public.t0, public.t1, public.t2, public.t3, public.t4, 3 more tables',
    );
  });
});

describe('protocol/discoveryDraft', () => {
  it('finds nothing wrong with a proposal as it is', () => {
    assert.equal(problemsOf(state, firstDraft(state)).size, 0);
  });

  it('refuses names that the file could not hold', () => {
    assert.equal(problemOf('genesis', { name: '  ' }), 'The name is empty.');
    assert.equal(problemOf('genesis', { name: 'a/b' }), 'Names of nodes hold no "/".');
    assert.match(problemOf('genesis', { name: 'a\u200bb' }) ?? '', /cannot be seen/);
    assert.equal(problemOf('genesis', { name: ' central ' }), 'Another node is called "central".');
    assert.equal(
      problemOf('genesis', { name: 'elsewhere' }),
      'Another node is called "elsewhere".',
    );
    assert.equal(problemOf('genesis', { name: 'genesis 2' }), null);
  });

  it('says a name that is used twice of both, but not of what the file has', () => {
    const both = problemsOf(state, withChange('genesis', { name: 'singularity' }));
    assert.deepEqual([...both.keys()], ['singularity', 'genesis']);
    const one = problemsOf(state, withChange('genesis', { name: 'central' }));
    assert.deepEqual([...one.keys()], ['genesis']);
  });

  it('looks at no name of a node that is left out', () => {
    assert.equal(problemOf('genesis', { name: 'central', isTaken: false }), null);
    const freed = withChange('genesis', { isTaken: false }).map((entry) =>
      entry.id === 'singularity' ? { ...entry, name: 'genesis' } : entry,
    );
    assert.equal(problemsOf(state, freed).size, 0);
  });

  it('refuses an address that is none, once it was changed', () => {
    assert.equal(problemOf('genesis', { host: '' }), 'A host is needed.');
    assert.match(problemOf('genesis', { host: 'two words' }) ?? '', /no spaces/);
    for (const port of ['0', '65536', '-1', '5e3', 'x', '123456']) {
      assert.equal(problemOf('genesis', { port }), 'A port is a number from 1 to 65535.', port);
    }
    assert.equal(problemOf('genesis', { host: '::1', port: '6432' }), null);
  });

  it('takes an address as it was found, even one that could not be typed', () => {
    const [first] = found.nodes;
    assert.ok(first !== undefined);
    const connections = [
      {},
      { host: 'a,b', port: '1,2' },
      { service: 'db' },
      { host: '/run/my pg' },
    ];
    const nodes = connections.map((connection, at) => ({
      ...first,
      id: `n${at}`,
      isInFile: false,
      connection,
    }));
    const odd = toDiscoveryState({ ...found, nodes, edges: [], consumers: [] }, 'x');
    assert.equal(problemsOf(odd, firstDraft(odd)).size, 0);
    assert.deepEqual(choicesOf(odd, firstDraft(odd)).addresses, []);
  });

  it('hands on what was changed, and no more', () => {
    const draft = withChange('central-archive', {
      name: ' archive ',
      host: ' nat.example.com ',
      port: '',
    }).map((entry) => (entry.id === 'singularity' ? { ...entry, isTaken: false } : entry));
    assert.deepEqual(choicesOf(state, draft), {
      nodeIds: ['central', 'central-read', 'central-archive', 'genesis'],
      names: [{ id: 'central-archive', name: 'archive' }],
      addresses: [{ id: 'central-archive', host: 'nat.example.com', port: 5432 }],
    });
    const read = readChoices(state, choicesOf(state, draft));
    assert.deepEqual(read?.names, new Map([['central-archive', 'archive']]));
    assert.deepEqual(
      read.addresses,
      new Map([['central-archive', { host: 'nat.example.com', port: 5432 }]]),
    );
  });

  it('takes no choice that does not fit what was shown', () => {
    const fits = choicesOf(state, firstDraft(state));
    assert.ok(readChoices(state, fits) !== null);
    const wrong = [
      { ...fits, nodeIds: [...fits.nodeIds, 'nobody'] },
      { ...fits, names: [{ id: 'nobody', name: 'x' }] },
      { ...fits, names: [{ id: 'genesis', name: 'central' }] },
      { ...fits, names: [{ id: 'central', name: 'renamed in the file' }] },
      { ...fits, addresses: [{ id: 'central', host: 'elsewhere', port: 1 }] },
      { ...fits, addresses: [{ id: 'genesis', host: 'a b', port: 1 }] },
    ];
    for (const choices of wrong) assert.equal(readChoices(state, choices), null);
  });

  it('lets a link go with either of its ends', () => {
    const edge = { from: 'a', to: 'b' };
    assert.equal(fallsAway(edge, new Set(['a', 'b'])), false);
    assert.equal(fallsAway(edge, new Set(['a'])), true);
    assert.equal(fallsAway(edge, new Set(['b'])), true);
  });
});

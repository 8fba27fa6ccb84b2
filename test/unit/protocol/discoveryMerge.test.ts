import assert from 'node:assert/strict';
import type { ProposedNode } from '../../../src/core/discovery/proposal';
import {
  type DiscoveryDraft,
  firstDraft,
  isWorthLook,
  type NodeDraft,
  placeOf,
  readPlace,
} from '../../../src/protocol/discoveryDraft';
import { mergeDraft } from '../../../src/protocol/discoveryMerge';
import { toDiscoveryState } from '../../../src/protocol/toDiscoveryState';
import { found } from '../../webview/support/proposals';

const KEYS = new Map(found.nodes.map(({ id }) => [id, `key-of-${id}`]));
const state = toDiscoveryState(found, 'Discovered Topology', [], KEYS);
const base = firstDraft(state);

function set(changes: Readonly<Record<string, Partial<NodeDraft>>>): DiscoveryDraft {
  return base.map((entry) => ({ ...entry, ...changes[entry.id] }));
}

/** The same topology after a look: nodes with what is known of them now, by the id that they had. */
function after(changes: Readonly<Record<string, Partial<ProposedNode> | null>>) {
  const nodes = found.nodes.flatMap((node) => {
    const change = changes[node.id];
    return change === null ? [] : [{ node: { ...node, ...change }, key: KEYS.get(node.id) ?? '' }];
  });
  const keys = new Map(nodes.map(({ node, key }) => [node.id, key]));
  const proposal = { ...found, nodes: nodes.map(({ node }) => node), edges: [], consumers: [] };
  return toDiscoveryState(proposal, 'Discovered Topology', [], keys);
}

function entryOf(draft: DiscoveryDraft, key: string): NodeDraft | undefined {
  return draft.find((entry) => entry.key === key);
}

describe('protocol/discoveryMerge', () => {
  it('changes nothing where nothing else was found', () => {
    const draft = set({ genesis: { name: 'edge', host: 'h' }, singularity: { isTaken: false } });
    assert.deepEqual(mergeDraft(state, { base, draft }), { base, draft, lost: [] });
  });

  it('keeps what was changed under a name that is another now, and takes over what was not', () => {
    const draft = set({
      'central-archive': { host: 'localhost', port: '5434' },
      genesis: { name: 'edge' },
      singularity: { isTaken: false },
    });
    const next = after({
      'central-archive': { id: 'archive', connection: { host: 'localhost', port: '5434' } },
      genesis: { id: 'town', connection: { host: '10.9.9.9', port: '6432' } },
    });
    const merged = mergeDraft(next, { base, draft });
    assert.deepEqual(merged.lost, []);
    const at = { isTaken: true };
    assert.deepEqual(entryOf(merged.draft, 'key-of-central-archive'), {
      ...at,
      id: 'archive',
      key: 'key-of-central-archive',
      name: 'archive',
      host: 'localhost',
      port: '5434',
    });
    assert.deepEqual(entryOf(merged.draft, 'key-of-genesis'), {
      ...at,
      id: 'town',
      key: 'key-of-genesis',
      name: 'edge',
      host: '10.9.9.9',
      port: '6432',
    });
    assert.equal(entryOf(merged.draft, 'key-of-singularity')?.isTaken, false);
    assert.deepEqual(merged.base, firstDraft(next));
  });

  it('keeps an address that was entered, its host with its port', () => {
    const draft = set({ genesis: { port: '7000' } });
    const next = after({ genesis: { connection: { host: 'other', port: '1' } } });
    const { host, port } = entryOf(mergeDraft(next, { base, draft }).draft, 'key-of-genesis') ?? {};
    assert.deepEqual([host, port], ['genesis.internal', '7000']);
  });

  it('says what was set of a node that is gone or in the file now, and nothing of one that was left alone', () => {
    const draft = set({
      genesis: { name: 'edge', host: 'h', port: '1' },
      singularity: { name: 'mine' },
    });
    const next = after({
      genesis: null,
      'central-read': null,
      singularity: { isInFile: true },
    });
    const merged = mergeDraft(next, { base, draft });
    assert.deepEqual(merged.lost, [
      'singularity is in the file already and stays as it is; set for it was: name mine.',
      'genesis is not on the map any more; set for it was: name edge, address h, port 1.',
    ]);
    assert.equal(entryOf(merged.draft, 'key-of-singularity')?.name, 'singularity');
  });

  it('takes what was not kept at all as it is proposed', () => {
    assert.deepEqual(mergeDraft(state, { base: [], draft: [] }).draft, base);
  });
});

describe('where a node may be looked at', () => {
  const nodeOf = (id: string) => state.nodes.find((node) => node.id === id) ?? assert.fail(id);
  const entry = (id: string, change: Partial<NodeDraft> = {}) => ({
    ...(base.find((one) => one.id === id) ?? assert.fail(id)),
    ...change,
  });

  it('is what did not answer, and what is entered to be elsewhere', () => {
    const worth = (id: string, change: Partial<NodeDraft> = {}) =>
      isWorthLook(nodeOf(id), entry(id, change));
    assert.equal(worth('central-archive'), true);
    assert.equal(worth('central-archive', { isTaken: false }), false);
    assert.equal(worth('genesis'), false);
    assert.equal(worth('genesis', { port: '1' }), true);
    assert.equal(worth('central', { port: '1' }), false, 'the file has it');
  });

  it('is an address, with the usual port where none is entered', () => {
    assert.deepEqual(placeOf(entry('genesis', { host: ' h ', port: '' })), {
      key: 'key-of-genesis',
      host: 'h',
      port: 5432,
    });
    for (const wrong of [{ host: '' }, { host: 'a b' }, { port: 'x' }, { port: '70000' }]) {
      assert.equal(placeOf(entry('genesis', wrong)), null);
    }
  });

  it('is checked once more', () => {
    const place = { key: 'key-of-genesis', host: 'h', port: 1 };
    assert.equal(readPlace(state, place)?.id, 'genesis');
    assert.equal(readPlace(state, { ...place, key: 'nobody' }), null);
    assert.equal(readPlace(state, { ...place, key: 'key-of-central' }), null);
    assert.equal(readPlace(state, { ...place, host: 'a b' }), null);
  });
});

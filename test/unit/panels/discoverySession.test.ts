import assert from 'node:assert/strict';
import type { ProposalChoices } from '../../../src/core/discovery/proposal';
import { DiscoverySession } from '../../../src/panels/discoverySession';
import { choicesOf, firstDraft } from '../../../src/protocol/discoveryDraft';
import type { CancelSignal } from '../../../src/core/ports/cancelSignal';
import type { DiscoveryState } from '../../../src/protocol/discoveryState';
import type { Envelope } from '../../../src/protocol/envelope';
import { toDiscoveryState } from '../../../src/protocol/toDiscoveryState';
import { found } from '../../webview/support/proposals';

const state = toDiscoveryState(found, 'Discovered Topology');
const chosen = (payload: unknown) => ({ kind: 'event', name: 'choose', payload });

describe('panels/discoverySession', () => {
  let posted: Envelope[];
  let decisions: (ProposalChoices | null)[];
  let warnings: string[];
  let session: DiscoverySession;
  beforeEach(() => {
    posted = [];
    decisions = [];
    warnings = [];
    const ignore = () => undefined;
    session = new DiscoverySession(state, {
      log: { debug: ignore, info: ignore, warn: (text) => void warnings.push(text), error: ignore },
      post: (message) => void posted.push(message),
      decide: (choices) => void decisions.push(choices),
    });
  });

  it('shows what was found each time the page says that it listens', () => {
    for (let time = 0; time < 2; time += 1) {
      session.receive({ kind: 'event', name: 'ready', payload: {} });
    }
    const shown = { kind: 'event', name: 'discovery', payload: state };
    assert.deepEqual(posted, [shown, shown]);
  });

  it('hands on a decision', () => {
    session.receive(chosen(choicesOf(state, firstDraft(state))));
    session.receive({ kind: 'event', name: 'cancel', payload: {} });
    assert.deepEqual(decisions, [
      {
        nodeIds: new Set(found.nodes.map(({ id }) => id)),
        names: new Map(),
        addresses: new Map(),
      },
      null,
    ]);
  });

  it('drops what fits neither schema nor proposal, and says so without its content', () => {
    const fits = choicesOf(state, firstDraft(state));
    const wrong = [
      chosen({ ...fits, nodeIds: ['secret-node'] }),
      chosen({ ...fits, names: [{ id: 'genesis', name: '' }] }),
      chosen({ ...fits, addresses: [{ id: 'genesis', host: 'secret-host', port: 70_000 }] }),
      chosen({ ...fits, nodeIds: 'all' }),
      chosen(null),
      { kind: 'event', name: 'snapshot', payload: {} },
      'choose',
      null,
    ];
    for (const message of wrong) session.receive(message);
    assert.deepEqual(decisions, []);
    assert.equal(warnings.length, wrong.length);
    assert.doesNotMatch(warnings.join('\n'), /secret/);
  });

  it('hears nothing after its panel was closed', () => {
    session.dispose();
    session.receive({ kind: 'event', name: 'cancel', payload: {} });
    assert.deepEqual([posted, decisions], [[], []]);
  });

  describe('with servers to look at', () => {
    const KEYS = new Map(found.nodes.map(({ id }) => [id, `key-of-${id}`]));
    const first = toDiscoveryState(found, 'Discovered Topology', [], KEYS);
    const next = { ...first, look: { key: null, said: 'genesis answered.' } };
    const look = (payload: unknown) => ({ kind: 'event', name: 'lookAgain', payload });
    const place = { key: 'key-of-genesis', host: 'localhost', port: 5434 };
    let asked: { readonly nodeId: string; readonly place: string; readonly signal: CancelSignal }[];
    let settle: { resolve: (state: DiscoveryState) => void; reject: (error: Error) => void };
    beforeEach(() => {
      asked = [];
      const ignore = () => undefined;
      session = new DiscoverySession(first, {
        log: {
          debug: ignore,
          info: ignore,
          warn: (text) => void warnings.push(text),
          error: ignore,
        },
        post: (message) => void posted.push(message),
        decide: (choices) => void decisions.push(choices),
        lookAgain: (nodeId, { host, port }, signal) => {
          asked.push({ nodeId, place: `${host}:${port}`, signal });
          return new Promise((resolve, reject) => {
            settle = { resolve, reject };
          });
        },
      });
    });
    const shown = () =>
      posted.map((message) =>
        message.kind === 'event' ? (message.payload as DiscoveryState).look : null,
      );

    it('looks at one node at a time, and shows what came of it', async () => {
      session.receive(look(place));
      session.receive(look({ ...place, key: 'key-of-singularity' }));
      assert.deepEqual(
        asked.map((one) => [one.nodeId, one.place]),
        [['genesis', 'localhost:5434']],
      );
      assert.equal(warnings.length, 1);
      // Nothing is written of what may be another in a moment.
      session.receive(chosen(choicesOf(first, firstDraft(first))));
      assert.deepEqual(decisions, []);
      settle.resolve(next);
      await new Promise(setImmediate);
      assert.deepEqual(shown(), [
        { key: 'key-of-genesis', said: 'Look Again: localhost:5434' },
        { key: null, said: 'genesis answered.' },
      ]);
      session.receive(look(place));
      assert.equal(asked.length, 2);
    });

    it('says that nothing was looked at when that went wrong, and takes the next look', async () => {
      session.receive(look(place));
      settle.reject(new Error('secret'));
      await new Promise(setImmediate);
      assert.deepEqual(shown()[1], { key: null, said: 'localhost:5434 was not looked at.' });
      assert.doesNotMatch(warnings.join(), /secret/);
      session.receive(look(place));
      assert.equal(asked.length, 2);
    });

    it('drops what fits neither schema nor proposal', () => {
      const wrong = [
        look({ ...place, key: 'secret-node' }),
        look({ ...place, key: 'key-of-central' }),
        look({ ...place, host: 'secret host' }),
        look({ ...place, port: 0 }),
        look(null),
      ];
      for (const message of wrong) session.receive(message);
      assert.deepEqual(asked, []);
      assert.equal(warnings.length, wrong.length);
      assert.doesNotMatch(warnings.join('\n'), /secret/);
    });

    it('gives up a look when its panel is closed', async () => {
      session.receive(look(place));
      assert.equal(asked[0]?.signal.aborted, false);
      session.dispose();
      assert.equal(asked[0].signal.aborted, true);
      settle.resolve(next);
      await new Promise(setImmediate);
      assert.equal(posted.length, 1);
    });
  });

  it('looks at nothing of what files say', () => {
    const place = { key: 'genesis', host: 'localhost', port: 5434 };
    session.receive({ kind: 'event', name: 'lookAgain', payload: place });
    assert.deepEqual([posted, warnings.length], [[], 1]);
  });
});

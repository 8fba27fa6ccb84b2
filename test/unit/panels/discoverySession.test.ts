import assert from 'node:assert/strict';
import type { ProposalChoices } from '../../../src/core/discovery/proposal';
import { DiscoverySession } from '../../../src/panels/discoverySession';
import { choicesOf, firstDraft } from '../../../src/protocol/discoveryDraft';
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
});

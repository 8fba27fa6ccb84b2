import assert from 'node:assert/strict';
import { attend } from '../../../../src/core/attention/attend';
import {
  mutedGroups,
  mute,
  NOTHING_HAPPENED,
  type AttentionMemory,
} from '../../../../src/core/attention/attentionMemory';
import { fileBadge } from '../../../../src/core/attention/fileBadge';
import { muteChoices } from '../../../../src/core/attention/muteChoices';
import { declared, edge, NOW, SECOND, slot, snapshot, verdict } from '../describe/makeSnapshot';

const SLOT = 'slot/central/reports';
const NODES = [declared('central'), declared('read', { standbyOf: 'central' })];
const WELL = snapshot({ nodes: NODES });
const TROUBLE = snapshot({
  nodes: NODES,
  edges: [edge({ id: 'streaming/read', to: 'read', verdict: verdict('notStreaming') })],
  slots: [slot({ name: 'reports', verdict: verdict('slotLost') })],
  summary: { problems: [SLOT, 'streaming/read'], health: 'error' },
});

/** What is remembered after it has lasted. */
function after(): AttentionMemory {
  let memory = NOTHING_HAPPENED;
  for (let poll = 0; poll < 6; poll += 1) {
    ({ memory } = attend(TROUBLE, memory, NOW + poll * 5 * SECOND, 5 * SECOND));
  }
  return memory;
}

function labels(
  memory: AttentionMemory,
  subject: string | null,
  isAllMuted = false,
  picture = TROUBLE,
): readonly string[] {
  const groups = mutedGroups(memory, NOW);
  return muteChoices(picture, memory, { subject, nowMs: NOW, mutedGroups: groups, isAllMuted }).map(
    ({ label }) => label,
  );
}

describe('Mute…', () => {
  it('offers what it was asked about first, then what else is out, last everything', () => {
    assert.deepEqual(labels(after(), 'streaming/read'), [
      'read for 1 hour',
      'read until it recovers',
      'Slot reports on central for 1 hour',
      'Slot reports on central until it recovers',
      'All notifications until reload',
    ]);
  });

  it('offers every node where nothing is out, and no recovery from nothing', () => {
    assert.deepEqual(labels(NOTHING_HAPPENED, null, false, WELL), [
      'central for 1 hour',
      'read for 1 hour',
      'All notifications until reload',
    ]);
  });

  it('offers to tell again what is muted', () => {
    const muted = mute(after(), 'read', 'recovery');
    assert.deepEqual(labels(muted, null, true), [
      'Tell all notifications again',
      'read: tell notifications again',
      'Slot reports on central for 1 hour',
      'Slot reports on central until it recovers',
    ]);
  });
});

describe('the mark on a topology file', () => {
  it('is there while a node needs a person, and says how many', () => {
    assert.deepEqual(fileBadge(TROUBLE, NOW), {
      health: 'error',
      tooltip: '2 nodes need attention',
    });
    assert.equal(fileBadge(WELL, NOW), null);
  });

  it('is not there for what is stale or not asked', () => {
    const unknown = snapshot({ nodes: NODES, summary: { health: 'unknown' } });
    assert.equal(fileBadge(unknown, NOW), null);
  });
});

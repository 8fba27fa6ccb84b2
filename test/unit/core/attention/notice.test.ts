import assert from 'node:assert/strict';
import type { Alarm } from '../../../../src/core/attention/attend';
import { noticesOf, type Notice } from '../../../../src/core/attention/notice';
import type { Diagnose } from '../../../../src/core/attention/problemWords';
import { SubjectVerdicts } from '../../../../src/core/attention/subjectVerdicts';
import type { TopologySnapshot } from '../../../../src/core/snapshot';
import {
  declared,
  edge,
  GB,
  MINUTE,
  NOW,
  plain,
  queue,
  queueFacts,
  SECOND,
  slot,
  snapshot,
  verdict,
} from '../describe/makeSnapshot';

const NODES = ['central', 'central-read', 'central-archive', 'genesis', 'vengeance'].map((id) =>
  declared(id),
);
const UNKNOWN_CAUSE: Diagnose = () => null;

function alarmsOf(picture: TopologySnapshot, flapping: Alarm['flapping'] = null): readonly Alarm[] {
  return new SubjectVerdicts(picture).problems().map((problem) => ({
    problem,
    firstSeenMs: NOW - 30 * SECOND,
    flapping,
  }));
}

function tell(
  parts: Omit<Parameters<typeof snapshot>[0], 'nodes' | 'summary'>,
  problems: readonly string[],
  options: { readonly diagnose?: Diagnose; readonly flapping?: Alarm['flapping'] } = {},
): readonly Notice[] {
  const picture = snapshot({ nodes: NODES, ...parts, summary: { problems } });
  const alarms = alarmsOf(picture, options.flapping ?? null);
  return noticesOf(picture, alarms, NOW, options.diagnose ?? UNKNOWN_CAUSE);
}

function sayFirst(...args: Parameters<typeof tell>): string {
  const [notice] = tell(...args);
  return notice === undefined ? 'nothing' : `${notice.level}: ${plain(notice.text)}`;
}

const READ = 'streaming/central-read';
const PATTERNS = 'logical/singularity/patterns_sub';

describe('notifications', () => {
  it('tell a subscription that stopped, its cause as far as known, and where changes wait', () => {
    const edges = [
      edge({ id: PATTERNS, verdict: verdict('stoppedByError', {}, NOW - 15 * SECOND) }),
    ];
    const diagnose: Diagnose = () => ({ code: 'duplicateKey', title: 'not used' });
    assert.equal(
      sayFirst({ edges }, [PATTERNS], { diagnose }),
      'error: patterns_sub on singularity stopped 15 s ago: duplicate key. Changes wait on central.',
    );
    assert.equal(
      sayFirst({ edges }, [PATTERNS]),
      'error: patterns_sub on singularity stopped 15 s ago. Changes wait on central.',
    );
  });

  it('tell a standby that does not stream, and who is cut off with it', () => {
    const away = edge({ id: READ, verdict: verdict('notStreaming', {}, NOW - 15 * SECOND) });
    const below = edge({
      id: 'streaming/central-archive',
      from: 'central-read',
      verdict: verdict('sourceCutOff'),
    });
    assert.equal(
      sayFirst({ edges: [away, below] }, [READ]),
      'error: central-read is not streaming for 15 s. central-archive is cut off with it.',
    );
    assert.equal(
      sayFirst({ edges: [away] }, [READ]),
      'error: central-read is not streaming for 15 s.',
    );
  });

  it('tell a slot near its limit with its time, and one that is lost with what follows', () => {
    const near = slot({
      name: 'electric_slot_default',
      isActive: false,
      retainedWalBytes: 9.1 * GB,
      toLimit: {
        by: 'server',
        limitBytes: 10 * GB,
        leftBytes: 0.9 * GB,
        pace: 'approaching',
        ms: 55 * MINUTE,
      },
      verdict: verdict('nearLimit'),
    });
    assert.equal(
      sayFirst({ slots: [near] }, ['slot/central/electric_slot_default']),
      'error: Slot electric_slot_default on central is lost in about 55 min: 9.1 of 10 GB are kept and no one reads it.',
    );
    const lost = slot({
      nodeId: 'us-relay',
      name: 'us_edge_19',
      consumer: 'us-edge-19',
      verdict: verdict('slotLost'),
    });
    assert.equal(
      sayFirst({ slots: [lost] }, ['slot/us-relay/us_edge_19']),
      'error: Slot us_edge_19 on us-relay is lost. us-edge-19 must be cloned again.',
    );
  });

  it('tell a split brain once for all its nodes', () => {
    const seen = {
      central: { verdict: verdict('splitBrain', { otherNodes: ['central-read'] }) },
      'central-read': { verdict: verdict('splitBrain', { otherNodes: ['central'] }) },
    };
    const notices = tell({ seen }, ['central', 'central-read']);
    assert.deepEqual(
      notices.map(({ level, text }) => `${level}: ${text}`),
      [
        'error: 2 writable nodes of one system: central and central-read. Changes are refused until you choose one.',
      ],
    );
  });

  it('tell lag with its limit', () => {
    const id = 'logical/genesis/metrics_sub';
    const lagging = edge({
      id,
      lagMs: 8_400,
      verdict: verdict('lagging', {}, NOW - 2 * MINUTE),
    });
    assert.equal(
      sayFirst({ edges: [lagging] }, [id]),
      'warning: metrics_sub on genesis is 8.4 s behind for 2 min (warning at 5 s).',
    );
    const critical = { ...lagging, verdict: { ...lagging.verdict, health: 'error' as const } };
    assert.match(sayFirst({ edges: [critical] }, [id]), /^error: .*\(critical at 30 s\)\.$/);
  });

  it('tell a queue that grows, and conflicts with the way to decide them', () => {
    const growing = queue({
      facts: queueFacts({ waiting: 412 }),
      perMinute: 29.2,
      isOnline: false,
      verdict: verdict('queueGrowing'),
    });
    assert.equal(
      sayFirst({ queues: [growing] }, ['queue/vengeance']),
      'warning: The queue on vengeance grows: 412 waiting, 29 more a minute. vengeance and central are not both reached.',
    );
    const stuck = queue({
      facts: queueFacts({ conflicts: 3 }),
      verdict: verdict('queueConflicts'),
    });
    const [notice] = tell({ queues: [stuck] }, ['queue/vengeance']);
    assert.equal(notice?.text, '3 conflicts wait for a decision on vengeance.');
    assert.deepEqual([notice.action, notice.level], ['resolve', 'warning']);
  });

  it('tell a node that is unreachable from here, and who still sees it', () => {
    const away = (otherNodes: readonly string[]) => ({
      central: { verdict: verdict('unreachable', { otherNodes }, NOW - 30 * SECOND) },
    });
    assert.equal(
      sayFirst({ seen: away(['central-read', 'genesis']) }, ['central']),
      'warning: central is unreachable from here for 30 s. 2 standbys still stream from it.',
    );
    assert.equal(
      sayFirst({ seen: away([]) }, ['central']),
      'warning: central is unreachable from here for 30 s.',
    );
  });

  it('tell many nodes that are unreachable at once as one thing', () => {
    const seen = Object.fromEntries(
      NODES.map(({ id }) => [id, { verdict: verdict('unreachable', {}, NOW - 30 * SECOND) }]),
    );
    const notices = tell({ seen }, Object.keys(seen));
    assert.equal(notices.length, 1);
    assert.equal(
      plain(notices[0]?.text ?? ''),
      '5 nodes are unreachable from here for 30 s: central, central-read, central-archive and 2 more.',
    );
  });

  it('tell the worst alone where more than two come at once', () => {
    const edges = ['a', 'b', 'c'].map((id) =>
      edge({ id: `streaming/${id}`, verdict: verdict('notStreaming', {}, NOW - 15 * SECOND) }),
    );
    const notices = tell({ edges }, ['streaming/a', 'streaming/b', 'streaming/c']);
    assert.deepEqual(
      notices.map(({ text }) => plain(text)),
      ['a is not streaming for 15 s. 2 more problems show in the status bar.'],
    );
    assert.equal(tell({ edges }, ['streaming/a', 'streaming/b']).length, 2);
  });

  it('say at the third outage that there will be no further ones', () => {
    const flapping = { times: 3, sinceMs: NOW - 40 * MINUTE, isAlike: true };
    const edges = [edge({ id: READ, verdict: verdict('notStreaming') })];
    assert.equal(
      sayFirst({ edges }, [READ], { flapping }),
      'error: central-read stopped streaming 3 times in 40 min. Further outages show only in the status bar.',
    );
    assert.equal(
      sayFirst({ edges }, [READ], { flapping: { ...flapping, isAlike: false } }),
      'error: central-read was unhealthy 3 times in 40 min. Further outages show only in the status bar.',
    );
  });

  it('give the diagnosis for everything else', () => {
    const edges = [edge({ id: READ, verdict: verdict('paused') })];
    const diagnose: Diagnose = (_, subject) => ({ code: 'paused', title: `Replay of ${subject}.` });
    assert.equal(sayFirst({ edges }, [READ], { diagnose }), `warning: Replay of ${READ}.`);
    assert.equal(sayFirst({ edges }, [READ]), 'warning: central-read needs attention.');
  });
});

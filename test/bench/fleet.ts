import type { TopologySnapshot } from '../../src/core/snapshot';
import { edge, node, slot, snapshot, verdict } from '../webview/support/build';

const KB = 1024;

/** A primary, its relays and the standbys of each, most of them well: as many nodes as asked for. Same every time. */
export function fleet(nodes: number, relays = 20): TopologySnapshot {
  const made = [node('core-1', { role: 'primary', slots: relays, connections: [31, 400] })];
  const edges = Array.from({ length: nodes - 1 }, (_, index) => {
    const relay = `relay-${index % relays}`;
    if (index < relays) {
      made.push(node(relay));
      return edge('streaming', relay, 'core-1', relay, { lagMs: 30 + index, lagBytes: 260 * KB });
    }
    const name = `edge-${String(index).padStart(3, '0')}`;
    made.push(node(name));
    return edge('streaming', name, relay, name, {
      lagMs: 40 + (index % 60),
      lagBytes: 300 * KB + index * KB,
      ...(index % 97 === 0 ? { verdict: verdict('lagging', 'warning', 60), lagMs: 8_400 } : {}),
    });
  });
  return snapshot({
    name: 'Fleet',
    environment: 'staging',
    nodes: made.map((one, index) => (index <= relays ? { ...one, walBytesPerSecond: 2e6 } : one)),
    edges,
    problems: edges.filter(({ verdict: of }) => of.health !== 'healthy').map(({ id }) => id),
    slots: edges.map((one) => slot(one.from ?? '', one.slotName ?? '', { type: 'physical' })),
  });
}

/** The same a poll later: each lag is a little different, and nothing else. */
export function aPollLater(before: TopologySnapshot, intervalMs: number): TopologySnapshot {
  const version = before.version + 1;
  const takenAtMs = before.takenAtMs + intervalMs;
  return {
    ...before,
    version,
    takenAtMs,
    nodes: before.nodes.map((one) => ({
      ...one,
      sample: { ...one.sample, fastAtMs: takenAtMs - 1_000 },
    })),
    edges: before.edges.map((one, index) => ({
      ...one,
      lagMs: one.lagMs === null ? null : one.lagMs + ((version + index) % 5) - 2,
      lagBytes: one.lagBytes === null ? null : one.lagBytes + ((version * index) % 7) * KB,
    })),
  };
}

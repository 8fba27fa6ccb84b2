import assert from 'node:assert/strict';
import { forEachMajor, isOldest } from '../../clusters/majors';
import { RunningTopology } from '../../clusters/topology/runningTopology';
import { EXAMPLE_NAMES, TopologySource } from '../../clusters/topology/topologySource';
import { LiveTopology } from './liveTopology';
import { checkEveryEdge } from './sentinelChecks';

forEachMajor('The examples', (major) => {
  for (const name of EXAMPLE_NAMES) {
    describe(name, () => {
      let running: RunningTopology | undefined;
      let live: LiveTopology | undefined;

      before(async () => {
        running = await RunningTopology.start(TopologySource.example(name), major);
        live = new LiveTopology(running);
      });

      after(async () => {
        await live?.close();
        await running?.stop();
      });

      it('comes up and reads healthy', async () => {
        assert.ok(live);
        const { edges, queues, nodes } = await live.untilHealthy();
        assert.ok(nodes.every((node) => node.sample.contact === 'connected'));
        for (const { id } of edges) await untilMeasured(live, id);
        for (const queue of queues) assert.notEqual(queue.facts, null, queue.id);
      });

      it('lets a row arrive on every edge, and a position at every other reader', async () => {
        assert.ok(running && live);
        await live.untilHealthy();
        await checkEveryEdge(running, live);
      });

      if (!isOldest(major)) return;

      it('says the truth about the rest while any one node is stopped, and recovers', async () => {
        assert.ok(running && live);
        for (const id of running.nodes.keys()) {
          await stopAndLook(running, live, id);
          await running.node(id).cluster.start();
          // By itself: a back-off reaches half a minute, so it may wait for the next try.
          await live.untilHealthy();
        }
      });
    });
  }
});

async function stopAndLook(
  running: RunningTopology,
  live: LiveTopology,
  stopped: string,
): Promise<void> {
  await running.node(stopped).cluster.stop();
  await live.until(
    `${stopped} is unreachable`,
    () => live.node(stopped).verdict.code === 'unreachable',
  );
  await live.twoPollsOf([...running.nodes.keys()].filter((id) => id !== stopped));
  // A poll that a busy machine answers too late is a failed one until the next: all the others answer at the same time.
  const { nodes, edges, queues, summary } = await live.until(
    `all but ${stopped} answer`,
    (snapshot) =>
      snapshot.nodes.every(
        ({ id, sample }) => (id === stopped) !== (sample.contact === 'connected'),
      ),
  );
  const context = (): string => `${stopped} is stopped:\n${live.describe()}`;

  assert.notEqual(summary.health, 'healthy', context());
  for (const node of nodes) {
    if (node.id === stopped) assert.equal(node.verdict.code, 'unreachable', context());
    else assert.equal(node.sample.contact, 'connected', context());
  }
  for (const edge of edges) {
    const isConcerned = edge.from === stopped || edge.to === stopped;
    if (!isConcerned) {
      await untilMeasured(live, edge.id);
      continue;
    }
    // Nothing that ends or begins at a stopped server has a time; bytes only where the upstream still counts what waits.
    assert.equal(edge.lagMs, null, `${edge.id}: ${edge.verdict.code}; ${context()}`);
    if (edge.from === stopped) assert.equal(edge.lagBytes, null, context());
    assert.ok(edge.lagBytes !== null || edge.unknownBecause !== null, context());
    // A worker on the other end may believe in its connection for a moment longer, and says so itself.
    await live.until(`${edge.id} is not well`, (snapshot) => {
      const now = snapshot.edges.find((candidate) => candidate.id === edge.id);
      return now !== undefined && !['healthy', 'busy'].includes(now.verdict.health);
    });
  }
  for (const queue of queues.filter((candidate) => candidate.nodeId === stopped)) {
    assert.equal(queue.verdict.health, 'unknown', context());
  }
}

/** Waits until an edge is known and near: writers are at work, and one look on a busy machine may find something waiting. */
async function untilMeasured(live: LiveTopology, id: string): Promise<void> {
  await live.until(`${id} is healthy and measured`, (snapshot) => {
    const edge = snapshot.edges.find((candidate) => candidate.id === id);
    if (edge === undefined) return false;
    return (
      edge.verdict.health === 'healthy' && edge.lagBytes !== null && edge.unknownBecause === null
    );
  });
}

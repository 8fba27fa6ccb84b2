import assert from 'node:assert/strict';
import type { SentinelRequest } from '../../../src/core/plan/sentinelScope';
import { waitFor } from '../../clusters/waitFor';
import type { RunningTopology } from '../../clusters/topology/runningTopology';
import { CheckRig, sayResult } from '../checks/checkRig';
import type { LiveTopology } from './liveTopology';

/**
 * Installs what the topology lacks for checks by row, and wants a row on every streaming and logical edge and a position at every
 * other reader; then takes all of it away again.
 */
export async function checkEveryEdge(running: RunningTopology, live: LiveTopology): Promise<void> {
  const rig = new CheckRig({
    snapshot: () => live.snapshot(),
    refresh: () => live.twoPollsOf([...running.nodes.keys()]),
  });
  try {
    const requests = requestsFor(live);
    for (const request of requests) await rig.install(request);
    await waitFor(
      async () => {
        const results = await rig.check();
        for (const { id, kind } of live.snapshot().edges) {
          const result = results.get(id);
          assert.equal(result?.outcome, 'arrived', sayResult(result));
          assert.equal(result.kind, kind === 'consumer' ? 'marker' : 'row', sayResult(result));
        }
        return true;
      },
      { what: 'everything arrives on every edge' },
    );
    for (const request of requests.toReversed()) await rig.uninstall(request);
    await live.untilHealthy();
  } finally {
    await rig.close();
  }
}

/** One table for each publication that somebody takes, and one for standbys where no publication has any. */
function requestsFor(live: LiveTopology): readonly SentinelRequest[] {
  const { topology, edges } = live.snapshot();
  const requests: SentinelRequest[] = [];
  for (const node of topology.nodes) {
    const taken = topology.nodes
      .flatMap(({ subscriptions }) => subscriptions)
      .filter(({ publisher }) => publisher === node.id)
      .flatMap(({ publications }) => publications);
    for (const publication of new Set(taken)) requests.push({ nodeId: node.id, publication });
    const hasStandby = edges.some(({ kind, from }) => kind === 'streaming' && from === node.id);
    if (taken.length === 0 && hasStandby) requests.push({ nodeId: node.id, publication: null });
  }
  return requests;
}

import type { CancelSignal } from '../core/ports/cancelSignal';
import type { Clock } from '../core/ports/clock';
import type { ContactDecision, ContactGate } from '../core/ports/contactGate';
import type { NodeGateway, NodeSession } from '../core/ports/nodeGateway';
import type { TopologyNode } from '../core/topology';
import type { DialPace } from './dialPace';
import { waitFor } from './timeLimit';

export interface Dialler {
  readonly gateway: NodeGateway;
  readonly gate: ContactGate;
  readonly clock: Clock;
  readonly pace: DialPace;
}

/** A session, or why none was tried. */
export type Opened =
  | { readonly session: NodeSession }
  | { readonly refused: Exclude<ContactDecision, 'allowed'> };

/**
 * Dials one node if the gate allows it. The gate is asked before any file is read, and again for the very endpoints
 * right before the socket, since the wait for a place in the line may have been long.
 * @throws ServerFailure as the gateway made it.
 */
export async function openNode(
  dialler: Dialler,
  topologyId: string,
  node: TopologyNode,
  signal: CancelSignal,
): Promise<Opened> {
  const { gateway, gate, clock, pace } = dialler;
  const before = gate.decideBeforeResolving(topologyId);
  if (before !== 'allowed') return { refused: before };
  const endpoints = await gateway.endpointsOf(node);
  const first = gate.decide(topologyId, endpoints);
  if (first !== 'allowed') return { refused: first };
  const delayMs = pace.take();
  if (delayMs > 0) {
    await waitFor(clock, delayMs, signal);
    const second = gate.decide(topologyId, endpoints);
    if (second !== 'allowed') return { refused: second };
  }
  return { session: await gateway.open(node, signal) };
}

import { bareNode } from '../../core/bareNode';
import type { Look } from '../../core/discovery/look';
import { isServerFailure, type Endpoint, type FailureFacts } from '../../core/failure';
import { describeFailure } from '../../core/failureText';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { Clock } from '../../core/ports/clock';
import type { DiscoveryGateway } from '../../core/ports/discoveryGateway';
import { say } from '../../core/say';
import type { TopologyNode } from '../../core/topology';

/** What is to be dialled, and why. */
export interface Wanted extends Pick<
  Look,
  'connection' | 'soughtKey' | 'isOverridden' | 'evidence'
> {
  /** A secret; `null`: as the monitor finds one. */
  readonly password: string | null;
  /** For sentences about it. */
  readonly name: string;
}

/** What came of it, with the password that was given. */
export interface Found {
  readonly look: Look;
  readonly password: string | null;
}

export interface LookDeps {
  readonly gateway: DiscoveryGateway;
  readonly clock: Clock;
}

/** Dials once. Never rejects: a failure is what came of it. */
export async function lookOnce(
  { gateway, clock }: LookDeps,
  { connection, password, soughtKey, isOverridden, evidence, name }: Wanted,
  signal: CancelSignal,
): Promise<Found> {
  const node = bareNode(name, connection);
  const about = { connection, soughtKey, isOverridden, evidence };
  try {
    const facts = await gateway.look(node, password, signal);
    const { atMs, endpoint } = facts;
    return { look: { ...about, endpoint, facts, failure: null, atMs }, password };
  } catch (error) {
    const failure = failureOf(error, name);
    const endpoint = failure.endpoint ?? (await endpointOf(gateway, node));
    return { look: { ...about, endpoint, facts: null, failure, atMs: clock.nowMs() }, password };
  }
}

async function endpointOf(gateway: DiscoveryGateway, node: TopologyNode): Promise<Endpoint | null> {
  try {
    return (await gateway.endpointsOf(node))[0] ?? null;
  } catch {
    return null;
  }
}

/** A failure as its facts, whatever was thrown. */
export function failureOf(error: unknown, nodeId: string): FailureFacts {
  if (isServerFailure(error)) return error.facts;
  return describeFailure('other', { nodeId, detail: say`its answer could not be read` });
}

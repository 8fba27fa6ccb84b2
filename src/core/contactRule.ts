import { isLinkLocal, isLoopback, isUnixSocket, isUsualPostgresPort } from './endpoint';
import type { Endpoint } from './failure';
import type { ContactDecision } from './ports/contactGate';
import { say } from './say';

/** What is remembered of one folder, and whether it may be believed at all. */
export interface ContactState {
  readonly isTrusted: boolean;
  /** Whether the user ever asked for a connection in this folder. */
  readonly hasActed: boolean;
  /** `approvalKey` of each endpoint that the user approved from this folder. */
  readonly approved: ReadonlySet<string>;
}

/**
 * The one rule for talking to servers: never in Restricted Mode; not before the user's first act in the folder; then
 * loopback and Unix sockets at once, everything else once it was approved from this folder.
 * @param endpoints every address that a connection might dial. One that is not approved holds all of them back.
 */
export function decideContact(
  state: ContactState,
  endpoints: readonly Endpoint[],
): ContactDecision {
  if (!state.isTrusted) return 'restricted';
  if (!state.hasActed) return 'notAsked';
  return endpointsToApprove(state, endpoints).length === 0 ? 'allowed' : 'notApproved';
}

/** Those endpoints that wait for the user's consent, each once, in the order given. */
export function endpointsToApprove(
  state: Pick<ContactState, 'approved'>,
  endpoints: readonly Endpoint[],
): readonly Endpoint[] {
  const waiting = new Map<string, Endpoint>();
  for (const endpoint of endpoints) {
    const key = approvalKey(endpoint);
    if (isLoopback(endpoint.host) || state.approved.has(key) || waiting.has(key)) continue;
    waiting.set(key, endpoint);
  }
  return [...waiting.values()];
}

/** What an approval is remembered by. Host names compare without case and without the dot of a full name. */
export function approvalKey(endpoint: Endpoint): string {
  const host = endpoint.host.toLowerCase().replace(/\.$/u, '');
  return `${host}:${endpoint.port}`;
}

/** Why an endpoint should be looked at twice before it is approved; `null` when nothing is odd about it. */
export function concernAbout(endpoint: Endpoint): string | null {
  if (isUnixSocket(endpoint.host)) return null;
  if (isLinkLocal(endpoint.host)) {
    return say`link-local address: clouds answer here with credentials of the machine`;
  }
  if (!isUsualPostgresPort(endpoint.port)) return say`not a usual port of Postgres`;
  return null;
}

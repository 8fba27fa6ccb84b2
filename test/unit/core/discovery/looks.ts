import type { DiscoveryFacts } from '../../../../src/core/discovery/discoveryFacts';
import type { Look } from '../../../../src/core/discovery/look';
import type { TopologyProposal } from '../../../../src/core/discovery/proposal';
import type { FastFacts } from '../../../../src/core/facts';
import type { Endpoint } from '../../../../src/core/failure';
import { describeFailure } from '../../../../src/core/failureText';
import { T0 } from '../join/builders';

/** What one look at a server tells, where a test says nothing else. */
export function discovered(
  endpoint: Endpoint,
  fast: FastFacts,
  differs: Partial<DiscoveryFacts> = {},
): DiscoveryFacts {
  return {
    endpoint,
    atMs: T0,
    self: endpoint,
    subscribedDatabases: fast.subscriptions.length > 0 ? [fast.database] : [],
    fast,
    role: 'monitor',
    clusterName: '',
    publications: [],
    senderCommands: [],
    upstream: null,
    primarySlotName: null,
    publishers: [],
    queues: [],
    capturedTables: [],
    members: [],
    looksLikePatroni: false,
    notes: [],
    ...differs,
  };
}

/** `host` or `host:port`. */
export function at(place: string): Endpoint {
  const [host = '', port = '5432'] = place.split(':');
  return { host, port: Number(port) };
}

export function answer(
  place: string,
  fast: FastFacts,
  differs: Partial<DiscoveryFacts> & { readonly sought?: string } = {},
): Look {
  const { sought, ...facts } = differs;
  const endpoint = at(place);
  return {
    connection: {
      host: endpoint.host,
      port: String(endpoint.port),
      dbname: fast.database,
      user: 'monitor',
    },
    endpoint,
    soughtKey: sought ?? null,
    isOverridden: false,
    evidence: [],
    facts: discovered(endpoint, fast, facts),
    failure: null,
    atMs: T0,
  };
}

export function refusal(place: string, sought: string): Look {
  const endpoint = at(place);
  return {
    connection: {
      host: endpoint.host,
      port: String(endpoint.port),
      dbname: 'app',
      user: 'monitor',
    },
    endpoint,
    soughtKey: sought,
    isOverridden: false,
    evidence: [],
    facts: null,
    failure: describeFailure('refused', { nodeId: 'it', endpoint }),
    atMs: T0,
  };
}

/** `kind from -> to certainty`, sorted. */
export function edges({ edges: all }: TopologyProposal): readonly string[] {
  return all.map(({ kind, from, to, certainty }) => `${kind} ${from} -> ${to} ${certainty}`).sort();
}

import { isLoopback } from '../endpoint';
import type { Endpoint } from '../failure';
import { say } from '../say';
import { connectionTo, type Draft, type DraftNode } from './draft';
import type { DraftEvidence, Words } from './draftEvidence';
import type { Answer } from './look';
import { hostLabel } from './names';
import { sameHost } from './saidAddress';

interface About {
  readonly hints: readonly string[];
  readonly evidence: readonly DraftEvidence[];
}

/** A node of which an address is known and nothing else. The same address is the same node. */
export function addressNode(
  draft: Draft,
  address: Endpoint,
  database: string,
  base: Answer,
  { hints, evidence }: About,
): DraftNode {
  const known = [...draft.nodes.values()].find(
    (node) =>
      node.answer === null &&
      node.address !== null &&
      node.database === database &&
      node.address.port === address.port &&
      sameHost(node.address.host, address.host),
  );
  const label = hostLabel(address.host);
  return draft.addNode({
    key: known?.key ?? `address:${plainHost(address.host)}:${address.port}/${database}`,
    server: null,
    answer: null,
    failedLook: null,
    connection: connectionTo(base, address, database),
    address,
    host: address.host,
    database,
    isPortGuessed: false,
    base,
    certainty: 'guessed',
    evidence,
    problem: null,
    hints: [...(label === null ? [] : [label]), ...hints],
  });
}

/**
 * A node that a server sees as its client: where it listens is not to be seen there. On another machine it may well be at the same port;
 * on the same machine it cannot be.
 */
export function clientNode(
  draft: Draft,
  key: string,
  client: string | null,
  database: string,
  base: Answer,
  { hints, evidence }: About,
): DraftNode {
  const { host } = base.endpoint;
  const isSameMachine =
    client === null ||
    isLoopback(client) ||
    sameHost(client, host) ||
    (base.facts.self !== null && sameHost(client, base.facts.self.host));
  const seenHost = client === null ? null : isSameMachine ? host : client;
  const port = base.facts.self?.port ?? base.endpoint.port;
  const address = isSameMachine ? null : { host: client, port };
  const problem: Words =
    seenHost === null
      ? () => say`Its address may not be seen by this role. Give host and port to reach it.`
      : address === null
        ? () =>
            say`It runs on ${seenHost}, at a port that its sender does not know. Give the port to reach it.`
        : () =>
            say`Its port is not known to its sender; ${port}, the port of that server, is tried. Behind a NAT or in a container its address may be another.`;
  return draft.addNode({
    key,
    server: null,
    answer: null,
    failedLook: null,
    connection: address === null ? {} : connectionTo(base, address, database),
    address,
    host: seenHost,
    database,
    isPortGuessed: true,
    base,
    certainty: 'guessed',
    evidence,
    problem,
    hints,
  });
}

function plainHost(host: string): string {
  return isLoopback(host) && !host.startsWith('/') ? 'localhost' : host.toLowerCase();
}

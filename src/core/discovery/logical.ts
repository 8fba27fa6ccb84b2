import { formatEndpoint } from '../endpoint';
import type { SlotFacts, SubscriptionFacts } from '../facts';
import type { Endpoint } from '../failure';
import { say } from '../say';
import { addressNode } from './addressNodes';
import { connectionTo, nodeKey, type Draft, type DraftNode } from './draft';
import type { DraftEvidence } from './draftEvidence';
import type { Answer } from './look';
import type { Certainty } from './proposal';
import { addressFrom, sameHost } from './saidAddress';
import { claimKey, commandOf, isOwnSlot, senderOfSlot } from './senders';
import { serverAt, type Server } from './servers';

/** A subscription of a node that answered. */
interface Subscriber {
  readonly node: DraftNode;
  readonly answer: Answer;
  readonly subscription: SubscriptionFacts;
  /** Where it connects to, as it would be dialled from here; `null`: not said. */
  readonly address: Endpoint | null;
  /** Database of the publisher as it says it; `null`: not said. */
  readonly database: string | null;
  /** How its own server says it. */
  readonly said: string | null;
}

interface Candidate {
  readonly server: Server;
  readonly slot: SlotFacts;
  /** Its reader is the subscription by name or publications, or it has none and the subscription does not run. */
  readonly fits: boolean;
}

/**
 * Finds the publisher of every subscription by its slot, which both ends name; an address decides between several, and alone is a
 * guess. A slot has one reader: two subscriptions never share one.
 */
export function joinSubscribers(draft: Draft): void {
  const subscribers = subscribersOf(draft);
  const open = new Set(subscribers);
  for (const rule of [bySlotAndAddress, bySlotAlone]) {
    const found = [...open].flatMap((subscriber) => {
      const match = rule(draft, subscriber);
      return match === null ? [] : [{ subscriber, ...match }];
    });
    for (const one of found) {
      if (hasRival(one, found)) continue;
      open.delete(one.subscriber);
      draft.claimedSlots.add(claimKey(one.candidate.server, one.candidate.slot.name));
      addSlotEdge(draft, one.subscriber, one.candidate, one.certainty);
    }
  }
  for (const subscriber of open) leaveOpen(draft, subscriber);
}

interface Claim {
  readonly subscriber: Subscriber;
  readonly candidate: Candidate;
}

/** Whether another may be who reads the slot: of several the only one whose worker runs is it. */
function hasRival(one: Claim, claims: readonly Claim[]): boolean {
  const rivals = claims.filter(
    (other) =>
      other !== one &&
      other.candidate.server === one.candidate.server &&
      other.candidate.slot.name === one.candidate.slot.name,
  );
  if (rivals.length === 0) return false;
  return !runs(one.subscriber) || rivals.some(({ subscriber }) => runs(subscriber));
}

/** Whether its worker has heard from the publisher. */
function runs({ subscription }: Subscriber): boolean {
  return subscription.workerPid !== null && subscription.lastMessageAtMs !== null;
}

function subscribersOf(draft: Draft): readonly Subscriber[] {
  return [...draft.nodes.values()].flatMap((node) => {
    const { answer, server } = node;
    if (answer === null || server === null || server.isInRecovery) return [];
    return answer.facts.fast.subscriptions.map((subscription): Subscriber => {
      const place = answer.facts.publishers.find((one) => one.subscription === subscription.name);
      const isSaid = place !== undefined && (place.host !== null || place.port !== null);
      return {
        node,
        answer,
        subscription,
        address: isSaid ? addressFrom(place, answer.endpoint) : null,
        database: place?.database ?? null,
        said:
          place === undefined || !isSaid
            ? null
            : `host=${place.host ?? ''} port=${place.port ?? 5432} dbname=${place.database ?? ''}`,
      };
    });
  });
}

/** Slots of this name that a subscription could read, on servers other than where they could not be. */
function candidatesOf(draft: Draft, subscriber: Subscriber): readonly Candidate[] {
  const { subscription, node, database } = subscriber;
  if (subscription.slotName === null) return [];
  return draft.servers.flatMap((server) => {
    const slot = server.fast.slots.find(
      (one) =>
        one.name === subscription.slotName &&
        one.type === 'logical' &&
        one.plugin === 'pgoutput' &&
        isOwnSlot(one) &&
        (database === null || one.database === database),
    );
    if (slot === undefined || draft.claimedSlots.has(claimKey(server, slot.name))) return [];
    if (server === node.server && slot.database === node.database) return [];
    return isPossible(server, slot, subscriber)
      ? [{ server, slot, fits: fits(server, slot, subscriber) }]
      : [];
  });
}

/** A slot that is read by nobody cannot be that of a subscription whose worker is connected. */
function isPossible(server: Server, slot: SlotFacts, subscriber: Subscriber): boolean {
  if (runs(subscriber)) return slot.isActive;
  const { subscription } = subscriber;
  const sender = senderOfSlot(server, slot);
  return sender === null || sender.applicationName === subscription.name || subscription.isEnabled;
}

function fits(server: Server, slot: SlotFacts, { subscription }: Subscriber): boolean {
  const sender = senderOfSlot(server, slot);
  if (sender === null) return !slot.isActive && subscription.workerPid === null;
  const command = commandOf(server, sender.pid);
  if (command?.publications) return sameNames(command.publications, subscription.publications);
  return sender.applicationName === subscription.name;
}

type SlotMatch = { readonly candidate: Candidate; readonly certainty: Certainty } | null;

/** The address leads to a server that has the slot. */
function bySlotAndAddress(draft: Draft, subscriber: Subscriber): SlotMatch {
  const { address } = subscriber;
  if (address === null) return null;
  const server = serverAt(draft.servers, address);
  const candidate = candidatesOf(draft, subscriber).find((one) => one.server === server);
  return candidate === undefined
    ? null
    : { candidate, certainty: candidate.fits ? 'seen' : 'guessed' };
}

/** No address, or one that leads nowhere from here: a slot of that name on one server alone. */
function bySlotAlone(draft: Draft, subscriber: Subscriber): SlotMatch {
  const { address } = subscriber;
  const candidates = candidatesOf(draft, subscriber);
  const fitting = candidates.filter((candidate) => candidate.fits);
  const [only, ...others] = fitting.length > 0 ? fitting : candidates;
  if (only === undefined || others.length > 0) return null;
  if (address === null) return { candidate: only, certainty: only.fits ? 'seen' : 'guessed' };
  // Its own words lead to another server that answered: this one can be it only under another address.
  if (!only.fits || !only.slot.isActive) return null;
  const isClient = comesFrom(only, subscriber);
  if (serverAt(draft.servers, address) !== null && !isClient) return null;
  return { candidate: only, certainty: isClient ? 'seen' : 'guessed' };
}

function comesFrom({ server, slot }: Candidate, { answer }: Subscriber): boolean {
  const client = senderOfSlot(server, slot)?.clientAddress ?? null;
  if (client === null) return false;
  const own = [answer.endpoint, ...(answer.facts.self === null ? [] : [answer.facts.self])];
  return own.some(({ host }) => sameHost(host, client));
}

function addSlotEdge(
  draft: Draft,
  subscriber: Subscriber,
  { server, slot }: Candidate,
  certainty: Certainty,
): void {
  const { node, subscription } = subscriber;
  const publisher = databaseNode(draft, server, slot.database ?? server.fast.database);
  const sender = senderOfSlot(server, slot);
  if (sender !== null) draft.claimedSenders.add(claimKey(server, sender.pid));
  const client = sender?.clientAddress ?? null;
  const reader = !slot.isActive
    ? say`not read now`
    : client === null
      ? say`read now`
      : say`read from client_addr ${client}`;
  pushEdge(draft, subscriber, publisher, certainty, [
    {
      text: (nameOf) =>
        say`slot ${slot.name} in pg_replication_slots on ${nameOf(publisher.key)}, ${reader}`,
      atMs: server.answers[0]?.atMs ?? null,
    },
    {
      text: (nameOf) =>
        say`subscription ${subscription.name} with slot ${slot.name} on ${nameOf(node.key)}`,
      atMs: subscriber.answer.atMs,
    },
    ...addressEvidence(subscriber),
  ]);
}

function leaveOpen(draft: Draft, subscriber: Subscriber): void {
  const { address, answer, node, subscription } = subscriber;
  const { name } = subscription;
  const candidates = candidatesOf(draft, subscriber);
  if (address === null) {
    draft.skipped.push((nameOf) =>
      candidates.length > 1
        ? say`Subscription ${name} on ${nameOf(node.key)} may subscribe from any of ${candidates
            .map((one) => nameOf(databaseKey(draft, one)))
            .join(', ')}, which all have its slot; it was left out.`
        : say`Where subscription ${name} on ${nameOf(node.key)} subscribes could not be told; it was left out.`,
    );
    return;
  }
  const place = formatEndpoint(address);
  const there = serverAt(draft.servers, address);
  if (there !== null) {
    const slot = there.fast.slots.find((one) => one.name === subscription.slotName);
    if (slot !== undefined) {
      // Whoever reads it is one of those that say so.
      draft.claimedSlots.add(claimKey(there, slot.name));
      draft.warnings.push(
        (nameOf) =>
          say`The slot ${slot.name} of subscription ${name} on ${nameOf(node.key)} is read by another, or by several in turn; the subscription was left out.`,
      );
      return;
    }
    if (runs(subscriber) || subscription.slotName === null || subscriber.database === null) {
      draft.skipped.push(
        (nameOf) =>
          say`Subscription ${name} on ${nameOf(node.key)} connects to ${place}, where from here a server answers that does not have its slot; it was left out.`,
      );
      return;
    }
    const publisher = databaseNode(draft, there, subscriber.database);
    draft.warnings.push(
      (nameOf) =>
        say`Subscription ${name} on ${nameOf(node.key)} has no slot ${subscription.slotName ?? ''} on ${nameOf(publisher.key)}: it cannot receive.`,
    );
    pushEdge(draft, subscriber, publisher, 'guessed', addressEvidence(subscriber));
    return;
  }
  const publisher = addressNode(draft, address, subscriber.database ?? node.database, answer, {
    hints: [subscriber.database ?? 'publisher', 'publisher'],
    evidence: addressEvidence(subscriber),
  });
  pushEdge(
    draft,
    subscriber,
    publisher,
    runs(subscriber) ? 'seen' : 'guessed',
    addressEvidence(subscriber),
  );
}

function pushEdge(
  draft: Draft,
  { node, subscription, said, address }: Subscriber,
  publisher: DraftNode,
  certainty: Certainty,
  evidence: readonly DraftEvidence[],
): void {
  // What is dialled from here is not what its server dials: in the file it is said, then.
  const isOurs =
    address === null || publisher.address === null
      ? true
      : address.port === publisher.address.port && sameHost(address.host, publisher.address.host);
  draft.edges.push({
    kind: 'logical',
    from: publisher.key,
    to: node.key,
    subscription: subscription.name,
    publications: subscription.publications,
    slot: subscription.slotName === subscription.name ? null : subscription.slotName,
    connection: isOurs ? null : said,
    certainty,
    evidence,
  });
}

function addressEvidence({
  node,
  answer,
  address,
  subscription,
}: Subscriber): readonly DraftEvidence[] {
  if (address === null) return [];
  const place = formatEndpoint(address);
  return [
    {
      text: (nameOf) =>
        say`${place} in the connection of subscription ${subscription.name} on ${nameOf(node.key)}`,
      atMs: answer.atMs,
    },
  ];
}

function databaseKey(draft: Draft, { server, slot }: Candidate): string {
  const database = slot.database ?? server.fast.database;
  return draft.nodeOf(server, database)?.key ?? nodeKey(server, database);
}

/** The node of one database of a server that answered, also where that database was not looked at. */
export function databaseNode(draft: Draft, server: Server, database: string): DraftNode {
  const known = draft.nodes.get(nodeKey(server, database));
  if (known !== undefined) return known;
  const base = server.answers[0];
  if (base === undefined) throw new Error('A server without an answer.');
  return draft.addNode({
    key: nodeKey(server, database),
    server,
    answer: null,
    failedLook: null,
    connection: connectionTo(base, base.endpoint, database),
    address: base.endpoint,
    host: base.endpoint.host,
    database,
    isPortGuessed: false,
    base,
    certainty: 'seen',
    evidence: [
      {
        text: () => say`database ${database} of the server at ${formatEndpoint(base.endpoint)}`,
        atMs: base.atMs,
      },
    ],
    problem: null,
    hints: [database, `${base.facts.clusterName}-${database}`],
  });
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && [...a].sort().join('\n') === [...b].sort().join('\n');
}

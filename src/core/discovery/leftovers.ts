import type { SlotFacts } from '../facts';
import { say } from '../say';
import { clientNode } from './addressNodes';
import type { Draft, DraftNode } from './draft';
import { databaseNode } from './logical';
import { claimKey, commandOf, isOwnSlot, isTool, senderOfSlot, slotOfSender } from './senders';
import type { Server } from './servers';
import { freeSenders, senderEvidence, senderKey } from './streaming';

/** What servers show of others that did not answer: clients of walsenders, and slots that nobody reads. */
export function addUnreached(draft: Draft): void {
  for (const server of draft.servers) {
    addSubscribers(draft, server);
    addStandbys(draft, server);
    addOrphans(draft, server);
  }
}

/** Standbys by their walsenders. */
function addStandbys(draft: Draft, server: Server): void {
  const free = freeSenders(draft, server);
  const lost = lostStandbys(draft, server);
  // A standby that answered but could not be joined is among them: which one is not to be told.
  if (free.length > 0 && lost.length > 0) {
    draft.skipped.push(
      (nameOf) =>
        say`${nameOf(keyOf(draft, server))} has ${free.length === 1 ? say`a walsender` : say`${free.length} walsenders`} that could not be told apart from what ${lost.map((node) => nameOf(node.key)).join(', ')} receives; give the standbys a slot or a cluster_name.`,
    );
    for (const sender of free) claimSlotOf(draft, server, sender.pid);
    return;
  }
  const base = draft.nodeOf(server, null)?.answer;
  if (base === null || base === undefined) return;
  for (const sender of free) {
    const slot = slotOfSender(server, sender.pid);
    const name = sender.applicationName ?? '';
    const node = clientNode(
      draft,
      senderKey(server, sender),
      sender.clientAddress,
      base.facts.fast.database,
      base,
      {
        hints: [name, slot?.name ?? '', 'standby'],
        evidence: [senderEvidence(server, sender, draft)],
      },
    );
    claimSlotOf(draft, server, sender.pid);
    draft.edges.push({
      kind: 'streaming',
      from: keyOf(draft, server),
      to: node.key,
      slot: slot?.name ?? null,
      certainty: 'guessed',
      evidence: [senderEvidence(server, sender, draft)],
    });
  }
}

/** Standbys of the same system that answered and have no upstream in the draft. */
function lostStandbys(draft: Draft, server: Server): readonly DraftNode[] {
  return draft.servers
    .filter(
      (other) =>
        other !== server &&
        other.isInRecovery &&
        other.systemIdentifier !== null &&
        other.systemIdentifier === server.systemIdentifier &&
        other.fast.receiver !== null,
    )
    .flatMap((other) => draft.nodeOf(other, null) ?? [])
    .filter(
      (node) => !draft.edges.some((edge) => edge.kind === 'streaming' && edge.to === node.key),
    );
}

function claimSlotOf(draft: Draft, server: Server, pid: number): void {
  const slot = slotOfSender(server, pid);
  if (slot !== null) draft.claimedSlots.add(claimKey(server, slot.name));
}

/** Readers of logical slots: subscriptions of servers that did not answer, or other programs. */
function addSubscribers(draft: Draft, server: Server): void {
  for (const slot of server.fast.slots) {
    if (slot.type !== 'logical' || !slot.isActive || !isOwnSlot(slot)) continue;
    if (draft.claimedSlots.has(claimKey(server, slot.name))) continue;
    draft.claimedSlots.add(claimKey(server, slot.name));
    const publisher = databaseNode(draft, server, slot.database ?? server.fast.database);
    const sender = senderOfSlot(server, slot);
    const command = sender === null ? null : commandOf(server, sender.pid);
    const publications =
      command?.publications ?? (isNamedAlike(server, slot) && command === null ? [] : null);
    const base = server.answers[0];
    if (
      sender === null ||
      base === undefined ||
      publications === null ||
      slot.plugin !== 'pgoutput'
    ) {
      draft.consumers.push({
        node: publisher.key,
        slot: slot.name,
        certainty: command === null ? 'guessed' : 'seen',
        evidence: [slotEvidence(draft, server, slot)],
      });
      continue;
    }
    const evidence = [
      senderEvidence(server, sender, draft),
      ...(command === null
        ? []
        : [
            {
              text: () =>
                say`START_REPLICATION of slot ${slot.name} with publications ${publications.join(', ')}`,
              atMs: base.atMs,
            },
          ]),
    ];
    const named = sender.applicationName ?? '';
    const subscription = named === '' ? slot.name : named;
    const node = clientNode(
      draft,
      `subscriber:${server.key}/${sender.pid}`,
      sender.clientAddress,
      // Which of its databases subscribes is not to be seen here; this one is on every server, and knows.
      'postgres',
      base,
      {
        hints: [
          subscription.replace(/_(?:sub|subscription|slot)$/iu, ''),
          subscription,
          'subscriber',
        ],
        evidence,
      },
    );
    draft.edges.push({
      kind: 'logical',
      from: publisher.key,
      to: node.key,
      subscription,
      publications,
      slot: slot.name === subscription ? null : slot.name,
      connection: null,
      certainty: 'guessed',
      evidence,
    });
  }
}

/** A subscription's worker calls itself after the subscription, and so is the slot, unless somebody said otherwise. */
function isNamedAlike(server: Server, slot: SlotFacts): boolean {
  return senderOfSlot(server, slot)?.applicationName === slot.name;
}

/** Slots that keep WAL for somebody who is not there. */
function addOrphans(draft: Draft, server: Server): void {
  for (const slot of server.fast.slots) {
    if (!isOwnSlot(slot) || draft.claimedSlots.has(claimKey(server, slot.name))) continue;
    const sender = senderOfSlot(server, slot);
    const node =
      slot.type === 'logical'
        ? databaseNode(draft, server, slot.database ?? server.fast.database).key
        : keyOf(draft, server);
    draft.consumers.push({
      node,
      slot: slot.name,
      certainty: sender !== null && isTool(sender) ? 'seen' : 'guessed',
      evidence: [slotEvidence(draft, server, slot)],
    });
    if (slot.isActive) continue;
    const kept =
      slot.walStatus === 'lost' ? say`what it kept is lost` : say`its server keeps WAL for it`;
    draft.warnings.push(
      (nameOf) =>
        say`Nobody that was found reads slot ${slot.name} on ${nameOf(node)}, and ${kept}.`,
    );
  }
}

function slotEvidence(draft: Draft, server: Server, slot: SlotFacts) {
  const sender = senderOfSlot(server, slot);
  const who = sender?.applicationName ? say`, read by ${sender.applicationName}` : '';
  const state = slot.isActive ? who : say`, read by nobody`;
  return {
    text: (nameOf: (key: string) => string) =>
      say`${slot.type} slot ${slot.name} in pg_replication_slots on ${nameOf(keyOf(draft, server))}${state}`,
    atMs: server.answers[0]?.atMs ?? null,
  };
}

function keyOf(draft: Draft, server: Server): string {
  return draft.nodeOf(server, null)?.key ?? '';
}

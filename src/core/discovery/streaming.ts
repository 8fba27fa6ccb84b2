import type { ReceiverFacts, SenderFacts } from '../facts';
import type { Endpoint } from '../failure';
import { formatEndpoint } from '../endpoint';
import { say } from '../say';
import { addressNode } from './addressNodes';
import { nodeKey, type Draft, type DraftNode } from './draft';
import type { DraftEvidence } from './draftEvidence';
import { addressFrom, sameHost } from './saidAddress';
import { claimKey, commandOf, physicalSenders, senderOfSlot, slotOfSender } from './senders';
import { serverAt, type Server } from './servers';

/** A standby that answered, and what it says of its upstream. */
interface Follower {
  readonly server: Server;
  readonly node: DraftNode;
  /** `null`: it receives from nobody now, or our role may not see from whom. */
  readonly receiver: ReceiverFacts | null;
  /** It receives, but our role may not see from whom. */
  readonly isHidden: boolean;
  readonly slot: string | null;
  /** As it would be dialled from here; `null`: not said. */
  readonly address: Endpoint | null;
  readonly said: string;
}

interface Match {
  readonly upstream: Server;
  readonly sender: SenderFacts | null;
  readonly certainty: 'seen' | 'guessed';
  readonly evidence: readonly DraftEvidence[];
}

/**
 * Finds the upstream of every standby that answered, best evidence first: what a slot or a name shows on both ends, then an address,
 * then that there is one upstream alone. Only servers of the same system are upstreams.
 */
export function joinStandbys(draft: Draft): void {
  const open = new Set(followersOf(draft));
  for (const rule of [byAddress, byRow, bySought, byOnlyUpstream]) {
    for (const follower of open) {
      const match = rule(draft, follower);
      if (match === null) continue;
      open.delete(follower);
      addEdge(draft, follower, match);
    }
  }
  for (const follower of open) leaveOpen(draft, follower);
}

function followersOf(draft: Draft): readonly Follower[] {
  return draft.servers
    .filter(({ isInRecovery }) => isInRecovery)
    .flatMap((server) => {
      const node = draft.nodeOf(server, null);
      const answer = node?.answer ?? null;
      if (node === null || answer === null) return [];
      const seen = server.fast.receiver;
      const receiver = seen?.isVisible === true ? seen : null;
      const configured = server.answers.find(({ facts }) => facts.upstream !== null)?.facts
        .upstream;
      const said = receiver?.senderHost
        ? { host: receiver.senderHost, port: receiver.senderPort }
        : configured === null || configured === undefined
          ? null
          : { host: configured.host ?? null, port: configured.port ?? null };
      const slot =
        receiver?.slotName ??
        server.answers.find(({ facts }) => facts.primarySlotName !== null)?.facts.primarySlotName ??
        null;
      return [
        {
          server,
          node,
          receiver,
          isHidden: seen !== null && !seen.isVisible,
          slot,
          address: said === null ? null : addressFrom(said, answer.endpoint),
          said: receiver === null ? 'primary_conninfo' : 'pg_stat_wal_receiver',
        },
      ];
    });
}

/** Other servers of the same system. */
function upstreamsOf(draft: Draft, { server }: Follower): readonly Server[] {
  return draft.servers.filter(
    (other) =>
      other !== server &&
      other.systemIdentifier !== null &&
      other.systemIdentifier === server.systemIdentifier,
  );
}

/** The address leads to a server of the same system; a row of that server's own makes it certain. */
function byAddress(draft: Draft, follower: Follower): Match | null {
  const { address } = follower;
  if (address === null) return null;
  const upstream = serverAt(upstreamsOf(draft, follower), address);
  if (upstream === null) return null;
  const rows = rowsOf(draft, upstream, follower);
  const sender = rows[0] ?? null;
  const own = saidBy(follower, address);
  if (sender !== null) {
    return {
      upstream,
      sender,
      certainty: 'seen',
      evidence: [own, senderEvidence(upstream, sender, draft)],
    };
  }
  // One that streams is seen by whom it streams from: the address leads elsewhere from here.
  if (follower.receiver?.status === 'streaming') return null;
  return { upstream, sender: null, certainty: 'guessed', evidence: [own] };
}

/** A slot or a name that both ends show, where no other server has the like. */
function byRow(draft: Draft, follower: Follower): Match | null {
  if (follower.receiver === null) return null;
  const found = upstreamsOf(draft, follower)
    .map((upstream) => ({ upstream, rows: rowsOf(draft, upstream, follower) }))
    .filter(({ rows }) => rows.length > 0);
  const [only, ...others] = found;
  const sender = only?.rows[0];
  if (only === undefined || sender === undefined || others.length > 0) return null;
  const { upstream } = only;
  const bySlot =
    follower.slot !== null && slotOfSender(upstream, sender.pid)?.name === follower.slot;
  const isTelling =
    only.rows.length === 1 && (bySlot || (sender.applicationName ?? '') !== 'walreceiver');
  // An address that leads elsewhere may be another name of the same place, or another place.
  const isCertain = isTelling && (follower.address === null || comesFrom(sender, follower));
  const { address, slot } = follower;
  const shared = bySlot
    ? say`slot ${slot ?? ''}`
    : `application_name ${sender.applicationName ?? ''}`;
  return {
    upstream,
    sender,
    certainty: isCertain ? 'seen' : 'guessed',
    evidence: [
      senderEvidence(upstream, sender, draft),
      evidence(
        (nameOf) => say`${shared} in pg_stat_wal_receiver on ${nameOf(follower.node.key)}`,
        follower,
      ),
      ...(address === null ? [] : [saidBy(follower, address)]),
    ],
  };
}

/** Whether an upstream's client is where the standby itself is, as it has its own address or as we do. */
function comesFrom({ clientAddress }: SenderFacts, { node }: Follower): boolean {
  const { answer } = node;
  if (clientAddress === null || answer === null) return false;
  const own = [answer.endpoint, ...(answer.facts.self === null ? [] : [answer.facts.self])];
  return own.some(({ host }) => sameHost(host, clientAddress));
}

/** A person said where a standby is that an upstream shows, and a standby of that system is there. */
function bySought(draft: Draft, follower: Follower): Match | null {
  for (const upstream of upstreamsOf(draft, follower)) {
    for (const sender of freeSenders(draft, upstream)) {
      const look = follower.server.answers.find(
        ({ soughtKey }) => soughtKey === senderKey(upstream, sender),
      );
      if (look === undefined || follower.address !== null) continue;
      return {
        upstream,
        sender,
        certainty: 'guessed',
        evidence: [
          senderEvidence(upstream, sender, draft),
          evidence(() => say`a standby of the same system answers at the address given`, follower),
        ],
      };
    }
  }
  return null;
}

/** What a role without privileges sees: it receives from somebody, and one server alone has walsenders left. */
function byOnlyUpstream(draft: Draft, follower: Follower): Match | null {
  if (!follower.isHidden || follower.address !== null) return null;
  const [only, ...others] = upstreamsOf(draft, follower).filter(
    (upstream) => freeSenders(draft, upstream).length > 0,
  );
  const sender = only === undefined ? undefined : freeSenders(draft, only)[0];
  if (only === undefined || sender === undefined || others.length > 0) return null;
  const upstream = only;
  return {
    upstream,
    sender,
    certainty: 'guessed',
    evidence: [
      evidence(
        (nameOf) =>
          say`${nameOf(upstreamKey(draft, upstream))} is the only server of the same system with a walsender for it`,
        follower,
      ),
    ],
  };
}

function leaveOpen(draft: Draft, follower: Follower): void {
  const { address, node, receiver, server } = follower;
  const answer = node.answer;
  if (answer === null) return;
  if (address === null) {
    const isPaused = server.fast.receiver === null;
    draft.skipped.push((nameOf) =>
      isPaused
        ? say`${nameOf(node.key)} is a standby that receives from nobody now, and from whom it would could not be told.`
        : say`From which server ${nameOf(node.key)} receives could not be told.`,
    );
    return;
  }
  if (serverAt(draft.servers, address) !== null) {
    const place = formatEndpoint(address);
    draft.skipped.push(
      (nameOf) =>
        say`${nameOf(node.key)} receives from ${place}, where from here a server answers that does not serve it.`,
    );
    return;
  }
  const upstream = addressNode(draft, address, node.database, answer, {
    hints: ['primary'],
    evidence: [saidBy(follower, address)],
  });
  draft.edges.push({
    kind: 'streaming',
    from: upstream.key,
    to: node.key,
    slot: follower.slot,
    certainty: receiver === null ? 'guessed' : 'seen',
    evidence: [saidBy(follower, address)],
  });
}

/** Walsenders of an upstream that fit what the standby says of itself, the most telling first. */
function rowsOf(draft: Draft, upstream: Server, follower: Follower): readonly SenderFacts[] {
  const { receiver, slot } = follower;
  if (receiver === null) return [];
  if (receiver.slotName !== null) {
    const held = upstream.fast.slots.find(({ name, type }) => name === slot && type === 'physical');
    const sender = held === undefined ? null : senderOfSlot(upstream, held);
    return sender === null || isClaimed(draft, upstream, sender) ? [] : [sender];
  }
  const free = freeSenders(draft, upstream).filter(
    (sender) =>
      sender.applicationName === receiver.applicationName &&
      slotOfSender(upstream, sender.pid) === null,
  );
  const host = follower.node.answer?.endpoint.host;
  return free.toSorted(
    (a, b) => Number(b.clientAddress === host) - Number(a.clientAddress === host),
  );
}

/** Walsenders for standbys that serve nobody in the draft yet. */
export function freeSenders(draft: Draft, server: Server): readonly SenderFacts[] {
  return physicalSenders(server).filter((sender) => !isClaimed(draft, server, sender));
}

function isClaimed(draft: Draft, server: Server, { pid }: SenderFacts): boolean {
  return draft.claimedSenders.has(claimKey(server, pid));
}

/** The key of the node that a walsender shows and that did not answer. */
export function senderKey(server: Server, { pid }: SenderFacts): string {
  return `sender:${server.key}/${pid}`;
}

function addEdge(draft: Draft, follower: Follower, match: Match): void {
  const { upstream, sender, certainty, evidence: shown } = match;
  const { node, slot } = follower;
  const read = sender === null ? null : slotOfSender(upstream, sender.pid);
  const used = read?.name ?? slot;
  if (sender !== null) draft.claimedSenders.add(claimKey(upstream, sender.pid));
  if (used !== null) draft.claimedSlots.add(claimKey(upstream, used));
  draft.hintAt(node.key, [
    ...(sender?.applicationName ? [sender.applicationName] : []),
    ...(used === null ? [] : [used]),
  ]);
  draft.edges.push({
    kind: 'streaming',
    from: upstreamKey(draft, upstream, node.database),
    to: node.key,
    slot: used,
    certainty,
    evidence: shown,
  });
}

/** Of several databases of a server that one which the standby was reached by. */
function upstreamKey(draft: Draft, server: Server, database: string | null = null): string {
  const { fast } = server;
  return draft.nodeOf(server, database)?.key ?? nodeKey(server, fast.database);
}

export function senderEvidence(
  server: Server,
  { applicationName, clientAddress, pid }: SenderFacts,
  draft: Draft,
): DraftEvidence {
  const slot = slotOfSender(server, pid)?.name ?? commandOf(server, pid)?.slot ?? null;
  const who = [
    ...(clientAddress === null ? [] : [`client_addr ${clientAddress}`]),
    ...(applicationName ? [`application_name ${applicationName}`] : []),
    ...(slot === null ? [] : [say`slot ${slot}`]),
  ].join(', ');
  return {
    text: (nameOf) =>
      say`${who === '' ? say`walsender ${pid}` : who} in pg_stat_replication on ${nameOf(upstreamKey(draft, server))}`,
    atMs: server.answers[0]?.atMs ?? null,
  };
}

function saidBy(follower: Follower, address: Endpoint): DraftEvidence {
  const place = formatEndpoint(address);
  return evidence(
    (nameOf) => say`${place} in ${follower.said} on ${nameOf(follower.node.key)}`,
    follower,
  );
}

function evidence(text: DraftEvidence['text'], { node }: Follower): DraftEvidence {
  return { text, atMs: node.answer?.atMs ?? null };
}

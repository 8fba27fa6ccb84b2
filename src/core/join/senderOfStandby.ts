import { isLoopback } from '../endpoint';
import type { FastFacts, ReceiverFacts, SenderFacts, SlotFacts } from '../facts';
import type { NodeView } from './scene';

/** Which row of pg_stat_replication serves a standby, or why that cannot be said. */
export type SenderMatch =
  | { readonly kind: 'found'; readonly sender: SenderFacts; readonly slot: SlotFacts | null }
  | { readonly kind: 'none'; readonly slot: SlotFacts | null }
  /** Several fit and nothing tells them apart. */
  | { readonly kind: 'ambiguous' }
  /** The standby has a receiver, but our role there may not see whose. */
  | { readonly kind: 'hidden' }
  /** The standby was never read and has no slot; some sender may be its. */
  | { readonly kind: 'unidentified' };

const SYNC_SLOT = /^pg_\d+_sync_\d+_\d+$/;

/** Table sync slots (`pg_<suboid>_sync_<relid>_<sysid>`) and their senders belong to their subscription. */
export function isTableSyncName(name: string): boolean {
  return SYNC_SLOT.test(name);
}

interface Seeker {
  readonly view: NodeView;
  readonly applicationName: string;
}

/**
 * Finds for each standby its sender on one upstream: by the slot that the receiver uses or the file names (`active_pid`), else by
 * `application_name`, then by address. Never guesses: what stays open is `ambiguous`.
 * @returns one match for each standby, whatever the order of standbys, senders and slots.
 */
export function matchSenders(
  upstream: FastFacts,
  standbys: readonly NodeView[],
): ReadonlyMap<string, SenderMatch> {
  const matches = new Map<string, SenderMatch>();
  const seekers: Seeker[] = [];
  const rows = indexRows(upstream);
  const free = freeSenders(upstream);
  for (const standby of standbys) {
    const receiver = lastReceiver(standby);
    const bySlot = matchBySlot(rows, standby, receiver);
    if (bySlot !== null) matches.set(standby.node.id, bySlot);
    else if (receiver === null) {
      // An absent receiver is a fact only when the standby itself says so now.
      const isCertain = standby.fast !== null || free.length === 0;
      matches.set(
        standby.node.id,
        isCertain ? { kind: 'none', slot: slotOf(rows, standby, null) } : { kind: 'unidentified' },
      );
    } else if (receiver.applicationName === null) matches.set(standby.node.id, { kind: 'hidden' });
    else seekers.push({ view: standby, applicationName: receiver.applicationName });
  }
  const taken = new Set<number>();
  for (const match of matches.values()) if (match.kind === 'found') taken.add(match.sender.pid);
  for (const [name, group] of groupByName(seekers)) {
    const senders = free.filter(
      (sender) => sender.applicationName === name && !taken.has(sender.pid),
    );
    for (const [id, match] of matchByName(rows, group, senders)) matches.set(id, match);
  }
  return matches;
}

/** Senders of standbys that use no slot: not of a logical reader, not pg_basebackup. */
function freeSenders(upstream: FastFacts): readonly SenderFacts[] {
  const slotPids = new Set(upstream.slots.map((slot) => slot.activePid));
  return upstream.senders.filter((sender) => !slotPids.has(sender.pid) && isStandbySender(sender));
}

export function isStandbySender(sender: SenderFacts): boolean {
  if (sender.state === 'backup' || sender.applicationName === 'pg_basebackup') return false;
  return !isTableSyncName(sender.applicationName ?? '');
}

/** The receiver as last seen: a standby that is away now still has the names it had. */
function lastReceiver(standby: NodeView): ReceiverFacts | null {
  return (standby.fast ?? standby.sample.fast)?.receiver ?? null;
}

/** A server's rows by what they are looked up by, made once for all its standbys. */
interface Rows {
  readonly slots: ReadonlyMap<string, SlotFacts>;
  readonly senders: ReadonlyMap<number, SenderFacts>;
}

function indexRows(upstream: FastFacts): Rows {
  return {
    slots: new Map(upstream.slots.map((slot) => [slot.name, slot])),
    senders: new Map(upstream.senders.map((sender) => [sender.pid, sender])),
  };
}

function slotOf(rows: Rows, standby: NodeView, receiver: ReceiverFacts | null): SlotFacts | null {
  for (const name of [receiver?.slotName ?? null, standby.node.slot]) {
    if (name === null) continue;
    const slot = rows.slots.get(name);
    if (slot?.type === 'physical') return slot;
  }
  return null;
}

function matchBySlot(
  rows: Rows,
  standby: NodeView,
  receiver: ReceiverFacts | null,
): SenderMatch | null {
  const slot = slotOf(rows, standby, receiver);
  if (slot !== null) {
    const sender = slot.activePid === null ? undefined : rows.senders.get(slot.activePid);
    if (sender !== undefined) return { kind: 'found', sender, slot };
    // The receiver says that it uses this very slot, so no other sender can be its.
    if (receiver === null || receiver.slotName === slot.name || !receiver.isVisible) {
      return { kind: 'none', slot };
    }
  }
  // A slot that this server does not have: the receiver streams from elsewhere.
  if (slot === null && receiver !== null && receiver.slotName !== null) {
    return { kind: 'none', slot: null };
  }
  return null;
}

function groupByName(seekers: readonly Seeker[]): ReadonlyMap<string, readonly NodeView[]> {
  const groups = new Map<string, NodeView[]>();
  for (const { view, applicationName } of seekers) {
    const group = groups.get(applicationName);
    if (group === undefined) groups.set(applicationName, [view]);
    else group.push(view);
  }
  return groups;
}

function matchByName(
  rows: Rows,
  standbys: readonly NodeView[],
  senders: readonly SenderFacts[],
): ReadonlyMap<string, SenderMatch> {
  const matches = new Map<string, SenderMatch>();
  const byAddress = new Map<string, SenderFacts>();
  if (standbys.length > 1 || senders.length > 1) {
    for (const standby of standbys) {
      const sender = soleSenderAtAddressOf(standby, standbys, senders);
      if (sender !== null) byAddress.set(standby.node.id, sender);
    }
  }
  const taken = new Set([...byAddress.values()].map((sender) => sender.pid));
  const openSenders = senders.filter((sender) => !taken.has(sender.pid));
  const openStandbys = standbys.filter((standby) => !byAddress.has(standby.node.id));
  for (const standby of standbys) {
    const slot = slotOf(rows, standby, null);
    const addressed = byAddress.get(standby.node.id);
    const [only] = openSenders;
    if (addressed !== undefined)
      matches.set(standby.node.id, { kind: 'found', sender: addressed, slot });
    else if (only === undefined) matches.set(standby.node.id, { kind: 'none', slot });
    else if (openSenders.length === 1 && openStandbys.length === 1) {
      matches.set(standby.node.id, { kind: 'found', sender: only, slot });
    } else matches.set(standby.node.id, { kind: 'ambiguous' });
  }
  return matches;
}

/** Loopback addresses tell nothing: through tunnels every server is 127.0.0.1. */
function soleSenderAtAddressOf(
  standby: NodeView,
  standbys: readonly NodeView[],
  senders: readonly SenderFacts[],
): SenderFacts | null {
  const host = standby.sample.endpoint?.host ?? null;
  if (host === null || isLoopback(host)) return null;
  if (standbys.some((other) => other !== standby && other.sample.endpoint?.host === host))
    return null;
  const there = senders.filter((sender) => sender.clientAddress === host);
  return there.length === 1 ? (there[0] ?? null) : null;
}

import type { SenderFacts, SlotFacts } from '../facts';
import { isTableSyncName } from '../join/senderOfStandby';
import type { Server } from './servers';

/** What a walsender was told to do, as far as our role may see it. */
export interface SenderCommand {
  readonly isLogical: boolean;
  readonly slot: string | null;
  /** As Postgres' own subscriptions write them; `null` where another program reads the slot. */
  readonly publications: readonly string[] | null;
}

/** Programs that receive WAL and are no server. */
const TOOLS =
  /^(?:pg_basebackup|pg_receivewal|pg_recvlogical|pg_rewind|barman.*|pgbackrest.*|wal-?g.*|pg_probackup.*|pg_createsubscriber.*)$/iu;

export function isTool({ applicationName, state }: SenderFacts): boolean {
  return state === 'backup' || TOOLS.test(applicationName ?? '');
}

/** The command of a walsender; `null` where our role may not see it, or it starts nothing. */
export function commandOf(server: Server, pid: number): SenderCommand | null {
  for (const { facts } of server.answers) {
    const query = facts.senderCommands.find((command) => command.pid === pid)?.query ?? null;
    const command = query === null ? null : readCommand(query);
    if (command !== null) return command;
  }
  return null;
}

/**
 * Reads START_REPLICATION. A subscription's worker writes the options bare and each publication in double quotes; drivers and
 * change-data tools that speak the same protocol do one or the other differently.
 */
export function readCommand(query: string): SenderCommand | null {
  const match =
    /^\s*START_REPLICATION\s+(?:SLOT\s+(?:"((?:[^"]|"")+)"|(\S+))\s+)?(LOGICAL|PHYSICAL)?/u.exec(
      query,
    );
  if (match === null) return null;
  const isLogical = match[3] === 'LOGICAL';
  return {
    isLogical,
    slot: match[1]?.replaceAll('""', '"') ?? match[2] ?? null,
    publications: isLogical && match[1] !== undefined ? publicationsIn(query) : null,
  };
}

function publicationsIn(query: string): readonly string[] | null {
  const list = /[(,]\s*publication_names\s+'((?:[^']|'')*)'/u
    .exec(query)?.[1]
    ?.replaceAll("''", "'");
  if (list === undefined || !/^(?:"(?:[^"]|"")+"(?:,\s*|$))+$/u.test(list)) return null;
  return Array.from(list.matchAll(/"((?:[^"]|"")+)"/gu), (match) =>
    (match[1] ?? '').replaceAll('""', '"'),
  );
}

/**
 * Walsenders that may serve a standby: not of a logical reader, no backup. One that only begins may be either, so it is none; where its
 * state is hidden from our role, one that is called as a logical slot is taken for its reader.
 */
export function physicalSenders(server: Server): readonly SenderFacts[] {
  const slots = server.fast.slots.filter(({ type }) => type === 'logical');
  const pids = new Set(slots.map(({ activePid }) => activePid));
  const names = new Set(slots.map(({ name }) => name));
  return server.fast.senders.filter(
    (sender) =>
      !pids.has(sender.pid) &&
      (sender.state === null
        ? !names.has(sender.applicationName ?? '')
        : sender.state === 'streaming' || sender.state === 'catchup') &&
      !isTool(sender) &&
      !isTableSyncName(sender.applicationName ?? '') &&
      commandOf(server, sender.pid)?.isLogical !== true,
  );
}

/** The slot that a walsender reads; `null`: none. */
export function slotOfSender(server: Server, pid: number): SlotFacts | null {
  return server.fast.slots.find(({ activePid }) => activePid === pid) ?? null;
}

/** The walsender that reads a slot; `null` while nobody does, or what reads it is no walsender. */
export function senderOfSlot(server: Server, slot: SlotFacts): SenderFacts | null {
  if (slot.activePid === null) return null;
  return server.fast.senders.find(({ pid }) => pid === slot.activePid) ?? null;
}

/** Slots of others that lead nowhere: copies kept for a failover, table copies, temporary ones. */
export function isOwnSlot(slot: SlotFacts): boolean {
  return !slot.isTemporary && slot.isSynced !== true && !isTableSyncName(slot.name);
}

export function claimKey(server: Server, what: string | number): string {
  return `${server.key}|${what}`;
}

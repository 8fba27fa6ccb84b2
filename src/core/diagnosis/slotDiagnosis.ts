import { formatBytes, formatBytesOf, formatEstimate } from '../format';
import { worstHealth } from '../join/severity';
import { say } from '../say';
import type { EdgeSnapshot, SlotSnapshot } from '../snapshot';
import { command, configuration, statement } from './actions';
import type { Diagnosis } from './diagnosis';
import { fact, makeDiagnosis, speakFor, type About, type Finding } from './makeDiagnosis';
import { shownId } from './names';
import { slotSubject, type Picture } from './picture';

/** What is said of a slot: who should read it, what it keeps, and how long until it is lost. */
export function diagnoseSlot(picture: Picture, slot: SlotSnapshot): readonly Diagnosis[] {
  const about: About = { subject: slotSubject(slot), nodeId: slot.nodeId, verdict: slot.verdict };
  const evidence = factsOf(picture, slot);
  const own = speakFor(about, { evidence, ...findingOf(picture, slot) });
  const limit = picture.snapshot.topology.thresholds.retainedWalBytes ?? null;
  const isBeyond = limit !== null && (slot.retainedWalBytes ?? 0) >= limit;
  if (!isBeyond || own.code === 'nearFileLimit') return [own];
  return [own, makeDiagnosis(about, { evidence, ...fileLimit(slot, limit), sinceMs: null })];
}

function findingOf(picture: Picture, slot: SlotSnapshot): Finding {
  const { verdict, name, nodeId } = slot;
  const { code } = verdict;
  const reader = slot.consumer === null ? null : shownId(slot.consumer);
  const edge = edgeOf(picture, slot);
  switch (code) {
    case 'slotLost':
      return {
        code,
        title: say`Slot ${name} on ${nodeId} is lost: the WAL that it stood for is gone.`,
        detail: [
          verdict.params.reason === undefined
            ? null
            : say`The server says ${verdict.params.reason}.`,
          reader === null
            ? say`It is of no use any more.`
            : say`${reader} must be ${slot.type === 'physical' ? say`cloned again` : say`made anew and copied again`}.`,
        ],
        followsFrom: edge !== null && edge.verdict.code === 'slotLost' ? edge.id : null,
        actions: [command('dropSlot', slotSubject(slot))],
      };
    case 'nearLimit':
      return slot.toLimit?.by === 'file' && slot.walStatus !== 'unreserved'
        ? fileLimit(slot, slot.toLimit.limitBytes)
        : nearLimit(slot, reader);
    case 'orphan':
      return {
        code,
        title:
          slot.tableSync?.isLeft === true
            ? say`Slot ${name} on ${nodeId} was left by a copy of a table that is over${keeps(slot)}.`
            : say`Nobody reads slot ${name} on ${nodeId}${keeps(slot)}, and nobody of the file should.`,
        detail: [
          say`It keeps WAL until the disk is full or the slot is dropped; a logical one keeps old rows of the catalogs, too.`,
          slot.limitBytes === null ? say`The server has no limit for what slots keep.` : null,
        ],
        actions: [
          command('dropSlot', slotSubject(slot)),
          command('showDifferences', nodeId),
          slot.limitBytes === null
            ? configuration(
                nodeId,
                'max_slot_wal_keep_size = 10GB',
                say`A slot that keeps more is lost instead of filling the disk. Needs a reload.`,
              )
            : null,
        ],
      };
    case 'notStreaming':
      return {
        code,
        title: say`${reader ?? say`Its reader`} does not read slot ${name} on ${nodeId}${keeps(slot)}.`,
        detail: [
          say`What it keeps is not lag, but it grows until its reader is back.`,
          outlook(slot),
        ],
        followsFrom: edge !== null && isTrouble(edge) ? edge.id : null,
        actions: [command('refresh', nodeId), command('dropSlot', slotSubject(slot))],
      };
    case 'healthy':
      return {
        code,
        title: say`Slot ${name} on ${nodeId} ${slot.isActive ? say`is read${reader === null ? '' : say` by ${reader}`}` : say`is kept for a failover`}${keeps(slot)}.`,
        detail: [outlook(slot)],
      };
    default:
      return {
        code,
        title: say`Whose slot ${name} on ${nodeId} is, is not known now${keeps(slot)}.`,
        actions: [command('refresh', nodeId)],
      };
  }
}

function nearLimit(slot: SlotSnapshot, reader: string | null): Finding {
  const { name, nodeId, toLimit } = slot;
  const ms = toLimit?.by === 'server' && toLimit.pace === 'approaching' ? toLimit.ms : null;
  const kept = slot.retainedWalBytes;
  const limit = toLimit?.by === 'server' ? toLimit.limitBytes : slot.limitBytes;
  const size = kept === null || limit === null ? null : formatBytesOf(kept, limit);
  const when =
    ms === null ? say`may be lost with the next checkpoint` : say`is lost in ${formatEstimate(ms)}`;
  return {
    code: 'nearLimit',
    title: say`Slot ${name} on ${nodeId} ${when}${size === null ? '' : say`: it keeps ${size}`}.`,
    detail: [
      slot.isActive
        ? say`${reader ?? say`Its reader`} reads it, but not fast enough.`
        : say`${reader === null ? say`Nobody` : say`${reader} does not`} ${reader === null ? say`reads` : say`read`} it.`,
      say`Beyond max_slot_wal_keep_size the server removes the WAL, and the reader must start anew.`,
    ],
    actions: [
      statement(
        nodeId,
        () => 'ALTER SYSTEM SET max_slot_wal_keep_size = -1;',
        say`With SELECT pg_reload_conf(): no limit, so that no slot is lost; then watch the disk.`,
      ),
      configuration(
        nodeId,
        `max_slot_wal_keep_size = ${limit === null ? '20GB' : `${Math.ceil((limit * 2) / 1024 ** 2)}MB`}`,
        say`The same by hand: room for its reader to come back. Needs a reload.`,
      ),
      command('dropSlot', slotSubject(slot)),
    ],
  };
}

/** The user's own limit, beyond which nothing happens by itself. */
function fileLimit(slot: SlotSnapshot, limitBytes: number): Finding {
  const { toLimit, name, nodeId, retainedWalBytes: kept } = slot;
  const size = kept === null ? '' : say` keeps ${formatBytes(kept)}:`;
  const limit = say`the ${formatBytes(limitBytes)} of thresholds.retainedWal`;
  const isBeyond = kept !== null && kept >= limitBytes;
  const ms = toLimit?.by === 'file' && toLimit.pace === 'approaching' ? toLimit.ms : null;
  return {
    code: 'nearFileLimit',
    health: worstHealth(['warning', slot.verdict.health]),
    title: isBeyond
      ? say`Slot ${name} on ${nodeId}${size} more than ${limit}.`
      : say`Slot ${name} on ${nodeId}${size} it reaches ${limit}${ms === null ? say` soon` : say` in ${formatEstimate(ms)}`}.`,
    detail: [say`The server removes nothing by itself: its disk fills.`],
    actions: [
      slot.isActive ? null : command('dropSlot', slotSubject(slot)),
      configuration(
        nodeId,
        `max_slot_wal_keep_size = ${Math.ceil((limitBytes * 2) / 1024 ** 2)}MB`,
        say`The server then gives up a slot before its disk is full; its reader must start anew. Needs a reload.`,
      ),
      command('openTopologyFile', nodeId),
    ],
  };
}

function keeps({ retainedWalBytes: kept }: SlotSnapshot): string {
  return kept === null ? '' : say`; it keeps ${formatBytes(kept)} of WAL`;
}

function outlook({ toLimit }: SlotSnapshot): string | null {
  if (toLimit?.pace !== 'approaching' || toLimit.ms === null) return null;
  const limit = formatBytes(toLimit.limitBytes);
  return toLimit.by === 'server'
    ? say`It reaches ${limit}, where it is lost, in ${formatEstimate(toLimit.ms)}.`
    : say`It reaches ${limit}, the limit of the topology file, in ${formatEstimate(toLimit.ms)}.`;
}

/** The edge that reads it. */
function edgeOf(picture: Picture, slot: SlotSnapshot): EdgeSnapshot | null {
  return picture.outgoing(slot.nodeId).find((edge) => edge.slotName === slot.name) ?? null;
}

function isTrouble({ verdict }: EdgeSnapshot): boolean {
  return verdict.health === 'error' || verdict.health === 'warning';
}

function factsOf(picture: Picture, slot: SlotSnapshot) {
  const node = picture.node(slot.nodeId);
  const at = {
    nodeId: slot.nodeId,
    atMs: node?.sample.fastAtMs ?? null,
    scope: { version: picture.version(slot.nodeId), slot: slot.name, subscription: null },
  };
  const rows: readonly (readonly [string, string | null])[] = [
    [say`State`, slot.isActive ? say`active` : say`inactive`],
    [say`Keeps`, slot.retainedWalBytes === null ? null : formatBytes(slot.retainedWalBytes)],
    [say`WAL status`, slot.walStatus],
    [
      say`Left until it is lost`,
      slot.safeWalBytes === null ? null : formatBytes(Math.max(0, slot.safeWalBytes)),
    ],
    [say`Invalidated`, slot.invalidationReason],
    [say`Read by`, slot.reader === null ? null : say`pid ${slot.reader.pid}`],
  ];
  return rows.flatMap(([label, value]) =>
    value === null ? [] : [fact(label, value, 'pg_replication_slots', at)],
  );
}

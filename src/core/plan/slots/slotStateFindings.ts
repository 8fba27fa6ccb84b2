import { say } from '../../say';
import type { Finding } from '../finding';
import { errorFinding, listNames, noteFinding, warningFinding } from '../findingParts';
import type { CatalogSlot, NodeCatalog, SlotReader } from '../nodeCatalog';
import type { PlanContext } from '../requests';

/** What the slot itself says of being dropped: who reads it, whose copy it is, what goes with it. */
export function slotStateFindings(
  context: PlanContext,
  catalog: NodeCatalog,
  slot: CatalogSlot,
): readonly Finding[] {
  const { nodeId, server } = catalog;
  const { name } = slot;
  if (slot.isSynced === true && server.isInRecovery) {
    return [
      errorFinding(
        'slotInUse',
        nodeId,
        say`${name} on ${nodeId} is the copy that a standby keeps of its primary's failover slot; the server refuses to drop it (55000).`,
        say`Drop the slot on the primary: its copies go with it.`,
      ),
    ];
  }
  return [
    ...(slot.isActive ? [activeFinding(nodeId, slot)] : []),
    ...(slot.isTemporary && !slot.isActive
      ? [
          noteFinding(
            'slotInUse',
            nodeId,
            say`${name} on ${nodeId} is temporary: it goes by itself with the session that made it.`,
          ),
        ]
      : []),
    ...(slot.isFailover === true ? [failoverFinding(context, catalog, slot)] : []),
    ...(slot.walStatus === 'lost' ? [lostNote(nodeId, slot)] : []),
  ];
}

function activeFinding(nodeId: string, { name, reader, isTemporary }: CatalogSlot): Finding {
  return errorFinding(
    'slotInUse',
    nodeId,
    say`The slot ${name} on ${nodeId} is read now${reader === null ? '' : say` by ${readerWords(reader)}`} (55006).`,
    isTemporary
      ? say`It is temporary and goes by itself when that session ends.`
      : say`Stop its reader first.`,
  );
}

function readerWords({ pid, user, applicationName, clientAddress }: SlotReader): string {
  const parts = [
    ...(applicationName === '' ? [] : [applicationName]),
    ...(user === null ? [] : [say`as ${user}`]),
    ...(clientAddress === null ? [] : [say`from ${clientAddress}`]),
  ];
  return say`pid ${pid}${parts.length === 0 ? '' : ` (${parts.join(' ')})`}`;
}

function failoverFinding(
  context: PlanContext,
  { nodeId }: NodeCatalog,
  { name }: CatalogSlot,
): Finding {
  const standbys = context.topology.nodes
    .filter((node) => node.standbyOf === nodeId)
    .map(({ id }) => id);
  return warningFinding(
    'slotInUse',
    nodeId,
    say`${name} on ${nodeId} is a failover slot: the copies that standbys keep of it${standbys.length === 0 ? '' : ` (${listNames(standbys)})`} go with it, and after a promotion its reader would find none.`,
  );
}

function lostNote(nodeId: string, { name, invalidationReason }: CatalogSlot): Finding {
  const why = invalidationReason === null ? '' : ` (${invalidationReason})`;
  return noteFinding(
    'slotLost',
    nodeId,
    say`The slot ${name} on ${nodeId} is lost${why}: it keeps nothing, and nothing comes by it again.`,
  );
}

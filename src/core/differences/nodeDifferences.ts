import { say } from '../say';
import { databasePeersOf, peersOf, type ComparedNode, type Comparison } from './comparedNodes';
import type { Difference } from './difference';
import { makeDifference, NODE } from './makeDifference';

/** What a server is, held against what the file says it is: its role, its upstream, and whether it is that server at all. */
export function nodeDifferences(comparison: Comparison, node: ComparedNode): readonly Difference[] {
  const rivals = splitBrain(node);
  return [
    ...(rivals === null ? [] : [rivals]),
    ...sameNode(comparison, node),
    ...role(comparison, node),
  ];
}

/** Another server than the one seen before, or than the rest of its system: nothing else of it can be compared. */
export function otherSystem({ snapshot, declared: { id } }: ComparedNode): Difference | null {
  const { code, params } = snapshot.verdict;
  if (code !== 'wrongSystem') return null;
  return makeDifference({
    code: 'otherSystem',
    nodeId: id,
    subject: NODE,
    path: ['nodes', id, 'connection'],
    severity: 'error',
    message: say`${id} is not the server seen before: ${params.reason ?? say`its system identifier is another`}.`,
    live: params.reason ?? null,
  });
}

function splitBrain({ snapshot, declared: { id } }: ComparedNode): Difference | null {
  const { code, params } = snapshot.verdict;
  if (code !== 'splitBrain') return null;
  const others = params.otherNodes ?? [];
  const names = [id, ...others];
  return makeDifference({
    code: 'splitBrain',
    nodeId: id,
    subject: NODE,
    path: ['nodes', id],
    severity: 'error',
    message: say`${names.length} writable nodes of one system: ${names.join(', ')}. Changes are refused until you choose one.`,
    live: say`writable`,
  });
}

/** Said at the later of the two. */
function sameNode(comparison: Comparison, node: ComparedNode): readonly Difference[] {
  const { id } = node.declared;
  const order = [...comparison.nodes.keys()];
  return databasePeersOf(comparison, node)
    .map((peer) => peer.declared.id)
    .filter((other) => order.indexOf(other) < order.indexOf(id))
    .map((other) =>
      makeDifference({
        code: 'sameNode',
        nodeId: id,
        subject: NODE,
        detail: other,
        path: ['nodes', id, 'connection'],
        message: say`${other} and ${id} are the same node: one server, one database.`,
        declared: say`a node of its own`,
        live: say`database ${node.fast.database} of the server of ${other}`,
      }),
    );
}

function role(comparison: Comparison, node: ComparedNode): readonly Difference[] {
  const { declared, fast } = node;
  const { id, standbyOf } = declared;
  const path = ['nodes', id, 'standbyOf'];
  const shared = { nodeId: id, subject: NODE, path };
  if (standbyOf === null) {
    if (!fast.isInRecovery) return [];
    const upstream = upstreamBySlot(comparison, node);
    return [
      makeDifference({
        ...shared,
        code: 'role',
        message: say`${id} is declared no standby, but the server is a standby.`,
        declared: say`primary`,
        live: upstream === null ? say`standby` : say`standby of ${upstream}`,
        fileChanges: upstream === null ? [] : [{ path, value: upstream }],
      }),
    ];
  }
  if (!fast.isInRecovery) {
    return [
      makeDifference({
        ...shared,
        code: 'role',
        message: say`${id} is declared a standby, but the server is a primary.`,
        declared: say`standby of ${standbyOf}`,
        live: say`primary`,
        fileChanges: [
          { path, value: undefined },
          ...(declared.slot === null ? [] : [{ path: ['nodes', id, 'slot'], value: undefined }]),
        ],
      }),
    ];
  }
  const upstream = upstreamBySlot(comparison, node);
  const said = comparison.nodes.get(standbyOf);
  // Of an upstream that cannot be read nobody can say that it is not the one.
  if (upstream === null || said === undefined || upstream === standbyOf) return [];
  if (peersOf(comparison, said).some((peer) => peer.declared.id === upstream)) return [];
  return [
    makeDifference({
      ...shared,
      code: 'upstream',
      message: say`${id} is declared a standby of ${standbyOf}, but streams from ${upstream}.`,
      declared: say`standby of ${standbyOf}`,
      live: say`standby of ${upstream}`,
      fileChanges: [{ path, value: upstream }],
    }),
  ];
}

/** The one server of its system that has the standby's slot, and a sender at it; `null` when nothing tells for certain. */
function upstreamBySlot(comparison: Comparison, node: ComparedNode): string | null {
  const slotName = node.fast.receiver?.slotName ?? null;
  const { systemIdentifier } = node.fast;
  if (slotName === null || systemIdentifier === null) return null;
  const found = [...comparison.nodes.values()].filter(
    (other) =>
      other !== node &&
      other.fast.systemIdentifier === systemIdentifier &&
      other.fast.slots.some(
        ({ name, type, isActive }) => name === slotName && type === 'physical' && isActive,
      ),
  );
  const [first] = found;
  if (first === undefined) return null;
  const isOneServer = found.every((other) => peersOf(comparison, first).includes(other));
  return isOneServer ? first.declared.id : null;
}

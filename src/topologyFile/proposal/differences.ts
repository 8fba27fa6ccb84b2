import type {
  ProposalChoices,
  ProposedEdge,
  ProposedNode,
  ProposedPublication,
  TopologyProposal,
} from '../../core/discovery/proposal';
import { say } from '../../core/say';
import { deriveSlotName } from '../../core/slotName';
import { formatTableName } from '../../core/tableName';
import type { DeclaredPublication, Topology, TopologyNode } from '../../core/topology';
import { show } from './nodeKeys';
import type { NodeKeys } from './nodeKeys';

const KEPT = say`The file was left as it is.`;

/** Finished sentences about what the file says otherwise than what was found. What it leaves out is no difference. */
export function proposalDifferences(
  file: Topology,
  proposal: TopologyProposal,
  choices: ProposalChoices,
  { keys }: Pick<NodeKeys, 'keys'>,
): readonly string[] {
  const known = (id: string): TopologyNode | undefined =>
    file.nodes.find((node) => node.id === keys.get(id));
  return [
    ...proposal.nodes.flatMap((node) => {
      const declared = known(node.id);
      return declared === undefined ? [] : nodeDifferences(declared, node, choices);
    }),
    ...proposal.edges.flatMap((edge) => {
      const declared = known(edge.kind === 'queue' ? edge.from : edge.to);
      const other = keys.get(edge.kind === 'queue' ? edge.to : edge.from);
      if (declared === undefined || other === undefined) return [];
      return edgeDifferences(declared, edge, other);
    }),
    ...proposal.consumers.flatMap(({ id, node, slot }) => {
      const declared = file.consumers.find((consumer) => consumer.id === id);
      const key = keys.get(node);
      if (declared === undefined || key === undefined) return [];
      if (declared.node === key && declared.slot === slot) return [];
      return say`Consumer ${show(id)} reads slot ${show(declared.slot)} of ${show(declared.node)} in the file, but ${show(slot)} of ${show(key)} was found. ${KEPT}`;
    }),
  ];
}

function nodeDifferences(
  declared: TopologyNode,
  node: ProposedNode,
  choices: ProposalChoices,
): readonly string[] {
  const address = choices.addresses.get(node.id);
  const { host, port = '5432' } = declared.connection;
  const isMoved = address !== undefined && (address.host !== host || String(address.port) !== port);
  return [
    ...(isMoved
      ? [
          say`${show(declared.id)} has another address in the file than ${show(address.host)}:${address.port}. ${KEPT}`,
        ]
      : []),
    ...node.publications.flatMap((publication) => {
      const other = declared.publications.find(({ name }) => name === publication.name);
      if (other === undefined || isSamePublication(other, publication)) return [];
      return say`Publication ${show(other.name)} of ${show(declared.id)} publishes other tables in the file than on the server. ${KEPT}`;
    }),
  ];
}

function isSamePublication(declared: DeclaredPublication, found: ProposedPublication): boolean {
  if (declared.allTables || found.allTables) return declared.allTables === found.allTables;
  return (
    sameNames(declared.schemas, found.schemas) &&
    sameNames(declared.tables.map(formatTableName), found.tables.map(formatTableName))
  );
}

function edgeDifferences(
  declared: TopologyNode,
  edge: ProposedEdge,
  other: string,
): readonly string[] {
  const id = show(declared.id);
  if (edge.kind === 'streaming') {
    const { standbyOf, slot } = declared;
    if (standbyOf !== null && standbyOf !== other) {
      return [
        say`${id} is a standby of ${show(standbyOf)} in the file, but ${show(other)} was found. ${KEPT}`,
      ];
    }
    if (slot === null || edge.slot === null || slot === edge.slot) return [];
    return [
      say`${id} uses slot ${show(slot)} in the file, but ${show(edge.slot)} was found. ${KEPT}`,
    ];
  }
  if (edge.kind === 'queue') {
    const primary = declared.pendingSync?.primary ?? other;
    if (primary === other) return [];
    return [
      say`The queue of ${id} is drained to ${show(primary)} in the file, but ${show(other)} was found. ${KEPT}`,
    ];
  }
  const subscription = declared.subscriptions.find(({ name }) => name === edge.subscription);
  if (subscription === undefined) return [];
  const slot = edge.slot ?? deriveSlotName(edge.subscription);
  const isSame =
    subscription.publisher === other &&
    subscription.slotName === slot &&
    (edge.publications.length === 0 || sameNames(subscription.publications, edge.publications));
  if (isSame) return [];
  return [
    say`Subscription ${show(subscription.name)} of ${id} has another publisher, slot or other publications in the file than on the server. ${KEPT}`,
  ];
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  const names = new Set(left);
  return names.size === new Set(right).size && right.every((name) => names.has(name));
}

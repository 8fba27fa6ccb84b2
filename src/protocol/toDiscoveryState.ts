import type {
  Evidence,
  ProposedEdge,
  ProposedNode,
  TopologyProposal,
} from '../core/discovery/proposal';
import { formatCounted } from '../core/format';
import { say } from '../core/say';
import type { ConnectionParams, TableName } from '../core/topology';
import type { DiscoveryEdge, DiscoveryNode, DiscoveryState } from './discoveryState';

/** What is shown of a connection beside host and port; nothing else of it travels, whatever it holds. */
const SHOWN_PARAMS: readonly (readonly [keyword: string, label: string])[] = [
  ['dbname', say`Database`],
  ['user', say`User`],
  ['sslmode', 'TLS'],
  ['service', say`Service`],
];
/** So many tables are named; the rest is a number. */
const NAMED_TABLES = 5;

/**
 * A proposal as it travels to the map: no secret, and the lists in it are copies.
 * @param keys what stays the same of each node, by its id; `null`: nothing of it can be looked at again
 */
export function toDiscoveryState(
  proposal: TopologyProposal,
  title: string,
  takenNames: readonly string[] = [],
  keys: ReadonlyMap<string, string> | null = null,
): DiscoveryState {
  const { name, nodes, edges, consumers, skipped, warnings } = proposal;
  return {
    title,
    name,
    nodes: nodes.map((node) => toNode(node, keys?.get(node.id) ?? node.id)),
    edges: edges.map(toEdge),
    consumers: consumers.map(({ id, node, slot, certainty, evidence }) => ({
      id,
      node,
      slot,
      certainty,
      evidence: copied(evidence),
    })),
    takenNames: [...takenNames],
    skipped: [...skipped],
    warnings: [...warnings],
    look: keys === null ? null : { key: null, said: '' },
  };
}

function toNode(node: ProposedNode, key: string): DiscoveryNode {
  const { connection, queue } = node;
  return {
    id: node.id,
    key,
    certainty: node.certainty,
    evidence: copied(node.evidence),
    host: hostOf(connection),
    port: connection['port'] ?? '',
    connection: SHOWN_PARAMS.flatMap(([keyword, label]) => {
      const value = connection[keyword];
      return value === undefined || value === '' ? [] : [{ label, value }];
    }),
    problem: node.problem,
    isReached: node.systemIdentifier !== null,
    isInFile: node.isInFile,
    publications: node.publications.map((publication) => ({
      name: publication.name,
      content: publicationContent(publication),
      evidence: copied(publication.evidence),
    })),
    queue:
      queue === null
        ? null
        : {
            table: nameOf(queue.table),
            content: say`${formatCounted(queue.tables.length, 'table')}, written by ${
              queue.capture === 'trigger' ? say`triggers` : say`the application`
            }`,
            evidence: copied(queue.evidence),
          },
  };
}

function toEdge(edge: ProposedEdge): DiscoveryEdge {
  const { kind, from, to, certainty } = edge;
  const shown = { kind, from, to, certainty, evidence: copied(edge.evidence) };
  const nothing = { slot: null, subscription: null, publications: [], connection: null };
  switch (edge.kind) {
    case 'streaming':
      return { ...shown, ...nothing, slot: edge.slot };
    case 'logical':
      return {
        ...shown,
        slot: edge.slot ?? edge.subscription,
        subscription: edge.subscription,
        publications: [...edge.publications],
        connection: edge.connection,
      };
    case 'queue':
      return { ...shown, ...nothing };
  }
}

/** libpq dials `hostaddr` where both are given, and calls the server by `host`. */
function hostOf(connection: ConnectionParams): string {
  return connection['host'] ?? connection['hostaddr'] ?? '';
}

function publicationContent({
  allTables,
  schemas,
  tables,
}: ProposedNode['publications'][number]): string {
  if (allTables) return say`all tables`;
  const parts = schemas.map((schema) => say`all of schema ${schema}`);
  const named = tables.slice(0, NAMED_TABLES).map(nameOf);
  const more = tables.length - named.length;
  if (named.length > 0) parts.push(named.join(', '));
  if (more > 0) parts.push(formatCounted(more, 'more table'));
  return parts.length === 0 ? say`no tables` : parts.join(', ');
}

function nameOf({ schema, name }: TableName): string {
  return `${schema}.${name}`;
}

function copied(evidence: readonly Evidence[]): { text: string; atMs: number | null }[] {
  return evidence.map(({ text, atMs }) => ({ text, atMs }));
}

import type {
  Evidence,
  ProposalSecrets,
  ProposedEdge,
  ProposedNode,
  TopologyProposal,
} from '../discovery/proposal';
import { say } from '../say';
import type { ConnectionParams } from '../topology';
import type { Imported, ImportedLink, ImportedServer } from './imported';

/** A topology to look at, and the passwords that came along. */
export interface ImportProposal {
  readonly proposal: TopologyProposal;
  readonly secrets: ProposalSecrets;
}

/**
 * Makes what a file holds into a proposal: all of it guessed, since a file is no server. Two names of one address become one
 * node, and nothing streams from itself; what is put together is said.
 */
export function proposeImport(imported: Imported): ImportProposal {
  const skipped = [...imported.skipped];
  const { nodes, secrets, idOf } = mergeServers(imported.servers, skipped);
  const warnings = [...imported.warnings];
  const edges = makeEdges(imported.links, { nodes, idOf, warnings });
  return {
    proposal: { name: imported.name, nodes, edges, consumers: [], skipped, warnings },
    secrets,
  };
}

interface Merged {
  readonly nodes: readonly ProposedNode[];
  readonly secrets: ReadonlyMap<string, string>;
  /** Ids of the proposal by key of what was imported. */
  readonly idOf: ReadonlyMap<string, string>;
}

function mergeServers(servers: readonly ImportedServer[], skipped: string[]): Merged {
  const nodes = new Map<string, ProposedNode>();
  const secrets = new Map<string, string>();
  const idOf = new Map<string, string>();
  const byAddress = new Map<string, string>();
  for (const server of servers) {
    const address = addressOf(server.connection);
    const known = address === null ? undefined : byAddress.get(address);
    const same = known === undefined ? undefined : nodes.get(known);
    if (same !== undefined) {
      idOf.set(server.key, same.id);
      const evidence = [...same.evidence, ...server.evidence.map(fromFile)];
      nodes.set(same.id, { ...same, evidence: withoutRepeats(evidence) });
      const isOther = same.connection['user'] !== server.connection['user'];
      if (isOther) {
        skipped.push(
          say`${listed(server.evidence)} leads to the same database as ${same.id} with another user; the first one is kept.`,
        );
      } else if (server.password !== null && !secrets.has(same.id)) {
        secrets.set(same.id, server.password);
      }
      continue;
    }
    const id = uniqueId(server.name, nodes);
    if (address !== null) byAddress.set(address, id);
    idOf.set(server.key, id);
    nodes.set(id, toNode(id, server));
    if (server.password !== null && server.password !== '') secrets.set(id, server.password);
  }
  return { nodes: [...nodes.values()], secrets, idOf };
}

function toNode(id: string, server: ImportedServer): ProposedNode {
  return {
    id,
    connection: server.connection,
    problem: server.problem,
    systemIdentifier: null,
    isInFile: false,
    publications: [],
    queue: null,
    certainty: 'guessed',
    evidence: withoutRepeats(server.evidence.map(fromFile)),
  };
}

/** Host, port and database, by which two entries are one node; `null` when nothing is known. */
function addressOf(connection: ConnectionParams): string | null {
  const { service, host, hostaddr, port, dbname } = connection;
  const where = host ?? hostaddr;
  if (where === undefined)
    return service === undefined ? null : JSON.stringify(['service', service]);
  const local = ['127.0.0.1', '::1'].includes(where) ? 'localhost' : where.toLowerCase();
  return JSON.stringify([local, port ?? '5432', dbname ?? connection['user'] ?? null]);
}

function makeEdges(
  links: readonly ImportedLink[],
  { nodes, idOf, warnings }: Pick<Merged, 'nodes' | 'idOf'> & { readonly warnings: string[] },
): ProposedEdge[] {
  const edges = new Map<string, ProposedEdge>();
  for (const link of links) {
    const from = nodes.find(({ id }) => id === idOf.get(link.from));
    const to = nodes.find(({ id }) => id === idOf.get(link.to));
    if (from === undefined || to === undefined || from === to) continue;
    if (link.kind === 'streaming' && serverOf(from) !== null && serverOf(from) === serverOf(to)) {
      warnings.push(
        say`${from.id} and ${to.id} are databases of one server, so neither is a standby of the other.`,
      );
      continue;
    }
    const key = JSON.stringify([link.kind === 'streaming' ? '' : link, link.kind, to.id]);
    // One upstream for a standby: the first that is named.
    if (!edges.has(key)) edges.set(key, toEdge(link, from.id, to.id));
  }
  return withoutCircles([...edges.values()]);
}

function toEdge(link: ImportedLink, from: string, to: string): ProposedEdge {
  const shown = { certainty: 'guessed' as const, evidence: link.evidence.map(fromFile), from, to };
  if (link.kind === 'queue') return { kind: 'queue', ...shown };
  if (link.kind === 'streaming') return { kind: 'streaming', slot: link.slot, ...shown };
  const { subscription, publications, slot } = link;
  return { kind: 'logical', subscription, publications, slot, connection: null, ...shown };
}

/** Leaves out the streaming that would close a circle; the first that is named stays. */
function withoutCircles(edges: readonly ProposedEdge[]): ProposedEdge[] {
  const upstream = new Map<string, string>();
  return edges.filter(({ kind, from, to }) => {
    if (kind !== 'streaming') return true;
    for (let at: string | undefined = from; at !== undefined; at = upstream.get(at)) {
      if (at === to) return false;
    }
    upstream.set(to, from);
    return true;
  });
}

function serverOf({ connection }: ProposedNode): string | null {
  const { dbname, ...rest } = connection;
  return addressOf(dbname === undefined ? rest : { ...rest, dbname: '' });
}

/** A key of the file that nothing else has: lower case, digits, hyphens and underscores. */
function uniqueId(name: string, taken: ReadonlyMap<string, unknown>): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9_]+/gu, '-')
    .slice(0, 63)
    .replace(/^[-_]+|[-_]+$/gu, '');
  const base = plain === '' ? 'postgres' : plain;
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}

function fromFile(text: string): Evidence {
  return { text, atMs: null };
}

function withoutRepeats(evidence: readonly Evidence[]): Evidence[] {
  return [...new Map(evidence.map((piece) => [piece.text, piece])).values()];
}

function listed(words: readonly string[]): string {
  return words.slice(0, 3).join(say` and `);
}

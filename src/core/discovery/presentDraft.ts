import type { PublicationFacts } from '../facts';
import { say } from '../say';
import type { Draft, DraftEdge, DraftNode } from './draft';
import type { DraftEvidence, NameOf } from './draftEvidence';
import type { FileNode, ProposalOptions } from './look';
import { chooseNames } from './names';
import type {
  Evidence,
  ProposedConsumer,
  ProposedEdge,
  ProposedNode,
  ProposedPublication,
  ProposedQueue,
  TopologyProposal,
} from './proposal';
import { sameHost } from './saidAddress';

/** A draft with its names. */
export interface Presented {
  readonly proposal: TopologyProposal;
  /** Proposed id by key of the draft. */
  readonly ids: ReadonlyMap<string, string>;
}

/** Chooses names, and writes every sentence with them. */
export function presentDraft(draft: Draft, options: ProposalOptions): Presented {
  const nodes = [...draft.nodes.values()];
  const inFile = new Map(nodes.map((node) => [node.key, fileNodeOf(node, options.inFile ?? [])]));
  const ids = chooseNames(
    nodes.map(({ key, hints }) => ({ key, hints, fixed: inFile.get(key)?.id ?? null })),
  );
  const nameOf: NameOf = (key) => ids.get(key) ?? key;
  const show = (evidence: readonly DraftEvidence[]): readonly Evidence[] =>
    evidence.map(({ text, atMs }) => ({ text: text(nameOf), atMs }));
  return {
    ids,
    proposal: {
      name: null,
      nodes: nodes.map((node) => proposedNode(node, draft, { nameOf, show, inFile })),
      edges: draft.edges.map((edge) => proposedEdge(edge, nameOf, show)),
      consumers: proposedConsumers(draft, nameOf, show),
      skipped: [...new Set(draft.skipped.map((words) => words(nameOf)))],
      warnings: [...new Set(draft.warnings.map((words) => words(nameOf)))],
    },
  };
}

interface Presenting {
  readonly nameOf: NameOf;
  readonly show: (evidence: readonly DraftEvidence[]) => readonly Evidence[];
  readonly inFile: ReadonlyMap<string, FileNode | null>;
}

function proposedNode(
  node: DraftNode,
  draft: Draft,
  { nameOf, show, inFile }: Presenting,
): ProposedNode {
  return {
    id: nameOf(node.key),
    connection: node.connection,
    certainty: node.certainty,
    evidence: show(node.evidence),
    problem: node.problem?.(nameOf) ?? null,
    systemIdentifier: node.server?.systemIdentifier ?? null,
    isInFile: (inFile.get(node.key) ?? null) !== null,
    publications: publicationsOf(node, draft, nameOf),
    queue: queueOf(node, draft, show),
  };
}

/** A standby has those of its primary; of them it is said to publish what is subscribed from it. */
function publicationsOf(
  { key, server, answer }: DraftNode,
  draft: Draft,
  nameOf: NameOf,
): readonly ProposedPublication[] {
  if (answer === null || server === null) return [];
  const used = new Set(
    draft.edges.flatMap((edge) =>
      edge.kind === 'logical' && edge.from === key ? edge.publications : [],
    ),
  );
  return answer.facts.publications
    .filter(({ name }) => !server.isInRecovery || used.has(name))
    .map((publication) => ({
      name: publication.name,
      allTables: publication.allTables,
      schemas: publication.schemas,
      tables: namedTables(publication),
      evidence: [{ text: say`pg_publication on ${nameOf(key)}`, atMs: answer.atMs }],
    }));
}

function namedTables({ allTables, schemas, namedTables: named, tables }: PublicationFacts) {
  if (allTables) return [];
  const listed = named ?? (schemas.length === 0 ? tables : []);
  return listed.map(({ schema, name }) => ({ schema, name }));
}

function queueOf(node: DraftNode, draft: Draft, show: Presenting['show']): ProposedQueue | null {
  const queue = draft.queues.get(node.key);
  if (queue === undefined) return null;
  const { table, capture, tables } = queue;
  return {
    table,
    capture,
    tables: tables.map((one) => ({ ...one, policy: 'primary-wins' as const })),
    evidence: show(queue.evidence),
  };
}

function proposedEdge(edge: DraftEdge, nameOf: NameOf, show: Presenting['show']): ProposedEdge {
  return {
    ...edge,
    from: nameOf(edge.from),
    to: nameOf(edge.to),
    evidence: show(edge.evidence),
  };
}

function proposedConsumers(
  draft: Draft,
  nameOf: NameOf,
  show: Presenting['show'],
): readonly ProposedConsumer[] {
  const names = chooseNames(
    draft.consumers.map(({ node, slot }) => ({
      key: `${node}\n${slot}`,
      fixed: null,
      hints: [slot, `${nameOf(node)}-${slot}`],
    })),
  );
  return draft.consumers.map(({ node, slot, certainty, evidence }) => ({
    id: names.get(`${node}\n${slot}`) ?? slot,
    node: nameOf(node),
    slot,
    certainty,
    evidence: show(evidence),
  }));
}

function fileNodeOf(
  { address, database }: DraftNode,
  inFile: readonly FileNode[],
): FileNode | null {
  if (address === null) return null;
  const there = inFile.filter(({ endpoints }) =>
    endpoints.some(({ host, port }) => port === address.port && sameHost(host, address.host)),
  );
  return there.find((node) => node.database === database) ?? null;
}

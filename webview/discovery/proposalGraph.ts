import { say } from '../../src/core/say';
import { fallsAway } from '../../src/protocol/discoveryDraft';
import type {
  DiscoveryConsumer,
  DiscoveryEdge,
  DiscoveryNode,
} from '../../src/protocol/discoveryState';
import type { MapGraph, MapLink, MapNode } from '../map/graph';
import {
  addressOf,
  consumerKey,
  edgeKey,
  nodeKey,
  readKey,
  type ProposalModel,
  roleOf,
} from './proposalModel';

/** From so many nodes on boxes hold no address, so that the map stays in sight. */
const COMPACT_FROM = 13;

/** A proposal as boxes and lines. What is left out stays on the map, marked. */
export function graphOfProposal(model: ProposalModel): MapGraph {
  const { nodes, edges, consumers } = model.state;
  const known = new Set(nodes.map(({ id }) => id));
  return {
    nodes: [
      ...nodes.map((node) => nodeBox(node, model)),
      ...consumers.map((consumer) => consumerBox(consumer, model)),
    ],
    links: [
      ...edges.flatMap((edge, index) =>
        known.has(edge.from) && known.has(edge.to) && edge.from !== edge.to
          ? [edgeLine(edge, index, model)]
          : [],
      ),
      ...consumers.flatMap((consumer) =>
        known.has(consumer.node) ? [consumerLine(consumer, model)] : [],
      ),
    ],
  };
}

function nodeBox(node: DiscoveryNode, model: ProposalModel): MapNode {
  const { id, certainty, isInFile, problem } = node;
  const { kind, word } = roleOf(node, model.state);
  const isTaken = model.taken.has(id);
  const entry = model.draft.find((candidate) => candidate.id === id);
  const address = addressOf(entry?.host ?? node.host, entry?.port ?? node.port);
  // Glyph and outline tell it on the map; a screen reader needs the words.
  const words = [
    ...(certainty === 'guessed' ? [say`guessed`] : []),
    ...(isInFile ? [say`in the file`] : []),
    ...(problem === null ? [] : [node.isReached ? say`address in doubt` : say`not reached`]),
  ];
  const marks = `${certainty === 'guessed' ? 'is-guessed' : ''} ${isTaken ? '' : 'is-left-out'}`;
  return {
    id: nodeKey(id),
    kind,
    name: model.names.get(id) ?? id,
    role: isTaken ? word : say`left out`,
    facts: model.state.nodes.length < COMPACT_FROM && address !== '' ? [address] : [],
    tone: problem === null ? 'none' : 'warn',
    glyph: node.isReached ? 'lagging' : 'unreachable',
    word: words.join(', '),
    isOld: false,
    isOff: false,
    cells: [],
    isInFile,
    marks,
  };
}

function consumerBox({ id, node, certainty }: DiscoveryConsumer, model: ProposalModel): MapNode {
  const isTaken = model.taken.has(node);
  return {
    id: consumerKey(id),
    kind: 'consumer',
    name: id,
    role: isTaken ? say`reads a slot` : say`left out`,
    facts: [],
    tone: 'none',
    glyph: 'unknown',
    word: '',
    isOld: false,
    isOff: false,
    cells: [],
    marks: `${certainty === 'guessed' ? 'is-guessed' : ''} ${isTaken ? '' : 'is-left-out'}`,
  };
}

function edgeLine(edge: DiscoveryEdge, index: number, model: ProposalModel): MapLink {
  return {
    id: edgeKey(index),
    kind: edge.kind,
    from: nodeKey(edge.from),
    to: nodeKey(edge.to),
    sub: nameOfEdge(edge, model),
    ...lookOf(edge.kind, edge.certainty, fallsAway(edge, model.taken)),
  };
}

function consumerLine(consumer: DiscoveryConsumer, { taken }: ProposalModel): MapLink {
  return {
    id: readKey(consumer.id),
    kind: 'logical',
    from: nodeKey(consumer.node),
    to: consumerKey(consumer.id),
    sub: consumer.slot,
    ...lookOf('slot', consumer.certainty, !taken.has(consumer.node)),
  };
}

function lookOf(what: string, certainty: DiscoveryEdge['certainty'], falls: boolean) {
  const isGuessed = certainty === 'guessed';
  return {
    top: falls ? say`${what} · falls away` : isGuessed ? say`${what} · guessed` : what,
    tone: 'none',
    glyph: falls ? 'disabled' : isGuessed ? 'unknown' : 'idle',
    word: falls ? say`falls away` : certainty,
    isCut: falls,
    isOld: false,
    marks: `${isGuessed ? 'is-guessed' : ''} ${falls ? 'is-left-out' : ''}`,
  } as const;
}

/** What tells one link of two nodes from another. */
export function nameOfEdge(edge: DiscoveryEdge, { state }: Pick<ProposalModel, 'state'>): string {
  switch (edge.kind) {
    case 'streaming':
      return edge.slot ?? say`no slot`;
    case 'logical':
      return edge.subscription ?? '';
    case 'queue':
      return state.nodes.find(({ id }) => id === edge.from)?.queue?.table ?? say`queue`;
  }
}

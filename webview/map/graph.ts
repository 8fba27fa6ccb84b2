import { verdictWord } from '../../src/core/describe/verdictWord';
import { formatCounted, formatDuration } from '../../src/core/format';
import { say } from '../../src/core/say';
import type { Health } from '../../src/core/snapshot';
import type { DashboardState, EdgeState, NodeState } from '../../src/protocol/dashboardState';
import { edgeSub, edgeTop } from '../text/edgeText';
import {
  glyphOf,
  isCut,
  isNotAsked,
  isOld,
  type StateGlyph,
  toneOf,
  type Tone,
} from '../text/glyphs';
import { displayName } from '../text/names';
import { nodeFacts, nodeRole, queueSub, queueTop } from '../text/nodeText';

export type NodeKind = 'primary' | 'standby' | 'subscriber' | 'edge' | 'consumer' | 'group';

/** One mark in a parent's row: how one of the nodes below it is. */
export interface Cell {
  readonly tone: Tone;
  readonly glyph: StateGlyph;
}

/** A box of the map. */
export interface MapNode {
  readonly id: string;
  readonly kind: NodeKind;
  readonly name: string;
  readonly role: string;
  readonly facts: readonly string[];
  readonly tone: Tone;
  readonly glyph: StateGlyph;
  readonly word: string;
  readonly isOld: boolean;
  readonly isOff: boolean;
  readonly cells: readonly Cell[];
  /** Marked as what the topology file has, where a map also shows others. */
  readonly isInFile?: boolean;
  /** Further classes of its drawing. */
  readonly marks?: string;
}

/** A line of the map, in the direction that data takes. */
export interface MapLink {
  readonly id: string;
  readonly kind: 'streaming' | 'logical' | 'queue';
  readonly from: string;
  readonly to: string;
  readonly top: string;
  readonly sub: string;
  readonly tone: Tone;
  readonly glyph: StateGlyph;
  readonly word: string;
  readonly isCut: boolean;
  readonly isOld: boolean;
  /** Further classes of its drawing. */
  readonly marks?: string;
}

export interface MapGraph {
  readonly nodes: readonly MapNode[];
  readonly links: readonly MapLink[];
}

/** The whole topology as boxes and lines: nodes, consumers, readers that are not in the file, edges and queues. */
export function graphOf(state: DashboardState, nowMs: number): MapGraph {
  const hasUpstream = new Set(state.edges.map((edge) => edge.to));
  for (const queue of state.queues) hasUpstream.add(queue.nodeId);
  const nodes = state.nodes.map((node) => nodeBox(node, !hasUpstream.has(node.id), nowMs));
  const known = new Set(nodes.map((node) => node.id));
  for (const consumer of state.consumers) {
    if (known.has(consumer.id)) continue;
    known.add(consumer.id);
    const edge = state.edges.find(({ to, kind }) => kind === 'consumer' && to === consumer.id);
    nodes.push(plainBox(consumer.id, 'consumer', say`reads a slot`, edge));
  }
  const ends = state.edges.flatMap((edge) => [edge.to, ...(edge.from === null ? [] : [edge.from])]);
  for (const id of ends) {
    if (known.has(id)) continue;
    known.add(id);
    const edge = state.edges.find((candidate) => candidate.to === id);
    nodes.push(plainBox(id, 'standby', say`not in the file`, edge));
  }
  const links = [
    ...state.edges
      .filter((edge) => edge.from !== null && edge.from !== edge.to)
      .map((edge) => edgeLine(edge, nowMs)),
    ...state.queues
      .filter((queue) => known.has(queue.nodeId) && known.has(queue.primaryId))
      .map((queue): MapLink => ({
        id: queue.id,
        kind: 'queue',
        from: queue.nodeId,
        to: queue.primaryId,
        top: queueTop(queue, nowMs),
        sub: queueSub(queue),
        ...look(queue.verdict.code, queue.verdict.health),
      })),
  ];
  return { nodes, links };
}

function nodeBox(node: NodeState, isRoot: boolean, nowMs: number): MapNode {
  const { code, health } = node.verdict;
  return {
    id: node.id,
    kind: node.role,
    name: displayName(node.id),
    role: nodeRole(node, nowMs),
    facts: isRoot ? nodeFacts(node) : [],
    tone: toneOf(health),
    glyph: glyphOf(code, health),
    word: verdictWord(code),
    isOld: isOld(code) || code === 'unreachable' || code === 'starting',
    isOff: isNotAsked(code) || code === 'notFound',
    cells: [],
  };
}

function plainBox(id: string, kind: NodeKind, role: string, edge: EdgeState | undefined): MapNode {
  const code = edge?.verdict.code ?? 'unknown';
  return {
    id,
    kind,
    name: displayName(id),
    role,
    facts: [],
    // Such a box is never asked itself: its state is told on its line.
    tone: 'none',
    glyph: 'unknown',
    word: '',
    isOld: isOld(code),
    isOff: isNotAsked(code),
    cells: [],
  };
}

function edgeLine(edge: EdgeState, nowMs: number): MapLink {
  return {
    id: edge.id,
    kind: edge.kind === 'streaming' ? 'streaming' : 'logical',
    from: edge.from ?? '',
    to: edge.to,
    top: edgeTop(edge, nowMs),
    sub: edgeSub(edge),
    ...look(edge.verdict.code, edge.verdict.health),
  };
}

function look(code: EdgeState['verdict']['code'], health: Health) {
  return {
    tone: toneOf(health),
    glyph: glyphOf(code, health),
    word: verdictWord(code),
    isCut: isCut(code) || (code === 'nearLimit' && health === 'error'),
    isOld: isOld(code),
  };
}

/** Name of a fold and its second line: `22 healthy`, `worst 61 ms`. */
export function foldTexts(count: number, word: string, worstLagMs: number | null) {
  return {
    name: `${count} ${word}`,
    role:
      worstLagMs === null ? formatCounted(count, 'node') : say`worst ${formatDuration(worstLagMs)}`,
  };
}

import { formatClock, formatCounted, formatPart } from '../../src/core/format';
import { say } from '../../src/core/say';
import { fallsAway } from '../../src/protocol/discoveryDraft';
import type { DiscoveryEdge, DiscoveryEvidence } from '../../src/protocol/discoveryState';
import { nameOfEdge } from './proposalGraph';
import type { ProposalModel } from './proposalModel';

export interface ProposalHeadline {
  readonly isGood: boolean;
  readonly title: string;
  readonly meta: string;
}

/** What was found, and how sure that is. */
export function headlineOf({ state }: ProposalModel): ProposalHeadline {
  const { nodes, edges, warnings, title, name } = state;
  const about = name === null ? title : `${title} · ${name}`;
  if (nodes.length === 0) return { isGood: false, title: say`No server was found`, meta: about };
  const troubled = nodes.filter(({ problem }) => problem !== null).length;
  const guessed = [...nodes, ...edges].filter(({ certainty }) => certainty === 'guessed').length;
  const found = say`${formatCounted(nodes.length, 'node')} and ${formatCounted(edges.length, 'link')} found`;
  const doubts = [
    ...(troubled === 0 ? [] : [say`${troubled} with a problem`]),
    ...(guessed === 0 ? [] : [say`${guessed} guessed`]),
  ];
  return {
    isGood: troubled === 0 && warnings.length === 0,
    title: [found, ...doubts].join(', '),
    meta: about,
  };
}

/** What the file will hold, or what keeps it from being written. */
export function decisionOf(model: ProposalModel): string {
  const { state, taken, problems } = model;
  const [first] = problems;
  if (first !== undefined) {
    const [id, { name, host, port }] = first;
    const rest = problems.size - 1;
    const more =
      rest === 0
        ? ''
        : ` ${formatCounted(rest, 'more node')} ${rest === 1 ? say`needs` : say`need`} a change.`;
    return `${id}: ${name ?? host ?? port ?? ''}${more}`;
  }
  const inFile = new Set(state.nodes.flatMap(({ id, isInFile }) => (isInFile ? [id] : [])));
  const fresh = state.nodes.filter(({ id }) => !inFile.has(id));
  if (fresh.length === 0)
    return say`Every node is in the file already; what it lacks of them is added.`;
  // Of links between nodes of the file nobody knows here whether it has them.
  const links = state.edges.filter(({ from, to }) => !inFile.has(from) || !inFile.has(to));
  const nodes = partOf(fresh.filter(({ id }) => taken.has(id)).length, fresh.length, 'node');
  const kept = links.filter((edge) => !fallsAway(edge, taken)).length;
  const known =
    inFile.size === 0
      ? ''
      : say` ${formatCounted(inFile.size, 'node')} ${inFile.size === 1 ? say`is` : say`are`} in the file already; what it lacks of ${inFile.size === 1 ? say`it` : say`them`} is added.`;
  return say`${nodes} and ${partOf(kept, links.length, 'link')} to write.${known}`;
}

/** `3 nodes`, `2 of 3 nodes`. */
function partOf(part: number, whole: number, noun: string): string {
  if (part === whole) return formatCounted(whole, noun);
  return formatPart(part, whole, whole === 1 ? noun : `${noun}s`);
}

/** What the button is called: it says how many nodes it adds. */
export function writeLabel({ state, taken }: ProposalModel): string {
  const fresh = state.nodes.filter(({ id, isInFile }) => !isInFile && taken.has(id)).length;
  if (fresh === 0) return say`Write to File…`;
  return say`Write ${fresh} ${fresh === 1 ? say`Node` : say`Nodes`} to File…`;
}

/** A sentence about a node that begins with whom it is about, once. */
export function sentenceAbout(id: string, sentence: string, { names }: ProposalModel): string {
  return sentence.startsWith(`${id} `) ? sentence : `${names.get(id) ?? id}: ${sentence}`;
}

/** Links that go with a node that is left out: `streaming to genesis`. */
export function lostWith(id: string, model: ProposalModel): readonly string[] {
  return [
    ...model.state.edges.flatMap((edge) =>
      edge.from === id || edge.to === id ? [edgeSeenFrom(id, edge, model)] : [],
    ),
    ...model.state.consumers.flatMap((one) => (one.node === id ? [say`the reader ${one.id}`] : [])),
  ];
}

/** `streaming to genesis`, `subscription jobs_sub from central`. */
export function edgeSeenFrom(id: string, edge: DiscoveryEdge, model: ProposalModel): string {
  const isOut = edge.from === id;
  const other = isOut ? edge.to : edge.from;
  const way = isOut
    ? say`to ${model.names.get(other) ?? other}`
    : say`from ${model.names.get(other) ?? other}`;
  switch (edge.kind) {
    case 'streaming':
      return say`streaming ${way}`;
    case 'logical':
      return say`subscription ${nameOfEdge(edge, model)} ${way}`;
    case 'queue':
      return say`queue ${way}`;
  }
}

/** `client_addr 10.0.0.7 in pg_stat_replication on central, 12:03` */
export function evidenceText({ text, atMs }: DiscoveryEvidence[number]): string {
  return atMs === null ? text : `${text}, ${formatClock(atMs, 'minutes')}`;
}

export const CERTAINTY = {
  seen: say`Seen: two servers say it, or the one that must know.`,
  guessed: say`Guessed: from an address alone, from a name alike, or from a file.`,
} as const;

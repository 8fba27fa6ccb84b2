import {
  problemsOf,
  type DiscoveryDraft,
  type DraftProblem,
} from '../../src/protocol/discoveryDraft';
import type { DiscoveryNode, DiscoveryState } from '../../src/protocol/discoveryState';
import type { NodeKind } from '../map/graph';
import { say } from '../../src/core/say';

/** Everything that the map of a proposal is drawn from. */
export interface ProposalModel {
  readonly state: DiscoveryState;
  readonly draft: DiscoveryDraft;
  /** Nodes that are to be in the file afterwards. */
  readonly taken: ReadonlySet<string>;
  /** By node: what must be changed before it can be written. */
  readonly problems: ReadonlyMap<string, DraftProblem>;
  /** What people call each node by now, by proposed id. */
  readonly names: ReadonlyMap<string, string>;
  /** A key as made by the functions below. */
  readonly selectedKey: string | null;
  readonly cursorKey: string | null;
  readonly width: number;
  /** Finished sentences about what was set of a node and holds no longer. */
  readonly lost: readonly string[];
}

export function modelOf(
  state: DiscoveryState,
  draft: DiscoveryDraft,
  page: Pick<ProposalModel, 'selectedKey' | 'cursorKey' | 'width' | 'lost'>,
): ProposalModel {
  return {
    state,
    draft,
    taken: new Set(draft.flatMap(({ id, isTaken }) => (isTaken ? [id] : []))),
    problems: problemsOf(state, draft),
    names: new Map(draft.map(({ id, name }) => [id, name.trim() === '' ? id : name.trim()])),
    ...page,
  };
}

/** Keys on the map. They differ whatever servers call things, since each begins with its kind. */
export function nodeKey(id: string): string {
  return `node/${id}`;
}

export function edgeKey(index: number): string {
  return `edge/${index}`;
}

export function consumerKey(id: string): string {
  return `consumer/${id}`;
}

/** The line that leads to a consumer. */
export function readKey(id: string): string {
  return `read/${id}`;
}

export interface NodeRole {
  readonly kind: NodeKind;
  readonly word: string;
}

/** What a node is, by the links that were found. */
export function roleOf({ id, queue }: DiscoveryNode, { edges }: DiscoveryState): NodeRole {
  const into = edges.filter((edge) => edge.to === id);
  const outOf = edges.filter((edge) => edge.from === id);
  if (queue !== null || outOf.some(({ kind }) => kind === 'queue')) {
    return { kind: 'edge', word: say`edge` };
  }
  if (into.some(({ kind }) => kind === 'streaming')) return { kind: 'standby', word: say`standby` };
  if (into.some(({ kind }) => kind === 'logical')) {
    return { kind: 'subscriber', word: say`subscriber` };
  }
  if (outOf.some(({ kind }) => kind === 'streaming') || into.length > 0) {
    return { kind: 'primary', word: say`primary` };
  }
  return outOf.length > 0
    ? { kind: 'primary', word: say`publisher` }
    : { kind: 'standby', word: say`server` };
}

/** `10.0.0.7:5432`, as it is set by now; empty: no address is known. */
export function addressOf(host: string, port: string): string {
  if (host.trim() === '') return '';
  return port.trim() === '' ? host.trim() : `${host.trim()}:${port.trim()}`;
}

/** Whether a node is being looked at: until that is done nothing else is begun. */
export function isLooking({ look }: DiscoveryState): boolean {
  return look !== null && look.key !== null;
}

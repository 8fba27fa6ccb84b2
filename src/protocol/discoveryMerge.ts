import { say } from '../core/say';
import { firstDraft, type DiscoveryDraft, type NodeDraft } from './discoveryDraft';
import type { DiscoveryState } from './discoveryState';

/** What a person set, and what it was set over. */
export interface SetDraft {
  /** As it was proposed then. */
  readonly base: DiscoveryDraft;
  readonly draft: DiscoveryDraft;
}

/** The draft of a new state with what was set in the one before. */
export interface MergedDraft extends SetDraft {
  /** Finished sentences about what was set of a node and holds no longer. */
  readonly lost: readonly string[];
}

/**
 * Brings what a person set over to what was found since, node by node, by key: what they changed stays, what they did not change is as it
 * is proposed now. A host and its port are one thing.
 */
export function mergeDraft(state: DiscoveryState, { base, draft }: SetDraft): MergedDraft {
  const first = firstDraft(state);
  const inFile = new Set(state.nodes.flatMap(({ key, isInFile }) => (isInFile ? [key] : [])));
  const before = byKey(base);
  const set = byKey(draft);
  const present = byKey(first);
  const lost = draft.flatMap((entry) => {
    const was = before.get(entry.key);
    const words = was === undefined ? [] : changesOf(entry, was);
    if (words.length === 0) return [];
    if (!present.has(entry.key)) {
      return [say`${entry.id} is not on the map any more; set for it was: ${words.join(', ')}.`];
    }
    return inFile.has(entry.key)
      ? [
          say`${entry.id} is in the file already and stays as it is; set for it was: ${words.join(', ')}.`,
        ]
      : [];
  });
  return {
    base: first,
    draft: first.map((entry) => {
      const own = set.get(entry.key);
      const was = before.get(entry.key);
      if (own === undefined || was === undefined || inFile.has(entry.key)) return entry;
      const { host, port } = hasOtherAddress(own, was) ? own : entry;
      return {
        ...entry,
        isTaken: own.isTaken,
        name: own.name === was.name ? entry.name : own.name,
        host,
        port,
      };
    }),
    lost,
  };
}

function changesOf(entry: NodeDraft, was: NodeDraft): readonly string[] {
  return [
    ...(entry.isTaken ? [] : [say`left out`]),
    ...(entry.name === was.name ? [] : [say`name ${entry.name}`]),
    ...(hasOtherAddress(entry, was) ? [say`address ${entry.host}, port ${entry.port}`] : []),
  ];
}

function hasOtherAddress(entry: NodeDraft, was: NodeDraft): boolean {
  return entry.host !== was.host || entry.port !== was.port;
}

function byKey(draft: DiscoveryDraft): ReadonlyMap<string, NodeDraft> {
  return new Map(draft.map((entry) => [entry.key, entry]));
}

import { say } from '../say';
/** `unknown`: nothing here can tell. */
export type SetupState = 'ok' | 'warning' | 'problem' | 'unknown';

/** One line of the deployment checklist, for one node or for the topology. */
export interface SetupItem {
  /** `wal/central`: the same in every run. */
  readonly id: string;
  /** `null`: the topology as a whole. */
  readonly nodeId: string | null;
  /** What ought to be so, in a few words: `Decodes its WAL`. */
  readonly title: string;
  readonly state: SetupState;
  /** Finished sentence: what was found. */
  readonly evidence: string;
  /** Where it was read: `pg_settings on central`; `null` when nothing was read. */
  readonly source: string | null;
  /** Statements or lines to copy, or words; `null` when nothing needs to be done. */
  readonly fix: string | null;
}

/** An item of one node. */
export function itemOf(
  nodeId: string,
  key: string,
  title: string,
  found: Pick<SetupItem, 'state' | 'evidence'> & Partial<Pick<SetupItem, 'source' | 'fix'>>,
): SetupItem {
  return { id: `${key}/${nodeId}`, nodeId, title, source: null, fix: null, ...found };
}

/** `9 of 12 fine`; what cannot be told counts with neither. */
export function setupSentence(items: readonly SetupItem[]): string {
  const told = items.filter(({ state }) => state !== 'unknown');
  return say`${told.filter(({ state }) => state === 'ok').length} of ${told.length} fine`;
}

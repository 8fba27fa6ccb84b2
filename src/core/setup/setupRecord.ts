import type { SetupItem, SetupState } from './setupItem';
import { setupOf } from './setupSubject';

/** What the last check of one node's set-up found, or of what concerns the topology as a whole. */
export interface SetupRecord {
  /** `null`: the topology as a whole. */
  readonly nodeId: string | null;
  readonly items: readonly SetupItem[];
  /** Epoch ms, our clock. */
  readonly takenAtMs: number;
}

/** Items of one run as records, a node each. */
export function recordsOf(items: readonly SetupItem[], takenAtMs: number): readonly SetupRecord[] {
  return [...new Set(items.map(({ nodeId }) => nodeId))].map((nodeId) => ({
    nodeId,
    items: items.filter((item) => item.nodeId === nodeId),
    takenAtMs,
  }));
}

/** The item that a command's subject means; `null` for what means none of these. */
export function findSetupItem(records: readonly SetupRecord[], subject: string): SetupItem | null {
  const ref = setupOf(subject);
  const items = records.find(({ nodeId }) => nodeId === ref?.nodeId)?.items;
  return items?.find(({ id }) => id === ref?.itemId) ?? null;
}

const ORDER: readonly SetupState[] = ['problem', 'warning', 'unknown', 'ok'];

/** What needs a person first; items of one state stay in the checklist's order. */
export function worstFirst(items: readonly SetupItem[]): readonly SetupItem[] {
  return items.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
}

/** The state that speaks for a list; what cannot be told speaks only where nothing else does. */
export function worstSetup(items: readonly SetupItem[]): SetupState {
  const states = new Set(items.map(({ state }) => state));
  return (['problem', 'warning', 'ok'] as const).find((state) => states.has(state)) ?? 'unknown';
}

import type { DiscoveryDraft, NodeDraft } from '../../src/protocol/discoveryDraft';
import type { SetDraft } from '../../src/protocol/discoveryMerge';
import { nodeKey } from './proposalModel';

/** What the page keeps while it is hidden. */
export interface Saved extends SetDraft {
  /** `null`: nothing is chosen, or nothing was kept. */
  readonly selectedKey: string | null;
  readonly lost: readonly string[];
}

/** Takes back what `setState` kept while the page was hidden; what does not fit is as if nothing had been kept. */
export function readSaved(saved: unknown): Saved {
  const read = (key: string): unknown =>
    typeof saved === 'object' && saved !== null
      ? (saved as Record<string, unknown>)[key]
      : undefined;
  const selectedKey = read('selectedKey');
  return {
    base: draftIn(read('base')),
    draft: draftIn(read('draft')),
    selectedKey: typeof selectedKey === 'string' ? selectedKey : null,
    lost: listIn(read('lost')).filter((one) => typeof one === 'string'),
  };
}

/**
 * What stays chosen when more was found: a node by its key. A link has nothing that it is known by, so that it is only while nothing
 * else was found.
 */
export function followSelected(
  selectedKey: string | null,
  before: DiscoveryDraft,
  now: DiscoveryDraft,
): string | null {
  const chosen = before.find(({ id }) => nodeKey(id) === selectedKey);
  if (chosen === undefined) {
    return before.length === now.length && before.every(({ id }, at) => id === now[at]?.id)
      ? selectedKey
      : null;
  }
  const there = now.find(({ key }) => key === chosen.key);
  return there === undefined ? null : nodeKey(there.id);
}

function draftIn(value: unknown): DiscoveryDraft {
  return listIn(value).filter(isNodeDraft);
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isNodeDraft(value: unknown): value is NodeDraft {
  if (typeof value !== 'object' || value === null) return false;
  const read = (key: string): unknown => (value as Record<string, unknown>)[key];
  const hasTexts = ['id', 'key', 'name', 'host', 'port'].every(
    (key) => typeof read(key) === 'string',
  );
  return hasTexts && typeof read('isTaken') === 'boolean';
}

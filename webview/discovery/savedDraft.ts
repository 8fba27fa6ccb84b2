import type { DiscoveryDraft, NodeDraft } from '../../src/protocol/discoveryDraft';

/** Takes back what `setState` kept while the page was hidden, node by node; what does not fit is as it was proposed. */
export function readSaved(
  saved: unknown,
  first: DiscoveryDraft,
): { readonly draft: DiscoveryDraft; readonly selectedKey: string | null } {
  if (typeof saved !== 'object' || saved === null) return { draft: first, selectedKey: null };
  const kept = 'draft' in saved && Array.isArray(saved.draft) ? saved.draft : [];
  const byId = new Map(kept.filter(isNodeDraft).map((entry) => [entry.id, entry]));
  return {
    draft: first.map((entry) => byId.get(entry.id) ?? entry),
    selectedKey:
      'selectedKey' in saved && typeof saved.selectedKey === 'string' ? saved.selectedKey : null,
  };
}

function isNodeDraft(value: unknown): value is NodeDraft {
  if (typeof value !== 'object' || value === null) return false;
  const read = (key: string): unknown => (value as Record<string, unknown>)[key];
  const hasTexts = ['id', 'name', 'host', 'port'].every((key) => typeof read(key) === 'string');
  return hasTexts && typeof read('isTaken') === 'boolean';
}

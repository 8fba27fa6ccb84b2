import { HISTORY_RANGES, type HistoryRange } from '../src/core/history';

/** What the user arranged; kept by VS Code while the dashboard is hidden and over a reload. */
export interface Arrangement {
  readonly topologyId: string | null;
  readonly selectedId: string | null;
  readonly view: 'map' | 'list';
  readonly historyAs: 'charts' | 'tables';
  readonly range: HistoryRange;
  /** `auto`: everything in a small topology, folded in a large one. */
  readonly shown: 'auto' | 'all' | 'unhealthy';
}

export const FIRST_ARRANGEMENT: Arrangement = {
  topologyId: null,
  selectedId: null,
  view: 'map',
  historyAs: 'charts',
  range: '15min',
  shown: 'auto',
};

/** Takes back what `setState` kept, part by part: it may be of another version of this extension. */
export function readArrangement(saved: unknown): Arrangement {
  if (typeof saved !== 'object' || saved === null) return FIRST_ARRANGEMENT;
  const read = (key: string): unknown => (saved as Record<string, unknown>)[key];
  const text = (key: string) => {
    const value = read(key);
    return typeof value === 'string' ? value : null;
  };
  return {
    topologyId: text('topologyId'),
    selectedId: text('selectedId'),
    view: read('view') === 'list' ? 'list' : 'map',
    historyAs: read('historyAs') === 'tables' ? 'tables' : 'charts',
    range: HISTORY_RANGES.find((range) => range === read('range')) ?? '15min',
    shown: oneOf(read('shown')),
  };
}

function oneOf(value: unknown): Arrangement['shown'] {
  return value === 'all' || value === 'unhealthy' ? value : 'auto';
}

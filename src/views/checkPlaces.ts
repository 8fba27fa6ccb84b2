import { LineIndex } from '../host/lineIndex';
import { checkItemsOf } from './checkItems';
import type { TopologyFile } from './topologyFiles';

/** `/folder/pg-topology.json:14:7` of the key that declares an edge; the top of the file where the text shows none. */
export function checkPlace({ uri, topology, shown }: TopologyFile, edgeId: string): string {
  const items = topology === null ? [] : checkItemsOf(topology, shown?.parsed.positions ?? null);
  const range = items.find((item) => item.edgeId === edgeId)?.range ?? null;
  if (range === null || shown === null) return `${uri.fsPath}:1:1`;
  const { line, character } = new LineIndex(shown.text).positionOf(range.offset);
  return `${uri.fsPath}:${line + 1}:${character + 1}`;
}

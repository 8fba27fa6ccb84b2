import { appendFileSync } from 'node:fs';
import { window, type ExtensionContext } from 'vscode';
import type { TopologySnapshot } from '../../src/core/snapshot';
import { ExplorerProvider } from '../../src/views/explorerProvider';
import type { Row } from '../../src/views/row';
import { topologyRows } from '../../src/views/topologyRows';
import { fleet } from './fleet';

const NODES = 500;
const EVERY_MS = 3_000;

/**
 * An extension for the benchmark alone: our tree on a fleet of which every row changes at every poll. Writes down when it told the editor
 * of each change, into the file that TREE_PROBE_OUT names.
 */
export function activate(context: ExtensionContext): void {
  const out = process.env['TREE_PROBE_OUT'];
  if (out === undefined) throw new Error('TREE_PROBE_OUT names no file.');
  const provider = new ExplorerProvider();
  context.subscriptions.push(provider);
  provider.onDidChangeTreeData(() => {
    appendFileSync(out, `${JSON.stringify({ atMs: Date.now() })}\n`);
  });
  const first = fleet(NODES);
  provider.show(rowsOf(first, 0));
  context.subscriptions.push(
    window.createTreeView('pgTopologyBench.tree', { treeDataProvider: provider }),
  );
  let poll = 0;
  const timer = setInterval(() => provider.show(rowsOf(first, (poll += 1))), EVERY_MS);
  context.subscriptions.push({ dispose: () => clearInterval(timer) });
}

function rowsOf(first: TopologySnapshot, poll: number): readonly Row[] {
  const lagMs = poll % 2 === 0 ? 40 : 700;
  const edges = first.edges.map((edge) => ({ ...edge, lagMs }));
  const nobody = { remoteName: null, folderName: null };
  return [opened(topologyRows({ ...first, edges }, first.takenAtMs, nobody))];
}

/** Everything unfolded, so that all of it is the editor's to draw. */
function opened(row: Row): Row {
  return { ...row, isExpanded: true, children: row.children.map(opened) };
}

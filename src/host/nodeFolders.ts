import { Uri, workspace } from 'vscode';
import type { TopologyEntry } from '../core/ports/topologyMonitor';
import type { TopologyNode } from '../core/topology';

/** Which folders the files that a connection names may be in: those of the workspace, and libpq's own in the home folder. */
export class NodeFolders {
  constructor(
    private readonly entries: () => readonly TopologyEntry[],
    private readonly libpqFolder: string,
  ) {}

  /** Folder of the topology file that declares this node, on disk; `null` on other file systems. */
  baseDirectory(node: TopologyNode): string | null {
    const isSame = (other: TopologyNode) => other === node || placeOf(other) === placeOf(node);
    const entry = this.entries().find(({ topology }) => topology.nodes.some(isSame));
    if (entry === undefined) return null;
    const uri = Uri.parse(entry.id, true);
    return uri.scheme === 'file' ? Uri.joinPath(uri, '..').fsPath : null;
  }

  isAllowed(_node: TopologyNode, absolutePath: string): boolean {
    const folders = (workspace.workspaceFolders ?? [])
      .filter((folder) => folder.uri.scheme === 'file')
      .map((folder) => folder.uri.fsPath);
    const path = Uri.file(absolutePath).path;
    return [...folders, this.libpqFolder].some((folder) =>
      path.startsWith(`${Uri.file(folder).path.replace(/\/$/u, '')}/`),
    );
  }
}

/** Where a node is. It may be watched, or signed in to as another role, so all else may differ from what the file says. */
function placeOf({ id, connection }: TopologyNode): string {
  const place = Object.entries(connection).filter(([keyword]) => keyword !== 'user');
  return JSON.stringify([id, place]);
}

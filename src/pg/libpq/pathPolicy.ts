import { isAbsolute, join, resolve } from 'node:path';
import type { TopologyNode } from '../../core/topology';

/** Which local files a topology file may name. Composition knows the folders and what the user approved. */
export interface PathPolicy {
  /** Folder that a relative path in this node's connection starts from; `null` when there is none. */
  baseDirectory(node: TopologyNode): string | null;
  /** Whether this absolute path may be read on behalf of this node. Asked again after links were followed. */
  isAllowed(node: TopologyNode, absolutePath: string): boolean;
}

/** The absolute path that a connection means; `~/` is the home folder, as a convenience that libpq lacks. */
export function absolutePathOf(
  path: string,
  baseDirectory: string | null,
  homeDirectory: string,
): string | null {
  if (path.startsWith('~/')) return join(homeDirectory, path.slice(2));
  if (isAbsolute(path)) return resolve(path);
  return baseDirectory === null ? null : resolve(baseDirectory, path);
}

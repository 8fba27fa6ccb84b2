import { peersOf, type NodeView, type Scene } from './scene';

/**
 * Logical replication workers of a server in use, as far as its nodes in the file show them, against max_logical_replication_workers.
 * @returns `null` while the setting is not known.
 */
export function workersOf(
  scene: Scene,
  view: NodeView,
): { readonly used: number; readonly max: number } | null {
  const max = Number(view.sample.slow?.settings['max_logical_replication_workers'] ?? Number.NaN);
  if (!Number.isFinite(max)) return null;
  const seen = new Set<string>();
  let used = 0;
  for (const other of peersOf(scene, view)) {
    if (other.fast === null) continue;
    // Two nodes may look at the same database.
    if (seen.has(other.fast.database)) continue;
    seen.add(other.fast.database);
    for (const subscription of other.fast.subscriptions) {
      used += subscription.syncWorkers + (subscription.workerPid === null ? 0 : 1);
    }
  }
  return { used, max };
}

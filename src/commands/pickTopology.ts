import { window } from 'vscode';
import { say } from '../core/say';
import type { TopologySnapshot } from '../core/snapshot';

/** Asks which topology is meant; a single one is taken without a question. @returns `null` when dismissed. */
export async function pickTopology(
  snapshots: readonly TopologySnapshot[],
  title: string,
): Promise<string | null> {
  const [only] = snapshots;
  if (snapshots.length === 1 && only !== undefined) return only.id;
  const items = snapshots.map(({ id, topology }) => ({
    label: `$(type-hierarchy) ${topology.name}`,
    id,
  }));
  const picked = await window.showQuickPick(items, { title, placeHolder: say`Which topology?` });
  return picked?.id ?? null;
}

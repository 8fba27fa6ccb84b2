import { Uri, workspace } from 'vscode';
import type { TopologyProposal } from '../../core/discovery/proposal';
import { say } from '../../core/say';
import { askOne, type PickItem } from '../../host/prompts';
import type { CommandDeps } from '../commandDeps';

/** The file that a proposal is written to. */
export interface ProposalTarget {
  readonly uri: Uri;
  /** As people know it: its path within the workspace. */
  readonly name: string;
}

/**
 * Which file: the one that has some of the nodes already, the first one of a folder, or what is chosen where several would do.
 * @returns `null` when it was dismissed, or no folder is open
 */
export async function chooseTarget(
  { files }: Pick<CommandDeps, 'files'>,
  proposal: TopologyProposal,
  title: string,
): Promise<ProposalTarget | null> {
  const present = files.current().map(({ uri }) => toTarget(uri));
  const fresh = await Promise.all(
    (workspace.workspaceFolders ?? []).map(({ uri }) => newFile(uri)),
  );
  const [only] = present;
  const isKnown = proposal.nodes.some(({ isInFile }) => isInFile);
  if (only !== undefined && present.length === 1 && isKnown) return only;
  const [first] = fresh;
  if (first !== undefined && present.length === 0 && fresh.length === 1) return first;
  const answer = await askOne<ProposalTarget>({
    place: { title, step: 1, totalSteps: 1, canGoBack: false },
    placeholder: say`Which file?`,
    items: [
      ...present.map((target): PickItem<ProposalTarget> => ({
        value: target,
        label: `$(go-to-file) ${target.name}`,
        description: say`is added to, nothing in it is changed`,
      })),
      ...fresh.map((target): PickItem<ProposalTarget> => ({
        value: target,
        label: `$(new-file) ${target.name}`,
        description: say`a new file`,
      })),
    ],
  });
  return answer === 'back' ? null : answer;
}

/** The usual name in a folder, else the first that is free. */
async function newFile(folder: Uri): Promise<ProposalTarget> {
  for (let count = 1; ; count += 1) {
    const name =
      count === 1 ? '' : count === 2 ? 'discovered.' : `discovered-${String(count - 1)}.`;
    const uri = Uri.joinPath(folder, `${name}pg-topology.json`);
    if (!(await exists(uri))) return toTarget(uri);
  }
}

export async function exists(uri: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

function toTarget(uri: Uri): ProposalTarget {
  return { uri, name: workspace.asRelativePath(uri) };
}

import { commands, QuickPickItemKind, window, workspace } from 'vscode';
import { say } from '../../core/say';
import { askOne, type PickItem } from '../../host/prompts';
import type { CommandDeps } from '../commandDeps';
import { showProposal } from '../discovery/showProposal';
import { findImportSources, type FoundSources, type ImportSource } from './importSources';

const TITLE = say`Import Topology`;

/** Makes a topology of what the project already has: asks of which, shows it, and writes it. Contacts nobody. */
export async function importWork(deps: CommandDeps): Promise<void> {
  if ((workspace.workspaceFolders ?? []).length === 0) {
    sayNoFolder();
    return;
  }
  const found = await findImportSources(deps);
  if (found.sources.length === 0 && found.unread.length === 0) {
    void window.showInformationMessage(
      say`Nothing to import was found: no .env, Compose or service file, and no connection of SQLTools or the PostgreSQL extension that names a server of Postgres.`,
    );
    return;
  }
  const source = await pick(found);
  if (source === null) return;
  const { proposal, secrets, title } = source;
  await showProposal(deps, { proposal, secrets, title });
}

async function pick({ sources, unread }: FoundSources): Promise<ImportSource | null> {
  const answer = await askOne<ImportSource>({
    place: { title: TITLE, step: 1, totalSteps: 1, canGoBack: false },
    placeholder: say`Import from where?`,
    items: [...sources.map(toItem), ...remarks(unread)],
  });
  return answer === 'back' ? null : answer;
}

function toItem(source: ImportSource): PickItem<ImportSource> {
  const { label, description } = source;
  return { value: source, label, description };
}

/** To read, not to choose. */
function remarks(unread: readonly string[]): readonly PickItem<ImportSource>[] {
  if (unread.length === 0) return [];
  return [
    { value: null, label: say`Not imported`, kind: QuickPickItemKind.Separator },
    ...unread.map((sentence) => ({ value: null, label: `$(info) ${sentence}` })),
  ];
}

/** Not awaited: the command has ended, whatever becomes of the message. */
function sayNoFolder(): void {
  void window
    .showInformationMessage(say`Open a folder to keep its topology file.`, say`Open Folder`)
    .then((choice) => {
      if (choice !== undefined) void commands.executeCommand('vscode.openFolder');
    });
}

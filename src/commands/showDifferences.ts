import { window, workspace } from 'vscode';
import type { Difference } from '../core/differences/difference';
import { differencesDocument, differencesSentence } from '../core/differences/differencesDocument';
import { differencesOf, notCompared } from '../core/differences/differencesOf';
import { say } from '../core/say';
import type { TopologySnapshot } from '../core/snapshot';
import { LineIndex } from '../host/lineIndex';
import { nearestPlace } from '../topologyFile/nearestPlace';
import type { CommandDeps } from './commandDeps';
import { defineCommand } from './defineCommand';
import { pickDifference, type DifferenceChoice } from './differencePick';
import { pickTopology } from './pickTopology';
import { writeFileChanges } from './plans/offerFileChanges';

/** Lists what differs between a file and its servers, each with the ways to end it. */
export const showDifferences = defineCommand('showDifferences', {
  title: say`Show Differences`,
  needs: 'topology',
  argument: 'optional',
  run: async (deps, target) => {
    const { monitor, contact } = deps;
    const topologyId =
      target?.topologyId ?? (await pickTopology(monitor.current(), say`Show Differences`));
    if (topologyId === null) return;
    const whole = { topologyId, nodeId: null };
    if (await contact.actOn(whole)) await monitor.refresh(whole, 'manual');
    const snapshot = monitor.current().find(({ id }) => id === topologyId);
    if (snapshot === undefined) return;
    const differences = differencesOf(snapshot);
    const open = notCompared(snapshot);
    const choice = await pickDifference({
      title: say`Differences: ${snapshot.topology.name}`,
      summary: differencesSentence(differences, open),
      differences,
      notCompared: open,
      hasCommand: (id) => deps.hasCommand(id),
    });
    if (choice !== null) await follow(deps, snapshot, differences, choice);
  },
});

async function follow(
  deps: CommandDeps,
  snapshot: TopologySnapshot,
  differences: readonly Difference[],
  choice: DifferenceChoice,
): Promise<void> {
  const topologyId = snapshot.id;
  switch (choice.kind) {
    case 'document': {
      const at = new Date(snapshot.takenAtMs).toISOString();
      const { name } = snapshot.topology;
      const text = differencesDocument(name, differences, notCompared(snapshot), at);
      await deps.documents.show(say`Differences of ${name}`, text, 'markdown');
      return;
    }
    case 'plan':
      await deps.runCommand('planChanges', { topologyId, subject: null });
      return;
    case 'command':
      await deps.runCommand(choice.step.command, { topologyId, subject: choice.step.subject });
      return;
    case 'takeOver': {
      const uri = deps.files.find(topologyId)?.uri;
      if (uri !== undefined) await writeFileChanges(uri, choice.difference.fileChanges);
      return;
    }
    case 'reveal':
      await reveal(deps, topologyId, choice.difference);
  }
}

async function reveal(
  { files }: CommandDeps,
  topologyId: string,
  { path }: Difference,
): Promise<void> {
  const file = files.find(topologyId);
  if (file === null) return;
  const document = await workspace.openTextDocument(file.uri);
  const { shown } = file;
  const place = shown === null ? null : nearestPlace(path, shown.parsed.positions);
  const isSame = shown?.text === document.getText();
  await window.showTextDocument(
    document,
    place === null || !isSame
      ? {}
      : { selection: new LineIndex(document.getText()).rangeOf(place) },
  );
}

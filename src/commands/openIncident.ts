import { commands, Uri, window } from 'vscode';
import { INCIDENT_SUFFIX } from '../core/incident/incidentFileName';
import { say } from '../core/say';
import { defineCommand } from './defineCommand';

/** As the manifest names the editor of incident files. */
const INCIDENT_EDITOR = 'pgTopology.incident';

/** Opens an incident file in a dashboard of its own: the one that is clicked, else one that is chosen. Needs no topology. */
export const openIncident = defineCommand('openIncident', {
  title: say`Open Incident…`,
  run: async (_deps, _target, argument) => {
    const uri = argument instanceof Uri ? argument : await chooseFile();
    if (uri !== null) await openIncidentFile(uri);
  },
});

export async function openIncidentFile(uri: Uri): Promise<void> {
  await commands.executeCommand('vscode.openWith', uri, INCIDENT_EDITOR);
}

async function chooseFile(): Promise<Uri | null> {
  const chosen = await window.showOpenDialog({
    title: say`Open Incident`,
    filters: { 'Postgres incident': [INCIDENT_SUFFIX.slice(1)], 'All files': ['*'] },
  });
  return chosen?.[0] ?? null;
}

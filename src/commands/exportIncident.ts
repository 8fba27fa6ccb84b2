import { Uri, window, workspace } from 'vscode';
import { INCIDENT_SUFFIX, incidentFileName } from '../core/incident/incidentFileName';
import { say } from '../core/say';
import { defineCommand } from './defineCommand';
import { openIncidentFile } from './openIncident';
import { pickTopology } from './pickTopology';

/** Writes what the dashboard shows into one file that opens again without any server. Asks no server. */
export const exportIncident = defineCommand('exportIncident', {
  title: say`Export Incident…`,
  needs: 'topology',
  argument: 'optional',
  run: async ({ monitor, incidents, clock }, target) => {
    const title = say`Export Incident`;
    const topologyId = target?.topologyId ?? (await pickTopology(monitor.current(), title));
    const snapshot = monitor.current().find(({ id }) => id === topologyId);
    if (snapshot === undefined) return;
    const choice = await window.showQuickPick(HOSTS, {
      title,
      placeHolder: say`May the file name your hosts?`,
      ignoreFocusOut: true,
    });
    if (choice === undefined) return;
    const name = incidentFileName(snapshot.topology.name, clock.nowMs());
    const uri = await window.showSaveDialog({
      defaultUri: placeFor(`${name}${INCIDENT_SUFFIX}`),
      filters: { 'Postgres incident': [INCIDENT_SUFFIX.slice(1)] },
      title,
    });
    if (uri === undefined) return;
    const text = await incidents.make(snapshot.id, choice.withHosts);
    await workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    const open = await window.showInformationMessage(
      say`Exported ${snapshot.topology.name} to ${fileName(uri)}. Passwords and connection strings are not in it; look through it before you share it.`,
      say`Open Incident`,
    );
    if (open !== undefined) await openIncidentFile(uri);
  },
});

const HOSTS = [
  {
    label: say`Replace Hosts and Addresses`,
    detail: say`host-1, host-2, … stand for them; names of nodes, tables and roles stay`,
    withHosts: false,
  },
  {
    label: say`Keep Hosts and Addresses`,
    detail: say`For those who know them anyway`,
    withHosts: true,
  },
] as const;

function placeFor(name: string): Uri {
  const [folder] = workspace.workspaceFolders ?? [];
  return folder === undefined ? Uri.file(name) : Uri.joinPath(folder.uri, name);
}

function fileName(uri: Uri): string {
  return uri.path.split('/').at(-1) ?? uri.path;
}

import { commands, Uri, window, workspace } from 'vscode';
import type { FileNode } from '../../core/discovery/look';
import type { TopologyProposal } from '../../core/discovery/proposal';
import type { StartingEnvironment } from '../../core/discovery/startingPointOf';
import { say } from '../../core/say';
import { splitCommand } from '../../operations/discovery/splitCommand';
import type { CommandDeps } from '../commandDeps';
import { askStart, TITLE } from './askStart';
import { confirmServer } from './confirmServer';
import { crawlServers } from './crawlServers';
import { MapLooks } from './mapLooks';
import { showProposal } from './showProposal';
import { startSources } from './startSources';

/** From one connection to a topology file: asks where to begin, looks around, shows what was found, and writes it. */
export async function discoverWork(deps: CommandDeps): Promise<void> {
  const [folder] = workspace.workspaceFolders ?? [];
  if (folder === undefined) {
    sayNoFolder();
    return;
  }
  const { variables } = deps.environment;
  const environment: StartingEnvironment = {
    variables,
    splitCommand: (text) => splitCommand(text, variables),
  };
  for (;;) {
    const start = await askStart(environment, startSources(deps));
    if (start === null) return;
    const endpoints = await confirmServer(deps, start);
    if (endpoints === 'back') continue;
    if (endpoints === null) return;
    const topologyId = Uri.joinPath(folder.uri, 'pg-topology.json').toString();
    const file = { topologyId, nodes: await nodesOfFile(deps) };
    const crawled = await crawlServers(deps, start, endpoints, file);
    if (crawled === null) return;
    const looks = new MapLooks(deps, crawled);
    if (leadsOn(crawled.crawl.proposal())) await show(deps, looks);
    else sayNothingFound(deps, looks);
    return;
  }
}

async function show(deps: CommandDeps, looks: MapLooks): Promise<void> {
  const title = say`Discovered Topology`;
  await showProposal(deps, { ...looks.found(), title, areSecretsTried: true, looks });
}

/** What the workspace's one topology file has already, so that it is known again; nothing where there are several. */
async function nodesOfFile({ files, endpointsOf }: CommandDeps): Promise<readonly FileNode[]> {
  const known = files.current().flatMap(({ topology }) => (topology === null ? [] : [topology]));
  const [topology, ...others] = known;
  if (topology === undefined || others.length > 0) return [];
  return Promise.all(
    topology.nodes.map(async (node) => ({
      id: node.id,
      // A connection that cannot be completed is told by the node's own row.
      endpoints: await endpointsOf(node).catch(() => []),
      database: node.connection['dbname'] ?? null,
    })),
  );
}

/** Whether there is more to a server than that it answers. */
function leadsOn({ nodes, edges, consumers }: TopologyProposal): boolean {
  if (nodes.length > 1 || edges.length > 0 || consumers.length > 0) return true;
  return nodes.some(({ publications, queue }) => publications.length > 0 || queue !== null);
}

function sayNoFolder(): void {
  void window
    .showInformationMessage(say`Open a folder to keep its topology file.`, say`Open Folder`)
    .then((choice) => {
      if (choice !== undefined) void commands.executeCommand('vscode.openFolder');
    });
}

/** Not awaited: the command has ended, whatever becomes of the message. */
function sayNothingFound(deps: CommandDeps, looks: MapLooks): void {
  const host = looks.found().approved[0]?.host ?? TITLE;
  void window
    .showInformationMessage(
      say`${host} answers, but has no standbys, slots, publications or subscriptions.`,
      say`Create Topology File`,
      say`Try Another Connection…`,
    )
    .then(async (choice) => {
      if (choice === say`Create Topology File`) await show(deps, looks);
      else if (choice !== undefined) await deps.runCommand('discoverTopology', null);
    });
}

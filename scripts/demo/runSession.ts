import fs from 'node:fs';
import path from 'node:path';
import { SUPPORTED_MAJORS, type Major } from '../../test/clusters/majors';
import { RunningTopology } from '../../test/clusters/topology/runningTopology';
import { TopologySource } from '../../test/clusters/topology/topologySource';
import { DEMO_COMMANDS, DemoCommands } from './demoCommands';
import { chooseEditor, openEditor, prepareEditor, type OpenEditor } from './editor';
import { StopSignals } from './stopSignals';
import type { StartArguments } from './startArguments.mjs';

/** Runs the demo until the user stops it. Everything it makes is gone when the process ends. */
export async function runSession(options: StartArguments): Promise<never> {
  const signals = new StopSignals();
  const source = TopologySource.named(options.topology);
  const major = checkMajor(options.major);
  const editor = chooseEditor(options.editor);
  prepareEditor(editor);
  console.log(`Starting the servers of "${source.name}" (Postgres ${major}) …`);
  const topology = await RunningTopology.start(source, major);
  const folder = writeWorkspace(topology);
  const { run } = topology.clusters;
  const opened = await openEditor(editor, { folder, run, port: options.port });
  const asked = signals.wait();
  if (options.json) sayReady(topology, folder, opened);
  else explain(topology, folder, opened);
  const commands = new DemoCommands(topology, process.stdin, (text) => console.log(text));
  await Promise.race([asked, opened.ended]);
  console.log('Stopping …');
  await commands.close();
  await opened.close();
  await topology.stop();
  console.log('Stopped. Nothing is left.');
  process.exit(0);
}

function checkMajor(wanted: number): Major {
  const major = SUPPORTED_MAJORS.find((candidate) => candidate === wanted);
  if (major !== undefined) return major;
  throw new Error(`There is no Postgres ${wanted} here, only ${SUPPORTED_MAJORS.join(', ')}.`);
}

function writeWorkspace(topology: RunningTopology): string {
  const folder = path.join(topology.clusters.run.path, 'workspace');
  fs.mkdirSync(folder);
  for (const [name, text] of Object.entries(topology.workspaceFiles())) {
    fs.writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

function explain(topology: RunningTopology, folder: string, opened: OpenEditor): void {
  const nodes = [...topology.nodes.values()].map(
    ({ cluster, id }) => `  ${id.padEnd(20)} 127.0.0.1:${cluster.port}`,
  );
  const lines = ['', ...nodes, '', `Topology file: ${path.join(folder, 'pg-topology.json')}`];
  lines.push(opened.message, DEMO_COMMANDS, 'Ctrl+C stops the servers and removes everything.');
  console.log(lines.join('\n'));
}

/** One line for programs. */
function sayReady(topology: RunningTopology, folder: string, opened: OpenEditor): void {
  const nodes = Object.fromEntries(
    [...topology.nodes.values()].map(({ cluster, database, id }) => [
      id,
      { port: cluster.port, database, pid: cluster.pid },
    ]),
  );
  const ready = {
    folder,
    topologyFile: path.join(folder, 'pg-topology.json'),
    runFolder: topology.clusters.run.path,
    address: opened.address,
    nodes,
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

import { window, workspace } from 'vscode';
import { say } from '../core/say';
import type { TextRange } from '../topologyFile/problem';
import { LineIndex } from '../host/lineIndex';
import type { CommandFile } from './commandFile';
import type { CommandDeps } from './commandDeps';
import { defineCommand } from './defineCommand';
import { nodeOf, type Target } from './target';

/** Opens the file at the node's entry; without an argument the file itself, at the first thing wrong with it. */
export const openTopologyFile = defineCommand('openTopologyFile', {
  title: say`Open Topology File`,
  argument: 'optional',
  run: async (deps, target, argument) => {
    const file = namedFile(deps, argument) ?? (await chooseFile(deps));
    if (file === null) return;
    const range = rangeOf(deps, file, target);
    const text = file.shown?.text ?? '';
    const document = await workspace.openTextDocument(file.uri);
    await window.showTextDocument(
      document,
      range === null ? {} : { selection: new LineIndex(text).rangeOf(range) },
    );
  },
});

/** The file that an argument names, also one that has no topology. */
function namedFile({ files }: CommandDeps, argument: unknown): CommandFile | null {
  if (typeof argument !== 'object' || argument === null) return null;
  const id: unknown = Reflect.get(argument, 'topologyId');
  return typeof id === 'string' ? files.find(id) : null;
}

function rangeOf(deps: CommandDeps, file: CommandFile, target: Target | null): TextRange | null {
  const parsed = file.shown?.parsed;
  if (parsed === undefined) return null;
  if (target?.subject === undefined || target.subject === null) {
    return parsed.problems.find((problem) => problem.severity === 'error')?.range ?? null;
  }
  const snapshot = deps.monitor.current().find((candidate) => candidate.id === file.id);
  if (snapshot === undefined) return null;
  const edge = snapshot.edges.find((candidate) => candidate.id === target.subject);
  const nodeId = nodeOf(snapshot, target.subject);
  const paths =
    edge?.kind === 'consumer'
      ? [['consumers', edge.name]]
      : edge?.kind === 'logical'
        ? [['nodes', edge.to, 'subscriptions', edge.name]]
        : [];
  const all = nodeId === null ? paths : [...paths, ['nodes', nodeId]];
  for (const path of all) {
    const range = parsed.positions.keyAt(path);
    if (range !== null) return range;
  }
  return null;
}

async function chooseFile({ files }: CommandDeps): Promise<CommandFile | null> {
  const found = files.current();
  if (found.length === 0) {
    void window.showInformationMessage(say`There is no topology file in this workspace.`);
    return null;
  }
  const [only] = found;
  if (found.length === 1 && only !== undefined) return only;
  const invalid = found.filter((file) => !file.isValid);
  const items = [...invalid, ...found.filter((file) => file.isValid)].map((file) => ({
    label: `$(${file.isValid ? 'json' : 'warning'}) ${file.name}`,
    description: workspace.asRelativePath(file.uri),
    file,
  }));
  const picked = await window.showQuickPick(items, {
    title: say`Open Topology File`,
    placeHolder: say`Which file?`,
  });
  return picked?.file ?? null;
}

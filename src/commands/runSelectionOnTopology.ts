import { window } from 'vscode';
import { say } from '../core/say';
import { defineCommand } from './defineCommand';
import { pickTopology } from './pickTopology';

/** Runs what is selected in the editor on the node that reads go to, in a transaction that cannot write. */
export const runSelectionOnTopology = defineCommand('runSelectionOnTopology', {
  title: say`Run Selection on Topology`,
  needs: 'trust',
  argument: 'optional',
  run: async (deps, target) => {
    // Before anything is asked: a question takes the focus.
    const editor = window.activeTextEditor;
    if (editor === undefined) {
      void window.showInformationMessage(
        say`Nothing to run: open an SQL file, or select a statement in an editor.`,
      );
      return;
    }
    const title = say`Run Selection on Topology`;
    const topologyId = target?.topologyId ?? (await pickTopology(deps.monitor.current(), title));
    if (topologyId === null) return;
    const { WORK } = await import('./work');
    await WORK.runSelection(deps, editor, topologyId);
  },
});

import * as vscode from 'vscode';
import type { LookAgain } from '../core/discovery/lookAgain';
import type { ProposalChoices, TopologyProposal } from '../core/discovery/proposal';
import type { Log } from '../core/ports/log';
import { toDiscoveryState } from '../protocol/toDiscoveryState';
import { DiscoverySession, type DiscoverySessionDeps } from './discoverySession';
import { fillWebview } from './fillWebview';
import { setTabIcon } from './tabIcon';

export const DISCOVERY_VIEW_TYPE = 'pgTopology.discovery';

export interface MapQuestion {
  readonly extensionUri: vscode.Uri;
  readonly proposal: TopologyProposal;
  /** What the panel is called: `Discovered Topology`, `Import of .env`. */
  readonly title: string;
  readonly log: Log;
  /** Names of the file that no node of the proposal has: a node may not take them. */
  readonly takenNames?: readonly string[];
  /** Absent: what is shown comes from files. */
  readonly lookAgain?: LookAgain;
}

/**
 * Shows what a discovery or an import came to as a map, in a panel of its own, until the person decided.
 * @returns what is to be written, names unique and addresses whole; `null` when it was cancelled or the panel closed
 */
export function chooseInMap(question: MapQuestion): Promise<ProposalChoices | null> {
  const { extensionUri, proposal, title, log, takenNames = [], lookAgain } = question;
  const column = vscode.window.activeTextEditor?.viewColumn ?? vscode.ViewColumn.One;
  const panel = vscode.window.createWebviewPanel(DISCOVERY_VIEW_TYPE, title, column, {
    enableFindWidget: true,
  });
  const { webview } = panel;
  return new Promise((resolve) => {
    const shown = toDiscoveryState(proposal, title, takenNames, lookAgain?.keys() ?? null);
    const session = new DiscoverySession(shown, {
      log,
      ...(lookAgain === undefined ? {} : { lookAgain: lookingWith(lookAgain, title) }),
      post: (message) => void webview.postMessage(message),
      decide: (choices) => {
        resolve(choices);
        panel.dispose();
      },
    });
    const received = webview.onDidReceiveMessage((message) => session.receive(message));
    panel.onDidDispose(() => {
      received.dispose();
      session.dispose();
      // After a decision this changes nothing.
      resolve(null);
    });
    setTabIcon(panel);
    fillWebview(webview, extensionUri, 'discovery');
  });
}

/** Looks, and makes what came of it what is shown. */
function lookingWith(
  lookAgain: LookAgain,
  title: string,
): NonNullable<DiscoverySessionDeps['lookAgain']> {
  return async (nodeId, address, signal) => {
    const { proposal, takenNames, said } = await lookAgain.look(nodeId, address, signal);
    const state = toDiscoveryState(proposal, title, takenNames, lookAgain.keys());
    return { ...state, look: { key: null, said } };
  };
}

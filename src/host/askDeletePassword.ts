import { window } from 'vscode';
import { say } from '../core/say';

/** Asks whether the stored password of a node that left its file shall go. No answer keeps it. */
export async function askDeletePassword(nodeId: string): Promise<boolean> {
  const answer = await window.showInformationMessage(
    say`${nodeId} is no longer in the topology file, but its password is still stored on this machine.`,
    say`Delete Password`,
    say`Keep`,
  );
  return answer === say`Delete Password`;
}

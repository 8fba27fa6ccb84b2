import { window } from 'vscode';
import { say } from '../../core/say';

/** Asks for a password that a session lacked. @param wasRefused the one before did not do. @returns `null` when dismissed */
export async function askNodePassword(
  nodeId: string,
  user: string,
  wasRefused: boolean,
): Promise<string | null> {
  const kept = say`It is kept in the secret store of this machine once it has worked, never in the file.`;
  const password = await window.showInputBox({
    title: say`Password for ${user} on ${nodeId}`,
    prompt: wasRefused ? say`The last one was refused (28P01). ${kept}` : kept,
    password: true,
    ignoreFocusOut: true,
  });
  return password === undefined || password === '' ? null : password;
}

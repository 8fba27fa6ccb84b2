import { env, window } from 'vscode';
import { isServerFailure } from '../core/failure';
import { say } from '../core/say';
import type { CommandDeps } from './commandDeps';
import type { Target } from './target';

/** Tells the user what failed, with one or two ways on. An unknown error offers its details, redacted. */
export async function reportError(
  error: unknown,
  deps: Pick<CommandDeps, 'log' | 'redact' | 'runCommand'>,
  target: Target | null,
): Promise<void> {
  if (isServerFailure(error)) {
    const { reason, text, advice, serverMessage } = error.facts;
    if (reason === 'cancelled') return;
    deps.log.warn(serverMessage === null ? text : `${text} (${serverMessage})`);
    const message = advice === null ? text : `${text} ${advice}`;
    const needsPassword = reason === 'passwordNeeded' || reason === 'passwordRefused';
    const first = needsPassword ? say`Enter Password…` : say`Open Topology File`;
    const choice = await window.showErrorMessage(deps.redact(message), first, say`Show Log`);
    if (choice === say`Show Log`) deps.log.show();
    else if (choice === first) {
      await deps.runCommand(needsPassword ? 'enterPassword' : 'openTopologyFile', target);
    }
    return;
  }
  const details = deps.redact(
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  );
  deps.log.error(details);
  const message = deps.redact(error instanceof Error ? error.message : String(error));
  const choice = await window.showErrorMessage(
    say`Postgres Topology: ${message}`,
    say`Copy Details`,
    say`Show Log`,
  );
  if (choice === say`Copy Details`) await env.clipboard.writeText(details);
  else if (choice === say`Show Log`) deps.log.show();
}

/** Says that Restricted Mode holds a command back, and where that is changed. */
export async function sayRestricted(openTrust: () => Thenable<unknown>): Promise<void> {
  const choice = await window.showWarningMessage(
    say`Not connecting: this workspace is in restricted mode.`,
    say`Manage Workspace Trust`,
  );
  if (choice !== undefined) await openTrust();
}

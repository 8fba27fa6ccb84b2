import { ProgressLocation, window, type CancellationToken } from 'vscode';
import { CancelSource } from '../../core/cancelSource';
import type { CancelSignal } from '../../core/ports/cancelSignal';

/** A read that the user waits for, and may give up. */
export async function whileReading<T>(
  title: string,
  read: (signal: CancelSignal) => Promise<T>,
): Promise<T> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => read(signalOf(token)),
  );
}

/** The cancel button of a progress notification as a signal. VS Code drops its listener with the progress. */
export function signalOf(token: CancellationToken): CancelSignal {
  const source = new CancelSource();
  if (token.isCancellationRequested) source.cancel();
  token.onCancellationRequested(() => source.cancel());
  return source;
}

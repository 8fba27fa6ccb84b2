import { ProgressLocation, window } from 'vscode';
import { CancelSource } from '../../core/cancelSource';
import type { CancelSignal } from '../../core/ports/cancelSignal';

/**
 * Works behind a notification that has a way to cancel.
 * @param outer another way to cancel
 * @returns false when it was cancelled
 */
export async function withCancel(
  title: string,
  work: (signal: CancelSignal) => Promise<void>,
  outer: CancelSignal | null = null,
): Promise<boolean> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => {
      const source = new CancelSource();
      const cancel = (): void => source.cancel();
      const listener = token.onCancellationRequested(cancel);
      outer?.addEventListener('abort', cancel);
      if (outer?.aborted === true) cancel();
      try {
        await work(source);
        return !source.aborted;
      } finally {
        listener.dispose();
        outer?.removeEventListener('abort', cancel);
      }
    },
  );
}

import { ProgressLocation, window, type CancellationToken } from 'vscode';
import { CancelSource } from '../../core/cancelSource';
import type { CancelSignal } from '../../core/ports/cancelSignal';

/** What is over sooner needs no notification, which would flash. */
const QUICK_MS = 500;

/** A read that the user waits for; one that takes long shows, and may be given up. */
export async function whileReading<T>(
  title: string,
  read: (signal: CancelSignal) => Promise<T>,
): Promise<T> {
  const source = new CancelSource();
  const reading = read(source);
  if (await isOverWithin(QUICK_MS, reading)) return reading;
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => {
      follow(token, source);
      return reading;
    },
  );
}

/** The cancel button of a progress notification as a signal. */
export function signalOf(token: CancellationToken): CancelSignal {
  const source = new CancelSource();
  follow(token, source);
  return source;
}

/** VS Code drops the listener with its progress. */
function follow(token: CancellationToken, source: CancelSource): void {
  if (token.isCancellationRequested) source.cancel();
  token.onCancellationRequested(() => source.cancel());
}

async function isOverWithin(limitMs: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  try {
    return await Promise.race([
      work.then(
        () => true,
        () => true,
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

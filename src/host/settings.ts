import { workspace } from 'vscode';
import type { Disposable } from '../core/ports/disposable';

/** The extension's settings, checked and clamped: what a user typed may be of any type. */
export interface Settings {
  /** 1 to 3600. */
  readonly pollIntervalSeconds: number;
  readonly isStatusBarEnabled: boolean;
  readonly pollInBackground: boolean;
  /** A drain stops behind an operation that is set aside, instead of going on with other keys. */
  readonly isQueueOrderStrict: boolean;
  readonly areNotificationsEnabled: boolean;
}

const SECTION = 'pgTopology';

export function readSettings(): Settings {
  const configuration = workspace.getConfiguration(SECTION);
  return {
    pollIntervalSeconds: clampInterval(configuration.get<unknown>('pollIntervalSeconds')),
    isStatusBarEnabled: configuration.get<unknown>('statusBar.enabled') !== false,
    pollInBackground: configuration.get<unknown>('pollInBackground') === true,
    isQueueOrderStrict: configuration.get<unknown>('queue.strictOrder') === true,
    areNotificationsEnabled: configuration.get<unknown>('notifications.enabled') !== false,
  };
}

/** Calls `listener` with the new settings after any of them changed; no reload is needed. */
export function onDidChangeSettings(listener: (settings: Settings) => void): Disposable {
  return workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(SECTION)) listener(readSettings());
  });
}

function clampInterval(value: unknown): number {
  const seconds = typeof value === 'number' && Number.isFinite(value) ? value : 5;
  return Math.min(3600, Math.max(1, seconds));
}

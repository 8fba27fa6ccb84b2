import { workspace } from 'vscode';
import type { Disposable } from '../core/ports/disposable';

/** The extension's settings, checked and clamped: what a user typed may be of any type. */
export interface Settings {
  /** 1 to 3600. */
  readonly pollIntervalSeconds: number;
  readonly isStatusBarEnabled: boolean;
  readonly pollInBackground: boolean;
  /** Lines above nodes in the topology file. */
  readonly areLensesShown: boolean;
  /** A drain stops behind an operation that is set aside, instead of going on with other keys. */
  readonly isQueueOrderStrict: boolean;
  readonly areNotificationsEnabled: boolean;
  /** From the end of a round of continuous checks to the next; 1 to 3600. */
  readonly checkIntervalSeconds: number;
  /** Continuous checks go on while nothing shows them. */
  readonly areChecksContinuedUnseen: boolean;
}

const SECTION = 'pgTopology';

export function readSettings(): Settings {
  const configuration = workspace.getConfiguration(SECTION);
  return {
    pollIntervalSeconds: clampInterval(configuration.get<unknown>('pollIntervalSeconds'), 5),
    isStatusBarEnabled: configuration.get<unknown>('statusBar.enabled') !== false,
    areLensesShown: configuration.get<unknown>('codeLens.enabled') !== false,
    pollInBackground: configuration.get<unknown>('pollInBackground') === true,
    isQueueOrderStrict: configuration.get<unknown>('queue.strictOrder') === true,
    areNotificationsEnabled: configuration.get<unknown>('notifications.enabled') !== false,
    checkIntervalSeconds: clampInterval(configuration.get<unknown>('checks.intervalSeconds'), 10),
    areChecksContinuedUnseen: configuration.get<unknown>('checks.continueUnseen') === true,
  };
}

/** Calls `listener` with the new settings after any of them changed; no reload is needed. */
export function onDidChangeSettings(listener: (settings: Settings) => void): Disposable {
  return workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(SECTION)) listener(readSettings());
  });
}

function clampInterval(value: unknown, usual: number): number {
  const seconds = typeof value === 'number' && Number.isFinite(value) ? value : usual;
  return Math.min(3600, Math.max(1, seconds));
}

import type { Audience } from './ports/topologyMonitor';

/** What the user chose about polling. */
export interface PollingSettings {
  readonly intervalMs: number;
  /** Go on for explorer and status bar while the window is in the background. */
  readonly inBackground: boolean;
}

/** Explorer and status bar go on this long after the window lost focus. */
export const FOCUS_GRACE_MS = 60_000;

/** The status bar alone is asked for this many times less often. */
export const STATUS_BAR_FACTOR = 3;

/** Nobody looks, until the first `setAudience`. */
export const NO_AUDIENCE: Audience = {
  explorer: false,
  dashboard: false,
  statusBar: false,
  isWindowFocused: false,
};

/**
 * How often each node is asked, given who looks: dashboard or explorer at the interval, the status bar alone at three
 * times the interval. A visible dashboard goes on without focus; the other two pause a minute after it was lost.
 * @param unfocusedForMs how long the window has been without focus; ignored while it has it.
 * @returns milliseconds between an answer and the next poll; `null` when nothing may be polled.
 */
export function pollIntervalMs(
  audience: Audience,
  settings: PollingSettings,
  unfocusedForMs: number,
): number | null {
  if (audience.dashboard) return settings.intervalMs;
  const isAttended =
    audience.isWindowFocused || settings.inBackground || unfocusedForMs < FOCUS_GRACE_MS;
  if (!isAttended) return null;
  if (audience.explorer) return settings.intervalMs;
  return audience.statusBar ? settings.intervalMs * STATUS_BAR_FACTOR : null;
}

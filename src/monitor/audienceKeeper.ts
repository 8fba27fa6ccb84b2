import {
  FOCUS_GRACE_MS,
  NO_AUDIENCE,
  pollIntervalMs,
  type PollingSettings,
} from '../core/audience';
import type { Clock } from '../core/ports/clock';
import type { Audience } from '../core/ports/topologyMonitor';

/** Keeps who looks and since when nobody does, and says when the interval that follows from it changes. */
export class AudienceKeeper {
  private audience = NO_AUDIENCE;
  private unfocusedSinceMs: number;
  private interval: number | null = null;
  private cancelTimer: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    private settings: PollingSettings,
    private readonly onInterval: (intervalMs: number | null) => void,
  ) {
    this.unfocusedSinceMs = clock.monotonicMs();
  }

  /** Milliseconds between an answer and the next poll; `null` while nobody looks. */
  get intervalMs(): number | null {
    return this.interval;
  }

  /** The interval that was chosen, whoever looks. */
  get chosenIntervalMs(): number {
    return this.settings.intervalMs;
  }

  /** @returns true when a view came into sight. */
  setAudience(audience: Audience): boolean {
    const before = this.audience;
    if (before.isWindowFocused && !audience.isWindowFocused) {
      this.unfocusedSinceMs = this.clock.monotonicMs();
    }
    this.audience = audience;
    this.decide();
    const appeared = (part: 'explorer' | 'dashboard'): boolean => audience[part] && !before[part];
    return appeared('explorer') || appeared('dashboard');
  }

  setPolling(settings: PollingSettings): void {
    this.settings = settings;
    this.decide();
  }

  dispose(): void {
    this.cancelTimer();
  }

  private decide(): void {
    this.cancelTimer();
    const unfocusedForMs = this.clock.monotonicMs() - this.unfocusedSinceMs;
    const interval = pollIntervalMs(this.audience, this.settings, unfocusedForMs);
    if (!this.audience.isWindowFocused && unfocusedForMs < FOCUS_GRACE_MS) {
      this.cancelTimer = this.clock.schedule(FOCUS_GRACE_MS - unfocusedForMs, () => this.decide());
    }
    if (interval === this.interval) return;
    this.interval = interval;
    this.onInterval(interval);
  }
}

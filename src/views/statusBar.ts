import { StatusBarAlignment, ThemeColor, window, type StatusBarItem } from 'vscode';
import { statusBarText } from '../core/describe/statusBarText';
import type { Clock } from '../core/ports/clock';
import type { Disposable } from '../core/ports/disposable';
import type { TopologyMonitor } from '../core/ports/topologyMonitor';
import { DisposableStore } from '../host/disposableStore';
import { DrawPace } from '../host/drawPace';
import type { Settings } from '../host/settings';
import { statusMarkdown } from './tooltipMarkdown';
import type { TopologyFiles } from './topologyFiles';

const DRAW_DELAY_MS = 250;
/** Ages grow while nothing is read: the item is looked at again this often. */
const AGE_INTERVAL_MS = 30_000;

export interface StatusBarDeps {
  readonly monitor: Pick<TopologyMonitor, 'current' | 'onDidChange'>;
  readonly files: TopologyFiles;
  readonly clock: Clock;
  /** Whether any notification is muted. */
  readonly isMuted: () => boolean;
  readonly settings: () => Settings;
}

/** The one item in the status bar: the worst fact of the workspace. Keeps its last value while servers are asked. */
export class StatusBar implements Disposable {
  readonly #store = new DisposableStore();
  readonly #item: StatusBarItem;
  readonly #pace: DrawPace;

  constructor(private readonly deps: StatusBarDeps) {
    const item = window.createStatusBarItem('pgTopology.status', StatusBarAlignment.Left, 40);
    this.#item = this.#store.add(item);
    item.name = 'Postgres Topology';
    item.command = 'pgTopology.showNodes';
    const pace = new DrawPace(deps.clock, DRAW_DELAY_MS, AGE_INTERVAL_MS, () => this.#draw());
    this.#pace = this.#store.add(pace);
    this.#store.add(deps.monitor.onDidChange(() => pace.request()));
    this.#store.add(deps.files.onDidChange(() => pace.request()));
  }

  /** Draws now; after a setting changed. */
  draw(): void {
    this.#pace.drawNow();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #draw(): void {
    const { monitor, files, clock, settings, isMuted } = this.deps;
    const { isStatusBarEnabled, pollIntervalSeconds } = settings();
    const shown = statusBarText(monitor.current(), {
      nowMs: clock.nowMs(),
      pollIntervalSeconds,
      hasInvalidFile: files.current().some((file) => !file.isValid),
      isMuted: isMuted(),
    });
    if (shown === null || !isStatusBarEnabled) {
      this.#item.hide();
      return;
    }
    // Assigned only when changed: each assignment is a message to the window.
    if (this.#item.text !== shown.text) this.#item.text = shown.text;
    this.#item.accessibilityInformation = { label: shown.accessibleName };
    this.#item.backgroundColor =
      shown.background === 'none'
        ? undefined
        : new ThemeColor(`statusBarItem.${shown.background}Background`);
    this.#item.tooltip = statusMarkdown(shown.tooltip);
    this.#item.show();
  }
}

import { window } from 'vscode';
import type { Disposable } from '../core/ports/disposable';
import type { TopologyMonitor } from '../core/ports/topologyMonitor';
import { DisposableStore } from '../host/disposableStore';

/** Something that is in sight or not. */
interface Sight {
  readonly isVisible: boolean;
  onDidChangeVisible(listener: (isVisible: boolean) => void): Disposable;
}

export interface AudienceDeps {
  readonly monitor: Pick<TopologyMonitor, 'setAudience'>;
  readonly explorer: Sight;
  readonly dashboard: Sight;
  readonly isStatusBarEnabled: () => boolean;
  /** Told whether results of checks can be seen: a dashboard, or the explorer of a window that has the focus. */
  readonly setChecksSeen: (areSeen: boolean) => void;
}

/** Tells the monitor who looks, whenever that changes. */
export class AudienceWatch implements Disposable {
  readonly #store = new DisposableStore();

  constructor(private readonly deps: AudienceDeps) {
    this.#store.add(deps.explorer.onDidChangeVisible(() => this.update()));
    this.#store.add(deps.dashboard.onDidChangeVisible(() => this.update()));
    this.#store.add(window.onDidChangeWindowState(() => this.update()));
    this.update();
  }

  update(): void {
    const { monitor, explorer, dashboard, isStatusBarEnabled, setChecksSeen } = this.deps;
    setChecksSeen(dashboard.isVisible || (explorer.isVisible && window.state.focused));
    monitor.setAudience({
      explorer: explorer.isVisible,
      dashboard: dashboard.isVisible,
      statusBar: isStatusBarEnabled(),
      isWindowFocused: window.state.focused,
    });
  }

  dispose(): void {
    this.#store.dispose();
  }
}

import * as vscode from 'vscode';
import type { Disposable } from '../core/ports/disposable';
import type { DashboardDeps, DashboardFocus, DashboardSession } from './dashboardSession';
import { fillWebview } from './fillWebview';
import { LateSession } from './lateSession';
import type { LoadPages } from './pages';
import { setTabIcon } from './tabIcon';

export const DASHBOARD_VIEW_TYPE = 'pgTopology.dashboard';

export interface DashboardPanelDeps extends DashboardDeps {
  readonly extensionUri: vscode.Uri;
  readonly pages: LoadPages;
}

interface OpenPanel {
  readonly panel: vscode.WebviewPanel;
  readonly session: LateSession<DashboardSession>;
}

/**
 * The dashboard's one panel: opens or reveals it, and takes it over when VS Code restores it after a reload. Its page is
 * built anew each time it is shown; what it needs comes from the monitor and from its own saved state.
 */
export class DashboardPanel implements vscode.WebviewPanelSerializer, Disposable {
  private open: OpenPanel | null = null;
  private visible = false;
  private readonly visibility = new vscode.EventEmitter<boolean>();
  private readonly serializer: vscode.Disposable;

  /** Fires with true when the dashboard came into sight, with false when it went out of sight or was closed. */
  readonly onDidChangeVisible = this.visibility.event;

  constructor(private readonly deps: DashboardPanelDeps) {
    this.serializer = vscode.window.registerWebviewPanelSerializer(DASHBOARD_VIEW_TYPE, this);
  }

  get isVisible(): boolean {
    return this.visible;
  }

  /** Opens the dashboard, or reveals the one that is open, and turns it to what is asked for. */
  show(focus: DashboardFocus = { topologyId: null, id: null }): void {
    if (this.open === null) {
      const column = vscode.window.activeTextEditor?.viewColumn ?? vscode.ViewColumn.One;
      this.adopt(
        vscode.window.createWebviewPanel(DASHBOARD_VIEW_TYPE, TITLE, column, {
          enableFindWidget: true,
        }),
      );
    } else {
      this.open.panel.reveal();
    }
    if (focus.topologyId !== null || focus.id !== null) this.act((session) => session.show(focus));
  }

  /** Sends the present state again, for what changes without a snapshot (a topology file came or went). */
  refresh(): void {
    this.act((session) => session.push());
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    if (this.open === null) this.adopt(panel);
    else panel.dispose();
    return Promise.resolve();
  }

  dispose(): void {
    this.serializer.dispose();
    this.open?.panel.dispose();
    this.visibility.dispose();
  }

  private adopt(panel: vscode.WebviewPanel): void {
    const { webview } = panel;
    const { deps } = this;
    const post = (message: unknown) => void webview.postMessage(message);
    const session = new LateSession(
      async () => {
        const pages = await deps.pages();
        return () => pages.dashboard(deps, post);
      },
      (error) => deps.log.error(`The dashboard could not be loaded: ${String(error)}`),
    );
    const received = webview.onDidReceiveMessage((message) =>
      session.do((loaded) => loaded.receive(message)),
    );
    const viewState = panel.onDidChangeViewState(() => this.setVisible(panel.visible));
    this.open = { panel, session };
    panel.onDidDispose(() => {
      received.dispose();
      viewState.dispose();
      session.dispose();
      this.open = null;
      this.setVisible(false);
    });
    setTabIcon(panel);
    fillWebview(webview, this.deps.extensionUri);
    this.setVisible(panel.visible);
  }

  private act(act: (session: DashboardSession) => void): void {
    this.open?.session.do(act);
  }

  private setVisible(visible: boolean): void {
    this.act((session) => session.setVisible(visible));
    if (visible === this.visible) return;
    this.visible = visible;
    this.visibility.fire(visible);
  }
}

const TITLE = 'Postgres Topology';

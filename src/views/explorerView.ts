import { env, window, workspace, Uri, type TreeView } from 'vscode';
import type { TopologySurroundings } from '../core/describe/topologyText';
import { viewStateOf } from '../core/describe/viewState';
import { checksOf } from '../core/describe/topologyChecks';
import { sortLeftovers } from '../core/plan/leftover';
import type { Checks } from '../core/ports/checks';
import type { Clock } from '../core/ports/clock';
import type { Disposable } from '../core/ports/disposable';
import type { TopologyMonitor } from '../core/ports/topologyMonitor';
import type { QueueAddress } from '../core/queue/drain';
import { DisposableStore } from '../host/disposableStore';
import { DrawPace } from '../host/drawPace';
import type { LeftoverStore } from '../host/leftoverStore';
import type { SetupResults } from '../host/setupResults';
import type { StopRecords } from '../host/stopRecords';
import { ExplorerProvider, type RowHandle } from './explorerProvider';
import { withLeftovers } from './leftoverRows';
import { withSetup } from './setupRows';
import { SteadyRows } from './steadyRows';
import { withStops } from './stopRows';
import type { QueueReader } from './queueReader';
import type { Row } from './row';
import type { TopologyFiles } from './topologyFiles';
import { fileRow, topologyRows } from './topologyRows';
import { say } from '../core/say';

const VIEW_ID = 'pgTopology.explorer';
/** Snapshots of many nodes come close together; one drawing serves them all. */
const DRAW_DELAY_MS = 150;
/** Ages grow while nothing is read: the rows are looked at again this often. */
const AGE_INTERVAL_MS = 30_000;

export interface ExplorerDeps {
  readonly monitor: Pick<TopologyMonitor, 'current' | 'onDidChange'>;
  readonly files: TopologyFiles;
  readonly checks: Pick<Checks, 'of' | 'isContinuous' | 'onDidChange'>;
  readonly leftovers: Pick<LeftoverStore, 'all' | 'onDidChange'>;
  readonly setups: Pick<SetupResults, 'of' | 'onDidChange'>;
  readonly stops: Pick<StopRecords, 'of' | 'onDidChange'>;
  readonly queues: Pick<QueueReader, 'of' | 'opened' | 'closed' | 'onDidChange'>;
  readonly clock: Clock;
}

/** The sidebar's tree: draws the latest snapshots, and says what is seen of it. */
export class ExplorerView implements Disposable {
  readonly #store = new DisposableStore();
  readonly #provider: ExplorerProvider;
  readonly #view: TreeView<RowHandle>;
  readonly #steady = new SteadyRows();

  constructor(private readonly deps: ExplorerDeps) {
    this.#provider = this.#store.add(
      new ExplorerProvider((row) => {
        if (row.reads !== undefined) deps.queues.opened(addressOf(row, row.reads), row.id);
      }),
    );
    this.#view = this.#store.add(
      window.createTreeView(VIEW_ID, { treeDataProvider: this.#provider, showCollapseAll: true }),
    );
    const pace = new DrawPace(deps.clock, DRAW_DELAY_MS, AGE_INTERVAL_MS, () => this.#draw());
    this.#store.add(pace);
    this.#store.add(deps.monitor.onDidChange(() => pace.request()));
    this.#store.add(deps.files.onDidChange(() => pace.request()));
    this.#store.add(deps.checks.onDidChange(() => pace.request()));
    this.#store.add(deps.leftovers.onDidChange(() => pace.request()));
    this.#store.add(deps.setups.onDidChange(() => pace.request()));
    this.#store.add(deps.stops.onDidChange(() => pace.request()));
    this.#store.add(deps.queues.onDidChange(() => pace.request()));
    this.#store.add(
      this.#view.onDidCollapseElement(({ element }) => {
        const row = this.#provider.rowOf(element);
        if (row?.reads !== undefined) deps.queues.closed(addressOf(row, row.reads), row.id);
      }),
    );
  }

  get isVisible(): boolean {
    return this.#view.visible;
  }

  onDidChangeVisible(listener: (isVisible: boolean) => void): Disposable {
    return this.#view.onDidChangeVisibility((event) => listener(event.visible));
  }

  /** Selects the row of a node, edge, slot or queue, if the tree has one. */
  async reveal(topologyId: string, subject: string | null): Promise<void> {
    const handle = this.#provider.find(topologyId, subject);
    if (handle !== undefined) await this.#view.reveal(handle, { select: true, focus: false });
  }

  /** The row that is selected, for commands called without one. */
  get selection(): RowHandle | undefined {
    return this.#view.selection[0];
  }

  dispose(): void {
    this.#store.dispose();
  }

  #draw(): void {
    const { monitor, files, checks, leftovers, setups, stops, queues, clock } = this.deps;
    const nowMs = clock.nowMs();
    const snapshots = monitor.current();
    const rows = snapshots.map((snapshot) => {
      const { id, topology } = snapshot;
      const own = topologyRows(
        snapshot,
        nowMs,
        surroundingsOf(id),
        checksOf(checks, id),
        queues.of(id),
      );
      const withOld = withLeftovers(own, sortLeftovers(leftovers.all(), snapshot).present);
      const withWhy = withStops(withOld, snapshot, stops.of(id), nowMs);
      return withSetup(withWhy, topology, setups.of(id), nowMs);
    });
    const unread = files.current().filter((file) => file.topology === null);
    const all = [...rows, ...unread.map(({ id, name }) => fileRow(id, name))];
    this.#provider.show(this.#steady.settle(all, nowMs));
    const state = viewStateOf(snapshots, files.conditions(), nowMs);
    // An empty text is how VS Code is told to show none.
    if (this.#view.message !== (state.message ?? '')) this.#view.message = state.message ?? '';
    this.#view.description = state.description;
    if (this.#view.badge?.value !== state.badge) {
      this.#view.badge =
        state.badge === 0 ? undefined : { value: state.badge, tooltip: state.badgeTooltip };
    }
  }
}

function addressOf({ topologyId }: Row, nodeId: string): QueueAddress {
  return { topologyId, nodeId };
}

function surroundingsOf(topologyId: string): TopologySurroundings {
  const folders = workspace.workspaceFolders ?? [];
  const folder = workspace.getWorkspaceFolder(Uri.parse(topologyId, true));
  return {
    remoteName: remoteLabel(env.remoteName),
    folderName: folders.length > 1 ? (folder?.name ?? null) : null,
  };
}

const REMOTES: Readonly<Record<string, string>> = {
  'ssh-remote': 'SSH',
  wsl: 'WSL',
  'dev-container': say`a container`,
  'attached-container': say`a container`,
  codespaces: 'Codespaces',
  tunnel: say`a tunnel`,
};

/** A server that serves the whole editor to a browser is no remote to the user: he has no other machine. */
function remoteLabel(name: string | undefined): string | null {
  return name === undefined ? null : (REMOTES[name] ?? null);
}

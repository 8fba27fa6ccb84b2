import {
  EventEmitter,
  FileDecoration,
  ThemeColor,
  window,
  type FileDecorationProvider,
  type Uri,
} from 'vscode';
import { fileBadge, type FileBadge } from '../core/attention/fileBadge';
import type { Clock } from '../core/ports/clock';
import type { Disposable } from '../core/ports/disposable';
import type { TopologyMonitor } from '../core/ports/topologyMonitor';
import { DisposableStore } from '../host/disposableStore';
import { DrawPace } from '../host/drawPace';
import type { TopologyFiles } from './topologyFiles';

/** A mark may come a moment after the rows of the tree. */
const DRAW_DELAY_MS = 500;
/** Health is told with each picture, so nothing grows old here. */
const REDRAW_MS = 600_000;

const COLOURS: Readonly<Record<FileBadge['health'], string>> = {
  error: 'list.errorForeground',
  warning: 'list.warningForeground',
};

/** Marks a topology file with "!" while a node of its topology is unhealthy. */
export class FileDecorations implements FileDecorationProvider, Disposable {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new EventEmitter<Uri[]>());
  readonly #badges = new Map<string, FileBadge>();
  readonly onDidChangeFileDecorations = this.#changed.event;

  constructor(
    private readonly files: Pick<TopologyFiles, 'current' | 'onDidChange'>,
    private readonly monitor: Pick<TopologyMonitor, 'current' | 'onDidChange'>,
    private readonly clock: Clock,
  ) {
    this.#store.add(window.registerFileDecorationProvider(this));
    const pace = new DrawPace(clock, DRAW_DELAY_MS, REDRAW_MS, () => this.#draw());
    this.#store.add(pace);
    this.#store.add(
      monitor.onDidChange((_, isNews) => {
        if (isNews) pace.request();
      }),
    );
    this.#store.add(files.onDidChange(() => pace.request()));
  }

  provideFileDecoration(uri: Uri): FileDecoration | undefined {
    const badge = this.#badges.get(uri.toString());
    if (badge === undefined) return undefined;
    return new FileDecoration('!', badge.tooltip, new ThemeColor(COLOURS[badge.health]));
  }

  dispose(): void {
    this.#store.dispose();
  }

  #draw(): void {
    const nowMs = this.clock.nowMs();
    const snapshots = new Map(this.monitor.current().map((snapshot) => [snapshot.id, snapshot]));
    const changed = this.files.current().flatMap(({ id, uri }) => {
      const snapshot = snapshots.get(id);
      const badge = snapshot === undefined ? null : fileBadge(snapshot, nowMs);
      const before = this.#badges.get(id) ?? null;
      if (JSON.stringify(badge) === JSON.stringify(before)) return [];
      if (badge === null) this.#badges.delete(id);
      else this.#badges.set(id, badge);
      return [uri];
    });
    if (changed.length > 0) this.#changed.fire(changed);
  }
}

import { workspace } from 'vscode';
import type { Disposable } from '../core/ports/disposable';
import type { Checks } from '../core/ports/checks';
import type { TopologyMonitor } from '../core/ports/topologyMonitor';
import type { TopologySnapshot } from '../core/snapshot';
import { isReadOnly } from '../core/topology';
import type { ContextKeyWriter } from '../host/contextKeys';
import { DisposableStore } from '../host/disposableStore';
import type { TopologyFiles } from './topologyFiles';

/** Keeps the context keys that menus and welcome views test in step with files and snapshots. */
export class ContextKeyWatch implements Disposable {
  readonly #store = new DisposableStore();

  constructor(
    private readonly keys: ContextKeyWriter,
    private readonly monitor: Pick<TopologyMonitor, 'current' | 'onDidChange'>,
    private readonly files: TopologyFiles,
    private readonly checks: Pick<Checks, 'isContinuous' | 'onDidChange'>,
  ) {
    this.#store.add(files.onDidChange(() => this.update()));
    this.#store.add(monitor.onDidChange(() => this.update()));
    this.#store.add(checks.onDidChange(() => this.update()));
    this.update();
  }

  update(): void {
    const snapshots = this.monitor.current();
    const entries = this.files.entries();
    this.keys.set({
      hasTopology: entries.length > 0,
      connected: snapshots.some(({ nodes }) =>
        nodes.some((node) => node.sample.contact === 'connected'),
      ),
      readOnly: snapshots.length > 0 && snapshots.every(takesNoChanges),
      production: entries.some(({ topology }) => topology.environment === 'production'),
      checking: snapshots.some(({ id }) => this.checks.isContinuous(id)),
      restricted: !workspace.isTrusted,
      ...(this.files.hasLooked ? { files: this.#filesKey(entries.length) } : {}),
    });
  }

  dispose(): void {
    this.#store.dispose();
  }

  #filesKey(topologies: number): 'none' | 'invalid' | 'some' {
    if (topologies > 0) return 'some';
    return this.files.current().length > 0 ? 'invalid' : 'none';
  }
}

/**
 * Whether nothing of a topology takes changes: every node that it declares is read-only in the file or a standby. What is
 * not known counts as declared.
 */
function takesNoChanges({ nodes, topology }: TopologySnapshot): boolean {
  const standbys = new Set(
    topology.nodes.filter(({ standbyOf }) => standbyOf !== null).map(({ id }) => id),
  );
  const declared = nodes.filter(({ isDeclared }) => isDeclared);
  return declared.every(
    ({ id, sample }) => isReadOnly(topology, id) || (sample.fast?.isInRecovery ?? standbys.has(id)),
  );
}

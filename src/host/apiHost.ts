import { EventEmitter } from 'vscode';
import type { Disposable } from '../core/ports/disposable';
import type { TopologyMonitor } from '../core/ports/topologyMonitor';
import type { ApiSnapshot, PgTopologyApi } from './api';
import { toApiSnapshot } from './apiSnapshot';
import { DisposableStore } from './disposableStore';

/** Serves other extensions: copies of the latest snapshots, and refreshes that stay within what the user allowed. */
export class ApiHost implements Disposable {
  readonly #store = new DisposableStore();
  readonly api: PgTopologyApi;

  constructor(
    monitor: Pick<TopologyMonitor, 'current' | 'onDidChange' | 'refresh'>,
    isTrusted: () => boolean,
  ) {
    const changed = this.#store.add(new EventEmitter<ApiSnapshot>());
    const getSnapshot = () => toApiSnapshot(monitor.current());
    this.#store.add(monitor.onDidChange(() => changed.fire(getSnapshot())));
    this.api = {
      apiVersion: 1,
      getSnapshot,
      onDidChangeSnapshot: changed.event,
      // The gate decides for every node; another extension is no act of the user.
      refresh: async () => {
        if (isTrusted()) await monitor.refresh(null, 'manual');
      },
      runChecks: () => Promise.reject(new Error('Checks are not available in this version.')),
    };
  }

  dispose(): void {
    this.#store.dispose();
  }
}

import { realpath } from 'node:fs/promises';
import { EventEmitter, commands, window, type ExtensionContext } from 'vscode';
import type { ApiSnapshot, PgTopologyApi } from './host/api';
import { toApiSnapshot } from './host/apiSnapshot';
import { DisposableStore } from './host/disposableStore';
import { LogChannel } from './host/logChannel';
import { TopologyFileWatcher } from './host/topologyFileWatcher';

export interface Composition {
  readonly api: PgTopologyApi;
  /** Releases everything in reverse order. */
  close(): Promise<void>;
}

/** Builds every object, in order of need. Opens no socket and does not load `pg`. */
export function compose(_context: ExtensionContext): Composition {
  const store = new DisposableStore();
  const channel = window.createOutputChannel('Postgres Topology', { log: true });
  const log = store.add(new LogChannel(channel, (text) => text));
  const watcher = store.add(new TopologyFileWatcher((path) => realpath(path), log));
  const changed = store.add(new EventEmitter<ApiSnapshot>());
  store.add(commands.registerCommand('pgTopology.showLog', () => log.show()));
  void watcher.rescan();
  const api: PgTopologyApi = {
    apiVersion: 1,
    getSnapshot: () => toApiSnapshot([]),
    onDidChangeSnapshot: changed.event,
    refresh: () => Promise.resolve(),
    runChecks: () => Promise.reject(new Error('Checks are not available in this version.')),
  };
  return {
    api,
    close: () => {
      store.dispose();
      return Promise.resolve();
    },
  };
}

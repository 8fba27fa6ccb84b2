import { EventEmitter } from 'vscode';
import type { Checks } from '../core/ports/checks';
import type { Disposable } from '../core/ports/disposable';
import type { TopologyMonitor } from '../core/ports/topologyMonitor';
import type { ApiCheck, ApiSnapshot, PgTopologyApi } from './api';
import { toApiChecks } from './apiChecks';
import { toApiSnapshot } from './apiSnapshot';
import { DisposableStore } from './disposableStore';

/** Serves other extensions: copies of the latest snapshots, and refreshes and checks that stay within what the user allowed. */
export class ApiHost implements Disposable {
  readonly #store = new DisposableStore();
  readonly #cancel = new AbortController();
  /** The run that is under way, for whoever asks meanwhile. */
  #checking: Promise<readonly ApiCheck[]> | null = null;
  readonly api: PgTopologyApi;

  constructor(
    private readonly monitor: Pick<TopologyMonitor, 'current' | 'onDidChange' | 'refresh'>,
    private readonly checks: Pick<Checks, 'run'>,
    private readonly isTrusted: () => boolean,
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
      runChecks: async () => this.#runChecks(),
    };
  }

  dispose(): void {
    this.#cancel.abort();
    this.#store.dispose();
  }

  async #runChecks(): Promise<readonly ApiCheck[]> {
    if (!this.isTrusted()) throw new Error('Not checking: this workspace is in restricted mode.');
    this.#checking ??= this.#checkAll().finally(() => {
      this.#checking = null;
    });
    return this.#checking;
  }

  async #checkAll(): Promise<readonly ApiCheck[]> {
    const runs = this.monitor.current().map(async ({ id }) => {
      // Whether a node may be contacted is asked for each, as for a poll.
      const results = await this.checks.run(id, null, this.#cancel.signal);
      return toApiChecks(id, results);
    });
    return (await Promise.all(runs)).flat();
  }
}

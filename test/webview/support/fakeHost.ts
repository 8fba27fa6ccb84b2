import type { Disposable } from '../../../src/core/ports/disposable';
import type { NodeRef } from '../../../src/core/ports/topologyMonitor';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import { DashboardSession } from '../../../src/panels/dashboardSession';
import { DASHBOARD_COMMANDS, type DashboardCommand } from '../../../src/protocol/dashboardMessages';
import type { Envelope } from '../../../src/protocol/envelope';
import { NOW_MS } from './build';
import { historyOf } from './histories';

/** The host's real side of the dashboard over recorded snapshots instead of servers. */
export class FakeHost {
  readonly received: unknown[] = [];
  readonly warnings: string[] = [];
  readonly commands: { readonly command: DashboardCommand; readonly ref: NodeRef | null }[] = [];
  readonly session: DashboardSession;
  private readonly listeners = new Set<(snapshot: TopologySnapshot, isNews: boolean) => void>();
  nowMs = NOW_MS;

  constructor(
    private snapshots: readonly TopologySnapshot[],
    post: (message: Envelope) => void,
  ) {
    const listeners = this.listeners;
    this.session = new DashboardSession(
      {
        monitor: {
          current: () => this.snapshots,
          history: (topologyId) => {
            const found = this.snapshots.find(({ id }) => id === topologyId);
            return found === undefined ? { topologyId, series: new Map() } : historyOf(found);
          },
          onDidChange: (listener): Disposable => {
            listeners.add(listener);
            return { dispose: () => void listeners.delete(listener) };
          },
        },
        clock: {
          nowMs: () => this.nowMs,
          monotonicMs: () => performance.now(),
          schedule: (delayMs, run) => {
            const timer = setTimeout(run, delayMs);
            return () => clearTimeout(timer);
          },
        },
        log: {
          debug: () => undefined,
          info: () => undefined,
          warn: (message) => void this.warnings.push(message),
          error: (message) => void this.warnings.push(message),
        },
        commands: DASHBOARD_COMMANDS,
        runCommand: (command, ref) => void this.commands.push({ command, ref }),
      },
      post,
    );
  }

  receive(message: unknown): void {
    this.received.push(message);
    this.session.receive(message);
  }

  /** Publishes a snapshot as the monitor does. */
  publish(snapshot: TopologySnapshot): void {
    this.snapshots = this.snapshots.some(({ id }) => id === snapshot.id)
      ? this.snapshots.map((one) => (one.id === snapshot.id ? snapshot : one))
      : [...this.snapshots, snapshot];
    for (const listener of this.listeners) listener(snapshot, true);
  }
}

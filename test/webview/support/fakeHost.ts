import { emptyHistory } from '../../../src/core/history';
import type { Disposable } from '../../../src/core/ports/disposable';
import type { EdgeChecks } from '../../../src/core/ports/checks';
import type { DrainState } from '../../../src/core/queue/drain';
import type { StopRecord } from '../../../src/core/stopRecord';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import { EventBook } from '../../../src/operations/events/eventBook';
import {
  type DashboardDeps,
  DashboardSession,
  type DashboardTarget,
} from '../../../src/panels/dashboardSession';
import { DASHBOARD_COMMANDS, type DashboardCommand } from '../../../src/protocol/dashboardCommands';
import type { Envelope } from '../../../src/protocol/envelope';
import { NOW_MS } from './build';
import { historyOf, since } from './histories';

/** The host's real side of the dashboard over recorded snapshots instead of servers. */
export class FakeHost {
  readonly received: unknown[] = [];
  readonly warnings: string[] = [];
  readonly commands: {
    readonly command: DashboardCommand;
    readonly target: DashboardTarget | null;
  }[] = [];
  /** What is known of the checks of every topology. */
  checks: readonly EdgeChecks[] = [];
  isContinuous = false;
  /** Why subscriptions stopped, where it was read. */
  stops: readonly StopRecord[] = [];
  /** What this window drains. */
  drains: readonly DrainState[] = [];
  private readonly stopListeners = new Set<(topologyId: string) => void>();
  private readonly checkListeners = new Set<(topologyId: string) => void>();
  readonly session: DashboardSession;
  /** What the dashboard and its export work with. */
  readonly deps: DashboardDeps;
  private readonly listeners = new Set<(snapshot: TopologySnapshot, isNews: boolean) => void>();
  nowMs = NOW_MS;
  /** What happened, as the window saw it. */
  readonly events = new EventBook(() => this.nowMs);

  constructor(
    private snapshots: readonly TopologySnapshot[],
    post: (message: Envelope) => void,
  ) {
    const { listeners, checkListeners, stopListeners } = this;
    for (const snapshot of snapshots) this.events.noteSnapshot(snapshot);
    this.deps = {
      monitor: {
        current: () => this.snapshots,
        history: (topologyId, range = '15min', afterMs = null) => {
          const found = this.snapshots.find(({ id }) => id === topologyId);
          return found === undefined
            ? emptyHistory(topologyId, range)
            : since(historyOf(found, range, this.checks), afterMs);
        },
        onDidChange: (listener): Disposable => {
          listeners.add(listener);
          return { dispose: () => void listeners.delete(listener) };
        },
      },
      restoreHistory: () => Promise.resolve(),
      checks: {
        of: () => this.checks,
        isContinuous: () => this.isContinuous,
        onDidChange: (listener): Disposable => {
          checkListeners.add(listener);
          return { dispose: () => void checkListeners.delete(listener) };
        },
      },
      stops: {
        of: () => this.stops,
        onDidChange: (listener): Disposable => {
          stopListeners.add(listener);
          return { dispose: () => void stopListeners.delete(listener) };
        },
      },
      drains: { of: () => this.drains, onDidChange: () => ({ dispose: () => undefined }) },
      events: this.events,
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
      runCommand: (command, target) => void this.commands.push({ command, target }),
    };
    this.session = new DashboardSession(this.deps, post);
  }

  /** Somebody asked why a subscription of every topology stopped. */
  readStop(record: StopRecord): void {
    this.stops = [record];
    for (const { id } of this.snapshots) for (const tell of this.stopListeners) tell(id);
  }

  receive(message: unknown): void {
    this.received.push(message);
    this.session.receive(message);
  }

  /** Says that a check began or ended, as the desk of checks does. */
  checked(checks: readonly EdgeChecks[], isContinuous = false): void {
    this.checks = checks;
    this.isContinuous = isContinuous;
    for (const { id } of this.snapshots) for (const listener of this.checkListeners) listener(id);
  }

  /** Publishes a snapshot as the monitor does. */
  publish(snapshot: TopologySnapshot): void {
    this.snapshots = this.snapshots.some(({ id }) => id === snapshot.id)
      ? this.snapshots.map((one) => (one.id === snapshot.id ? snapshot : one))
      : [...this.snapshots, snapshot];
    this.events.noteSnapshot(snapshot);
    for (const listener of this.listeners) listener(snapshot, true);
  }
}

import { checksOf } from '../core/describe/topologyChecks';
import { emptyHistory } from '../core/history';
import type { Clock } from '../core/ports/clock';
import type { Disposable } from '../core/ports/disposable';
import type { Log } from '../core/ports/log';
import type { Checks } from '../core/ports/checks';
import type { Drains } from '../core/ports/drains';
import type { TopologyEvent } from '../core/events/topologyEvent';
import type { TopologyMonitor } from '../core/ports/topologyMonitor';
import type { TopologySnapshot } from '../core/snapshot';
import type { StopRecord } from '../core/stopRecord';
import { Channel } from '../protocol/channel';
import type { DashboardCommand } from '../protocol/dashboardCommands';
import {
  commandRequested,
  dashboardReady,
  type DashboardPush,
  fetchEvents,
  fetchLagHistory,
  fetchQueuePast,
  type RunCommandMessage,
  selectionChanged,
  snapshotPushed,
  topologyChosen,
} from '../protocol/dashboardMessages';
import type { Envelope } from '../protocol/envelope';
import { HOST_MESSAGE_LIMIT_BYTES } from '../protocol/messageSize';
import { slotId } from '../protocol/slotId';
import { toDashboardState } from '../protocol/toDashboardState';
import { toEvents } from '../protocol/toEvents';
import { toLagHistory } from '../protocol/toLagHistory';
import { toQueuePast } from '../protocol/toQueuePast';

const CHECKS_DELAY_MS = 100;

interface EventSource {
  of(topologyId: string): readonly TopologyEvent[];
  /** Rises with every change of them. */
  revision(topologyId: string): number;
  onDidChange(listener: (topologyId: string) => void): Disposable;
}

interface StopSource {
  of(topologyId: string): readonly StopRecord[];
  onDidChange(listener: (topologyId: string) => void): Disposable;
}

/** What a dashboard may do in the host. */
export interface DashboardDeps {
  readonly monitor: Pick<TopologyMonitor, 'current' | 'history' | 'onDidChange'>;
  /** Reads what an earlier window kept of a topology, once; never rejects. */
  readonly restoreHistory: (topologyId: string) => Promise<void>;
  readonly checks: Pick<Checks, 'of' | 'isContinuous' | 'onDidChange'>;
  /** Why subscriptions stopped, as it was read last. */
  readonly stops: StopSource;
  readonly drains: Pick<Drains, 'of' | 'onDidChange'>;
  /** What happened. */
  readonly events: EventSource;
  readonly clock: Clock;
  readonly log: Log;
  /** Commands that exist; the dashboard shows buttons for these alone. */
  readonly commands: readonly DashboardCommand[];
  /** Runs one of `commands`; what its target names is known. */
  readonly runCommand: (command: DashboardCommand, target: DashboardTarget | null) => void;
}

/** What a button is about. */
export interface DashboardTarget {
  readonly topologyId: string;
  /** A node, an edge or a slot; `null`: the whole topology. */
  readonly subject: string | null;
}

/** What the dashboard is asked to show. */
export interface DashboardFocus {
  readonly topologyId: string | null;
  /** Node, edge, slot (`slot/<node>/<name>`) or queue; `null`: the worst. */
  readonly id: string | null;
  /** The part of the page that is meant; absent: its head. */
  readonly section?: 'loss';
}

/**
 * The host's side of one open dashboard: pushes snapshots while it is visible, answers its questions, and lets through
 * only known commands on known nodes. Knows nothing of VS Code.
 */
export class DashboardSession implements Disposable {
  private readonly channel: Channel;
  private readonly subscriptions: readonly Disposable[];
  private topologyId: string | null = null;
  private selectedId: string | null = null;
  private focus: DashboardPush['focus'] = { serial: 0, id: null, section: null };
  private isReady = false;
  private isVisible = true;
  private cancelSoon: (() => void) | null = null;

  constructor(
    private readonly deps: DashboardDeps,
    post: (message: Envelope) => void,
  ) {
    const { clock, log, monitor } = deps;
    this.channel = new Channel({
      post,
      schedule: (delayMs, run) => clock.schedule(delayMs, run),
      warn: (message) => log.warn(`Dashboard: ${message}`),
      maxReceivedBytes: HOST_MESSAGE_LIMIT_BYTES,
    });
    this.channel.on(dashboardReady, ({ topologyId, selectedId }) => {
      this.isReady = true;
      this.topologyId ??= topologyId;
      this.selectedId ??= selectedId;
      this.push();
    });
    this.channel.on(selectionChanged, ({ topologyId, id }) => {
      if (topologyId !== this.shown()?.id) return;
      this.selectedId = id;
      this.push();
    });
    this.channel.on(topologyChosen, ({ topologyId }) => {
      if (this.find(topologyId) === undefined) return;
      this.topologyId = topologyId;
      this.selectedId = null;
      this.push();
    });
    this.channel.on(commandRequested, (message) => this.run(message));
    this.channel.handle(fetchLagHistory, async ({ topologyId, range, afterMs }) => {
      if (this.find(topologyId) === undefined) return toLagHistory(emptyHistory(topologyId, range));
      // What an earlier window kept is read when somebody asks for it.
      await deps.restoreHistory(topologyId);
      return toLagHistory(monitor.history(topologyId, range, afterMs));
    });
    this.channel.handle(fetchQueuePast, ({ topologyId }) => {
      const snapshot = this.find(topologyId);
      return snapshot === undefined ? { topologyId, series: [] } : toQueuePast(snapshot);
    });
    this.channel.handle(fetchEvents, ({ topologyId }) => {
      const { events } = deps;
      if (this.find(topologyId) === undefined) return { topologyId, revision: 0, events: [] };
      return toEvents(topologyId, events.revision(topologyId), events.of(topologyId));
    });
    this.subscriptions = [
      monitor.onDidChange((snapshot) => this.pushIfShown(snapshot.id)),
      deps.checks.onDidChange((topologyId) => this.pushSoonIfShown(topologyId)),
      deps.drains.onDidChange((topologyId) => this.pushSoonIfShown(topologyId)),
      deps.stops.onDidChange((topologyId) => this.pushSoonIfShown(topologyId)),
      deps.events.onDidChange((topologyId) => this.pushSoonIfShown(topologyId)),
    ];
  }

  receive(message: unknown): void {
    this.channel.receive(message);
  }

  /** Turns the dashboard to a topology and to one thing in it. */
  show(focus: DashboardFocus): void {
    if (focus.topologyId !== null) this.topologyId = focus.topologyId;
    this.focus = { serial: this.focus.serial + 1, id: focus.id, section: focus.section ?? null };
    this.selectedId = focus.id;
    this.push();
  }

  /** A hidden page hears nothing and is rebuilt when shown again, so nothing is sent until it says `ready`. */
  setVisible(isVisible: boolean): void {
    this.isVisible = isVisible;
    if (!isVisible) this.isReady = false;
    // The new page may have said `ready` before VS Code said that it is visible.
    else this.push();
  }

  /** Sends the present state, also when the list of topologies changed without a snapshot. */
  push(): void {
    if (!this.isReady || !this.isVisible) return;
    const { checks, stops, drains } = this.deps;
    const snapshot = this.shown();
    this.channel.emit(snapshotPushed, {
      sentAtMs: this.deps.clock.nowMs(),
      topologies: this.deps.monitor
        .current()
        .map(({ id, topology }) => ({ id, name: topology.name })),
      commands: [...this.deps.commands],
      focus: this.focus,
      eventsRevision: snapshot === undefined ? 0 : this.deps.events.revision(snapshot.id),
      incident: null,
      state:
        snapshot === undefined
          ? null
          : toDashboardState(
              snapshot,
              this.selectedId,
              checksOf(checks, snapshot.id),
              stops.of(snapshot.id),
              drains.of(snapshot.id),
            ),
    });
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.cancelSoon?.();
    this.channel.close();
  }

  /** Results of many edges come close together; one push serves them all. */
  private pushSoonIfShown(topologyId: string): void {
    if (topologyId !== this.shown()?.id) return;
    this.cancelSoon ??= this.deps.clock.schedule(CHECKS_DELAY_MS, () => {
      this.cancelSoon = null;
      this.push();
    });
  }

  private pushIfShown(topologyId: string): void {
    if (topologyId === this.shown()?.id) this.push();
  }

  private shown(): TopologySnapshot | undefined {
    const chosen = this.topologyId === null ? undefined : this.find(this.topologyId);
    return chosen ?? this.deps.monitor.current()[0];
  }

  private find(topologyId: string): TopologySnapshot | undefined {
    return this.deps.monitor.current().find(({ id }) => id === topologyId);
  }

  private run({ command, topologyId, subject }: RunCommandMessage): void {
    const { commands, log, runCommand } = this.deps;
    if (!commands.includes(command)) {
      log.warn(`Dashboard: ${command} does not exist.`);
      return;
    }
    if (topologyId === null) {
      runCommand(command, null);
      return;
    }
    const snapshot = this.find(topologyId);
    const isKnown =
      snapshot !== undefined &&
      (subject === null ||
        snapshot.nodes.some(({ id }) => id === subject) ||
        snapshot.edges.some(({ id }) => id === subject) ||
        snapshot.queues.some(({ id }) => id === subject) ||
        snapshot.slots.some(({ nodeId, name }) => slotId(nodeId, name) === subject));
    if (!isKnown) {
      log.warn(`Dashboard: dropped ${command} for something unknown.`);
      return;
    }
    runCommand(command, { topologyId, subject });
  }
}

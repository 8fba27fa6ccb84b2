import type { Clock } from '../core/ports/clock';
import type { Disposable } from '../core/ports/disposable';
import type { Log } from '../core/ports/log';
import { Channel } from '../protocol/channel';
import {
  dashboardReady,
  fetchEvents,
  fetchLagHistory,
  fetchQueuePast,
  selectionChanged,
  snapshotPushed,
  topologyChosen,
} from '../protocol/dashboardMessages';
import type { Envelope } from '../protocol/envelope';
import type { Incident, IncidentTopology } from '../protocol/incident';
import { HOST_MESSAGE_LIMIT_BYTES } from '../protocol/messageSize';

export interface IncidentSessionDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The host's side of a dashboard that shows what an incident file holds: answers from the file alone. There is no command, no server
 * and no topology file behind it.
 */
export class IncidentSession implements Disposable {
  private readonly channel: Channel;
  private topologyId: string | null = null;
  private selectedId: string | null = null;
  private isReady = false;

  constructor(
    { clock, log }: IncidentSessionDeps,
    private readonly incident: Incident,
    /** Name of the file, for people. */
    private readonly file: string,
    post: (message: Envelope) => void,
  ) {
    this.channel = new Channel({
      post,
      schedule: (delayMs, run) => clock.schedule(delayMs, run),
      warn: (message) => log.warn(`Incident: ${message}`),
      maxReceivedBytes: HOST_MESSAGE_LIMIT_BYTES,
    });
    this.channel.on(dashboardReady, ({ topologyId, selectedId }) => {
      this.isReady = true;
      this.topologyId ??= topologyId;
      this.selectedId ??= selectedId;
      this.push();
    });
    this.channel.on(selectionChanged, ({ topologyId, id }) => {
      if (topologyId !== this.shown()?.state.topologyId) return;
      this.selectedId = id;
      this.push();
    });
    this.channel.on(topologyChosen, ({ topologyId }) => {
      this.topologyId = topologyId;
      this.selectedId = null;
      this.push();
    });
    this.channel.handle(fetchLagHistory, ({ topologyId, range }) => {
      const kept = this.find(topologyId)?.histories.find((history) => history.range === range);
      return kept ?? { topologyId, range, pauses: [], series: [] };
    });
    this.channel.handle(
      fetchQueuePast,
      ({ topologyId }) => this.find(topologyId)?.queuePast ?? { topologyId, series: [] },
    );
    this.channel.handle(fetchEvents, ({ topologyId }) => ({
      topologyId,
      revision: 1,
      events: this.find(topologyId)?.events ?? [],
    }));
  }

  receive(message: unknown): void {
    this.channel.receive(message);
  }

  /** A hidden page is built anew when it is shown again, and then says that it listens. */
  setVisible(isVisible: boolean): void {
    if (!isVisible) this.isReady = false;
  }

  dispose(): void {
    this.channel.close();
  }

  private push(): void {
    if (!this.isReady) return;
    const { exportedAtMs, topologies } = this.incident;
    const shown = this.shown();
    this.channel.emit(snapshotPushed, {
      sentAtMs: exportedAtMs,
      topologies: topologies.map(({ state }) => ({ id: state.topologyId, name: state.name })),
      commands: [],
      focus: { serial: 0, id: null, section: null },
      eventsRevision: 1,
      incident: { file: this.file, exportedAtMs },
      state:
        shown === null
          ? null
          : {
              ...shown.state,
              details: shown.details.find(({ id }) => id === this.selectedId) ?? null,
            },
    });
  }

  private shown(): IncidentTopology | null {
    const chosen = this.topologyId === null ? null : this.find(this.topologyId);
    return chosen ?? this.incident.topologies[0] ?? null;
  }

  private find(topologyId: string): IncidentTopology | null {
    return this.incident.topologies.find(({ state }) => state.topologyId === topologyId) ?? null;
  }
}

import type { Clock } from '../core/ports/clock';
import { makeIncident } from '../protocol/makeIncident';
import type { DashboardDeps } from './dashboardSession';

export type IncidentMakerDeps = Pick<
  DashboardDeps,
  'monitor' | 'checks' | 'stops' | 'drains' | 'events' | 'restoreHistory'
> & { readonly clock: Pick<Clock, 'nowMs'> };

/** Writes down what a dashboard of a topology would show now. */
export class IncidentMaker {
  constructor(private readonly deps: IncidentMakerDeps) {}

  /**
   * The text of an incident file; asks no server.
   * @throws when the topology is gone
   */
  async make(topologyId: string, withHosts: boolean): Promise<string> {
    const { monitor, checks, stops, drains, events, clock, restoreHistory } = this.deps;
    await restoreHistory(topologyId);
    const snapshot = monitor.current().find(({ id }) => id === topologyId);
    if (snapshot === undefined) throw new Error('The topology is not open any more.');
    return makeIncident(
      {
        snapshot,
        monitor,
        checks,
        stops: stops.of(topologyId),
        drains: drains.of(topologyId),
        events: events.of(topologyId),
        nowMs: clock.nowMs(),
      },
      withHosts,
    );
  }
}

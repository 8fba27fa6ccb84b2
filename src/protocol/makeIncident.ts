import { checksOf } from '../core/describe/topologyChecks';
import type { TopologyEvent } from '../core/events/topologyEvent';
import { HISTORY_RANGES } from '../core/history';
import { hostHider, hostsOf } from '../core/incident/hideHosts';
import { mapTexts } from '../core/incident/mapTexts';
import type { Checks } from '../core/ports/checks';
import type { TopologyMonitor } from '../core/ports/topologyMonitor';
import type { DrainState } from '../core/queue/drain';
import { redact } from '../core/redact';
import type { TopologySnapshot } from '../core/snapshot';
import type { StopRecord } from '../core/stopRecord';
import { INCIDENT_LIMIT_BYTES } from './incident';
import { detailsOfAll, toDashboardState } from './toDashboardState';
import { toLagHistory } from './toLagHistory';
import { toQueuePast } from './toQueuePast';

export interface IncidentSources {
  readonly snapshot: TopologySnapshot;
  readonly monitor: Pick<TopologyMonitor, 'history'>;
  readonly checks: Pick<Checks, 'of' | 'isContinuous'>;
  readonly stops: readonly StopRecord[];
  readonly drains: readonly DrainState[];
  readonly events: readonly TopologyEvent[];
  readonly nowMs: number;
}

/** Stands for the address of the topology file, which tells where somebody keeps their work. */
const TOPOLOGY_ID = 'incident:1';

/**
 * The text of an incident file: everything that the dashboard shows of a topology now. Passwords, verifiers and connection strings
 * are taken out of every text.
 * @param withHosts false: host names and addresses are replaced by words that tell them apart
 */
export function makeIncident(sources: IncidentSources, withHosts: boolean): string {
  const { snapshot } = sources;
  const hideHosts = withHosts ? (text: string) => text : hostHider(hostsOf(snapshot));
  const clean = (text: string): string =>
    text === snapshot.id
      ? TOPOLOGY_ID
      : hideHosts(redact(text.replaceAll(snapshot.id, TOPOLOGY_ID)));
  const write = (withHistory: boolean): string =>
    `${JSON.stringify(mapTexts(contentOf(sources, withHistory), clean))}\n`;
  const whole = write(true);
  // What nobody could open again would be worth nothing: the charts go first.
  return whole.length < INCIDENT_LIMIT_BYTES / 2 ? whole : write(false);
}

function contentOf(
  { snapshot, monitor, checks, stops, drains, events, nowMs }: IncidentSources,
  withHistory: boolean,
) {
  const { id } = snapshot;
  const known = checksOf(checks, id);
  return {
    format: 'pg-topology-incident',
    version: 1,
    exportedAtMs: nowMs,
    topologies: [
      {
        state: toDashboardState(snapshot, null, known, stops, drains),
        details: detailsOfAll(snapshot, known, stops),
        events,
        histories: withHistory
          ? HISTORY_RANGES.map((range) => toLagHistory(monitor.history(id, range, null)))
          : [],
        queuePast: toQueuePast(snapshot),
      },
    ],
  };
}

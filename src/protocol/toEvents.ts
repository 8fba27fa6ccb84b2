import type { TopologyEvent } from '../core/events/topologyEvent';
import type { EventsAnswer } from './dashboardMessages';

/** Events as they travel, oldest first. */
export function toEvents(
  topologyId: string,
  revision: number,
  events: readonly TopologyEvent[],
): EventsAnswer {
  return { topologyId, revision, events: events.map((event) => ({ ...event })) };
}

import type { StopRecord } from '../core/stopRecord';
import { RecordsByTopology } from './recordsByTopology';

/** Why subscriptions stopped, as it was read last: one record for each. May hold keys of rows, and is never stored. */
export class StopRecords extends RecordsByTopology<StopRecord> {
  note(topologyId: string, record: StopRecord): void {
    const others = this.of(topologyId).filter(({ edgeId }) => edgeId !== record.edgeId);
    this.replace(topologyId, [...others, record]);
  }
}

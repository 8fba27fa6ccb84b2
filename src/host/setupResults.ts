import type { SetupItem } from '../core/setup/setupItem';
import { recordsOf, type SetupRecord } from '../core/setup/setupRecord';
import { RecordsByTopology } from './recordsByTopology';

/** What *Check Set-up* found last: a record for each node that was checked, and for the topology. */
export class SetupResults extends RecordsByTopology<SetupRecord> {
  /**
   * Notes a run; what it did not look at is kept.
   * @param only the node that it was about; `null`: all of them
   */
  note(
    topologyId: string,
    only: string | null,
    items: readonly SetupItem[],
    takenAtMs: number,
  ): void {
    const others = only === null ? [] : this.of(topologyId).filter(({ nodeId }) => nodeId !== only);
    this.replace(topologyId, [...others, ...recordsOf(items, takenAtMs)]);
  }
}

import { Drainer } from '../../../../src/operations/drain/drainer';
import type { DrainJob } from '../../../../src/operations/drain/drainJob';
import { drainDeps } from '../drain/drainRig';
import { letDrainsWait } from '../drain/patientDrains';
import { never } from '../../pg/support';
import { setBatchRows } from './batchSize';

/** What a process that drains is told, as the first message from its parent. */
export interface ChildRequest {
  readonly job: DrainJob;
  readonly batchRows: number;
  /** Tries again while somebody else drains. */
  readonly isPersistent: boolean;
}

/** What it tells its parent: that it begins, and how a drain ended. */
export type ChildMessage =
  | { readonly kind: 'begins' }
  | { readonly kind: 'ended'; readonly end: string };

process.once('message', (request: ChildRequest) => {
  void drainAsTold(request);
});

async function drainAsTold({ job, batchRows, isPersistent }: ChildRequest): Promise<void> {
  setBatchRows(batchRows);
  letDrainsWait();
  tell({ kind: 'begins' });
  for (let turn = 0; ; turn += 1) {
    const report = await new Drainer(drainDeps(), job).run(never());
    const { kind } = report.end;
    if (kind !== 'busy' || !isPersistent) {
      const detail = kind === 'stopped' ? `: ${report.end.failure.text}` : '';
      tell({ kind: 'ended', end: `${kind}${detail}` });
      break;
    }
    await new Promise((next) => setTimeout(next, 5 + (turn % 7)));
  }
  process.disconnect();
}

function tell(message: ChildMessage): void {
  process.send?.(message);
}

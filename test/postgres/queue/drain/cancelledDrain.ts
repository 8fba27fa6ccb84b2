import type { DrainEnd } from '../../../../src/core/queue/drain';
import { Drainer } from '../../../../src/operations/drain/drainer';
import type { Cluster } from '../../../clusters/cluster';
import { timed } from '../../../clusters/sessionTime';
import { waitFor } from '../../../clusters/waitFor';
import type { QueueRig } from '../queueRig';
import { drainDeps, drainJob } from './drainRig';
import { letDrainsWait } from './patientDrains';

/** What a person is promised who cancels. */
const PROMISED_MS = 1_000;

export interface CancelledDrain {
  readonly end: DrainEnd;
  /** From the cancellation to the report. */
  readonly tookMs: number;
  /** The second that is promised, or more where the machine is slow just then. */
  readonly mayTakeMs: number;
}

/**
 * Drains the first edge until the drain waits for a lock on one of its servers, and cancels it then. Returns when that server has
 * cancelled what waited: whoever lets go of the lock before would let it go on.
 */
export async function cancelWaitingDrain(rig: QueueRig, server: Cluster): Promise<CancelledDrain> {
  const cancel = new AbortController();
  const endPatience = letDrainsWait();
  const drained = new Drainer(drainDeps(), drainJob(rig)).run(cancel.signal);
  try {
    await waitFor(() => isWaiting(server), { what: 'the drain waits for the lock' });
    const { tookMs, mayTakeMs } = await timed(server, PROMISED_MS, async () => {
      cancel.abort();
      await drained;
    });
    await waitFor(async () => !(await isWaiting(server)), {
      what: `${server.name} has cancelled what waited`,
    });
    return { end: (await drained).end, tookMs, mayTakeMs };
  } finally {
    endPatience();
    cancel.abort();
    await drained;
  }
}

async function isWaiting(server: Cluster): Promise<boolean> {
  const rows = await server.query(
    `SELECT FROM pg_stat_activity WHERE application_name = 'pg-topology' AND wait_event_type = 'Lock'`,
  );
  return rows.length > 0;
}

import type { Leftover } from './leftover';
import type { SlotMade } from './plan';
import type { PlanReport, StepOutcome } from './report';

/**
 * The slots that a plan may have left on publishers because a subscription could not be created, to be remembered once it
 * has run. What is not there is forgotten when the server is looked at next (`sortLeftovers`).
 * @param nowMs when it has ended
 */
export function leftoversOfCreate(report: PlanReport, nowMs: number): readonly Leftover[] {
  const { topologyId } = report.plan;
  // The last step of a slot is the one that creates its subscription; another may have made it before.
  const last = new Map<
    string,
    SlotMade & { readonly isDone: boolean; readonly isTried: boolean }
  >();
  for (const outcome of report.outcomes) {
    const { slotMade } = outcome.step;
    if (slotMade === undefined) continue;
    const key = JSON.stringify([slotMade.nodeId, slotMade.slotName]);
    const isTried = (last.get(key)?.isTried ?? false) || wasTried(outcome);
    last.set(key, { ...slotMade, isDone: outcome.state === 'done', isTried });
  }
  return [...last.values()]
    .filter(({ isDone, isTried }) => isTried && !isDone)
    .map(({ nodeId, slotName, database, systemIdentifier, subscriberId, subscription }) => ({
      topologyId,
      nodeId,
      slotName,
      database,
      systemIdentifier,
      sinceMs: nowMs,
      why: 'createFailed',
      subscriberId,
      subscription,
    }));
}

/** Whether its statement was sent. */
function wasTried({ state, step, failure }: StepOutcome): boolean {
  if (state === 'notRun') return false;
  return failure === null || failure.text !== step.precondition?.otherwise;
}

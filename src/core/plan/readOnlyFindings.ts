import { say } from '../say';
import { isReadOnly } from '../topology';
import type { Finding } from './finding';
import { errorFinding } from './findingParts';
import type { PlanStep } from './plan';
import type { PlanContext } from './requests';

/** A plan that would change a node which the file marks read-only never runs, whoever made it. */
export function readOnlyFindings(
  { topology }: Pick<PlanContext, 'topology'>,
  steps: readonly Pick<PlanStep, 'nodeId' | 'alsoChanges'>[],
): readonly Finding[] {
  const changed = steps.flatMap(({ nodeId, alsoChanges = [] }) => [nodeId, ...alsoChanges]);
  return [...new Set(changed)]
    .filter((nodeId) => isReadOnly(topology, nodeId))
    .map((nodeId) => errorFinding('readOnly', nodeId, readOnlySentence(nodeId), READ_ONLY_ADVICE));
}

/** Finished sentence: why nothing is written there. */
export function readOnlySentence(nodeId: string): string {
  return say`${nodeId} is read-only: "access" in the topology file forbids every change there.`;
}

export const READ_ONLY_ADVICE = say`Take "access" out of the file if it may be changed after all.`;

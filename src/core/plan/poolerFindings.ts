import { say } from '../say';
import type { Finding } from './finding';
import { errorFinding } from './findingParts';
import type { PlanStep } from './plan';
import type { PlanContext } from './requests';

/** Behind a pooler, settings and locks of one statement are another's, and a lost answer cannot be followed up: no plan runs there. */
export function poolerFindings(
  { catalogs }: Pick<PlanContext, 'catalogs'>,
  steps: readonly Pick<PlanStep, 'nodeId'>[],
): readonly Finding[] {
  return [...new Set(steps.map(({ nodeId }) => nodeId))]
    .filter((nodeId) => catalogs.get(nodeId)?.server.isPooled === true)
    .map((nodeId) =>
      errorFinding(
        'pooler',
        nodeId,
        say`${nodeId} is reached through a connection pooler, which may give each statement another session.`,
        say`Name the server's own host and port in the topology file.`,
      ),
    );
}

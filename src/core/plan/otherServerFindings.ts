import { say } from '../say';
import type { Finding } from './finding';
import { errorFinding } from './findingParts';
import type { PlanContext } from './requests';

/**
 * Nodes that answer with another system identifier than was seen or accepted before: nothing is changed with them until a
 * person has said that they are the right ones. The catalogs are of just now, so a server that was exchanged since the last
 * poll is found, too.
 */
export function otherServerFindings({ catalogs, knownSystems }: PlanContext): readonly Finding[] {
  return [...catalogs.values()].flatMap(({ nodeId, server }) => {
    const known = knownSystems?.get(nodeId);
    if (known === undefined || known === server.systemIdentifier) return [];
    return [
      errorFinding(
        'otherServer',
        nodeId,
        say`${nodeId} is not the server seen before: system ${known} was seen, now ${server.systemIdentifier}.`,
        say`If it is the right one, accept it with Accept Server…; else correct the topology file.`,
      ),
    ];
  });
}

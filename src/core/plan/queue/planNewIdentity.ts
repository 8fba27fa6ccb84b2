import { EDGE_IDENTITY } from '../../queue/queueNames';
import { say } from '../../say';
import { escapeLiteral, qualifiedName } from '../../sql';
import { catalogsOf, makePlan, planWithoutCatalog } from '../makePlan';
import { roleWords, standbyFindings } from '../nodeFindings';
import { noteFinding } from '../findingParts';
import type { Plan } from '../plan';
import type { PlanContext } from '../requests';
import { PLAIN } from '../sentinelSteps';
import { sqlStatement } from '../sqlText';

/**
 * Makes an edge that was copied or restored from another one an edge of its own. Needs its catalog. Operations keep their ids, so what
 * the other one has sent already is known to the primary's ledger.
 */
export function planNewIdentity(
  { nodeId }: { readonly nodeId: string },
  context: PlanContext,
): Plan {
  const head = { kind: 'giveNewIdentity', title: say`Give ${nodeId} a new identity` };
  const [catalog] = catalogsOf(context, [nodeId]) ?? [];
  if (catalog === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const table = qualifiedName(EDGE_IDENTITY);
  return makePlan(context, {
    ...head,
    steps: [
      {
        ...PLAIN,
        nodeId,
        title: say`Make a new identity`,
        effect: say`The primary takes ${nodeId} for an edge that it has not seen. What waits in its queue is drained as its own; what the edge that it was copied from has already sent is skipped.`,
        statements: [
          sqlStatement(`UPDATE ${table}
   SET edge_id = pg_catalog.gen_random_uuid(), batches = 0, primary_system = NULL, primary_timeline = NULL,
       drained_at = NULL, drainer = NULL, draining_since = NULL,
       system_identifier = (SELECT c.system_identifier::text FROM pg_catalog.pg_control_system() AS c)`),
        ],
        precondition: {
          sql: `SELECT pg_catalog.to_regclass(${escapeLiteral(table)}) IS NOT NULL`,
          otherwise: say`${nodeId} is not set up as an edge.`,
        },
        undoNote: say`The identity that it had is not kept.`,
      },
    ],
    findings: [
      ...standbyFindings(context, catalog),
      noteFinding(
        'losesChanges',
        nodeId,
        say`Do this only on the copy: the edge that ${nodeId} was made from keeps its identity.`,
      ),
    ],
    privileges: [
      say`${nodeId}: the role must own ${EDGE_IDENTITY.schema}.${EDGE_IDENTITY.name}. It runs as ${roleWords(catalog)}.`,
    ],
  });
}

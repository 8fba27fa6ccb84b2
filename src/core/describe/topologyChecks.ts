import type { CheckResult } from '../checks/checkResult';
import type { Checks, EdgeChecks } from '../ports/checks';

/** What is known of a topology's checks when it is drawn. */
export interface TopologyChecks {
  readonly edges: ReadonlyMap<string, EdgeChecks>;
  readonly isContinuous: boolean;
}

export const NO_CHECKS: TopologyChecks = { edges: new Map(), isContinuous: false };

/** Asks no server. */
export function checksOf(
  checks: Pick<Checks, 'of' | 'isContinuous'>,
  topologyId: string,
): TopologyChecks {
  return {
    edges: new Map(checks.of(topologyId).map((edge) => [edge.edgeId, edge])),
    isContinuous: checks.isContinuous(topologyId),
  };
}

/** The newest result that says something; a check that the user stopped does not. */
export function lastResult(edge: EdgeChecks | undefined): CheckResult | null {
  return edge?.results.findLast(({ outcome }) => outcome !== 'cancelled') ?? null;
}

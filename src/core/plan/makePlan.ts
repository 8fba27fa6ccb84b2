import { say } from '../say';
import type { Finding } from './finding';
import { errorFinding } from './findingParts';
import type { NodeCatalog } from './nodeCatalog';
import { otherServerFindings } from './otherServerFindings';
import type { FileChange, Impact, Plan, PlanStep } from './plan';
import { poolerFindings } from './poolerFindings';
import { readOnlyFindings } from './readOnlyFindings';
import type { PlanContext } from './requests';
import { splitBrainFinding } from './splitBrainFinding';

export interface PlanDraft {
  /** The command that asks for it, such as `createPublication`. */
  readonly kind: string;
  readonly title: string;
  readonly steps: readonly PlanStep[];
  readonly findings: readonly Finding[];
  readonly impacts?: readonly Impact[];
  readonly privileges?: readonly string[];
  readonly fileChanges?: readonly FileChange[];
}

/**
 * Fills in what every plan says of its topology. Refuses every plan while two nodes of one system are writable and none was
 * chosen, whatever looks at a node that is another server than before, and whatever would change one that the file marks
 * read-only.
 */
export function makePlan(context: PlanContext, draft: PlanDraft): Plan {
  const splitBrain = splitBrainFinding(context, draft.steps);
  const refused = [
    ...(splitBrain === null ? [] : [splitBrain]),
    ...otherServerFindings(context),
    ...readOnlyFindings(context, draft.steps),
    ...poolerFindings(context, draft.steps),
  ];
  return {
    kind: draft.kind,
    title: draft.title,
    topologyId: context.topologyId,
    topologyName: context.topology.name,
    environment: context.topology.environment,
    steps: draft.steps,
    findings: sortFindings([...refused, ...draft.findings]),
    impacts: draft.impacts ?? [],
    privileges: draft.privileges ?? [],
    fileChanges: draft.fileChanges ?? [],
  };
}

/** A plan that says only that a node it needs could not be read. */
export function planWithoutCatalog(
  context: PlanContext,
  draft: Pick<PlanDraft, 'kind' | 'title'>,
  nodeIds: readonly string[],
): Plan {
  const findings = nodeIds
    .filter((nodeId) => !context.catalogs.has(nodeId))
    .map((nodeId) =>
      errorFinding(
        'unknownServer',
        nodeId,
        say`Nothing could be read of ${nodeId}, so nothing can be planned for it.`,
        say`Connect to ${nodeId} first.`,
      ),
    );
  return makePlan(context, { ...draft, steps: [], findings });
}

/** The catalogs of these nodes, in this order; `null` when one of them was not read. */
export function catalogsOf(
  context: PlanContext,
  nodeIds: readonly string[],
): readonly NodeCatalog[] | null {
  const catalogs = nodeIds.flatMap((nodeId) => context.catalogs.get(nodeId) ?? []);
  return catalogs.length === nodeIds.length ? catalogs : null;
}

const ORDER = ['error', 'warning', 'note'] as const;

/** Errors first, then warnings, then notes; within each as they were found. */
function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return ORDER.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}

import type { Finding } from '../finding';
import type { NodeCatalog } from '../nodeCatalog';
import type { Impact, Plan, PlanStep } from '../plan';
import type { PlanContext } from '../requests';
import { isSameDatabase } from '../sameServer';
import type { TableDefinition } from '../tableDefinition';

/**
 * One plan in the making out of several: what was planned so far, and the servers as they will be once it has run, so that
 * each planner sees the moment in which its steps run.
 */
export interface ChangesDraft {
  readonly context: PlanContext;
  readonly steps: readonly PlanStep[];
  readonly findings: readonly Finding[];
  readonly impacts: readonly Impact[];
  readonly privileges: readonly string[];
}

/** What one part adds. */
export type DraftPart = Partial<
  Pick<ChangesDraft, 'steps' | 'findings' | 'impacts' | 'privileges'>
>;

export function beginDraft(context: PlanContext): ChangesDraft {
  return { context, steps: [], findings: [], impacts: [], privileges: [] };
}

/** Adds steps and what was found for them. Equal findings, impacts and privileges stand once. */
export function addPart(draft: ChangesDraft, part: DraftPart): ChangesDraft {
  return {
    ...draft,
    steps: [...draft.steps, ...(part.steps ?? [])],
    findings: unite(draft.findings, part.findings ?? []),
    impacts: unite(draft.impacts, part.impacts ?? []),
    privileges: unite(draft.privileges, part.privileges ?? []),
  };
}

/** Adds a whole plan. That it alone has nothing to do is not worth saying, and what it would write into the file stands there. */
export function addPlan(draft: ChangesDraft, plan: Plan): ChangesDraft {
  const findings = plan.findings.filter(
    ({ code, severity }) => severity !== 'note' || code !== 'nothingToDo',
  );
  if (plan.steps.length === 0) return addPart(draft, { findings });
  const { steps, impacts, privileges } = plan;
  return addPart(draft, { steps, findings, impacts, privileges });
}

/** Changes what the draft takes a node for, and with it other nodes of its database. A node that was not read stays unknown. */
export function project(
  draft: ChangesDraft,
  nodeId: string,
  change: (catalog: NodeCatalog) => NodeCatalog,
): ChangesDraft {
  const catalog = draft.context.catalogs.get(nodeId);
  if (catalog === undefined) return draft;
  const catalogs = new Map(
    [...draft.context.catalogs].map(([id, one]) => [
      id,
      id === nodeId || isSameDatabase(catalog, one) ? change(one) : one,
    ]),
  );
  return { ...draft, context: { ...draft.context, catalogs } };
}

/** Makes known how tables of a node are made, once it has them. */
export function projectDefinitions(
  draft: ChangesDraft,
  nodeId: string,
  added: readonly TableDefinition[],
): ChangesDraft {
  const known = draft.context.definitions.get(nodeId) ?? [];
  const definitions = new Map(draft.context.definitions).set(nodeId, [...known, ...added]);
  return { ...draft, context: { ...draft.context, definitions } };
}

function unite<T>(present: readonly T[], added: readonly T[]): readonly T[] {
  const seen = new Set(present.map((one) => JSON.stringify(one)));
  const fresh = added.filter((one) => {
    const key = JSON.stringify(one);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return [...present, ...fresh];
}

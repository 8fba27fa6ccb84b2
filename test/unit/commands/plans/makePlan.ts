import type { Plan, PlanStep } from '../../../../src/core/plan/plan';
import { sqlStatement } from '../../../../src/core/plan/sqlText';

/** A plan of one harmless step on central, with changes. */
export function makePlan(change: Partial<Plan> = {}): Plan {
  return {
    kind: 'createPublication',
    title: 'Create publication jobs_pub on central',
    topologyId: 'file:///folder/pg-topology.json',
    topologyName: 'Central cloud',
    environment: 'development',
    steps: [makeStep()],
    findings: [],
    impacts: [],
    privileges: [],
    fileChanges: [],
    ...change,
  };
}

function makeStep(): PlanStep {
  return {
    nodeId: 'central',
    title: 'Create publication jobs_pub',
    effect: 'Others can subscribe.',
    risk: 'safe',
    statements: [sqlStatement('CREATE PUBLICATION "jobs_pub"')],
    isTransactional: true,
    statementLimitMs: null,
    precondition: null,
    effectCheck: null,
    settle: null,
    undo: [sqlStatement('DROP PUBLICATION "jobs_pub"')],
    undoNote: null,
  };
}

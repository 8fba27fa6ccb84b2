import { say } from '../say';
import { findingLine } from './findingsText';
import type { Finding } from './finding';
import { impactLine, worstFirst } from './impactsText';
import { isRunnable, type Plan, type PlanStep } from './plan';
import { sqlComment, sqlProse } from './sqlComment';
import { secretsOf, shownSql, type PlanStatement } from './sqlText';

/**
 * The plan as an SQL document: everything that was found and everything that would run, in order, so that it can be read,
 * kept, and run by hand. Holds no secret.
 */
export function planDocument(plan: Plan): string {
  const blocks = [
    headOf(plan),
    findingsOf(plan.findings),
    impactsOf(plan),
    privilegesOf(plan),
    ...plan.steps.map((step, index) => stepOf(step, index + 1, plan.steps.length)),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

/** The statements of a step as they run: those of a transaction stand between BEGIN and COMMIT. */
export function scriptOf(
  statements: readonly PlanStatement[],
  isTransactional: boolean,
): readonly string[] {
  const lines = statements.map((statement) => `${shownSql(statement)};`);
  return isTransactional ? ['BEGIN;', ...lines, 'COMMIT;'] : lines;
}

function headOf(plan: Plan): readonly string[] {
  const needsSecret = plan.steps.some((step) =>
    step.statements.some((statement) => secretsOf(statement).length > 0),
  );
  return [
    ...sqlComment(plan.title),
    ...sqlComment(say`Topology: ${plan.topologyName} (${plan.environment})`),
    ...sqlComment(stateOf(plan)),
    ...(needsSecret
      ? sqlComment(say`*** stands for the password, which is asked for when the plan runs.`)
      : []),
  ];
}

function stateOf(plan: Plan): string {
  if (isRunnable(plan))
    return say`As planned, before anything was run; what ran stands in the report.`;
  if (plan.steps.length === 0 && plan.findings.every(({ severity }) => severity !== 'error')) {
    return say`There is nothing to do.`;
  }
  return say`This plan does not run: see the errors.`;
}

function findingsOf(findings: readonly Finding[]): readonly string[] {
  if (findings.length === 0) return [];
  return [...sqlComment(say`Found beforehand:`), ...findings.flatMap(findingLines)];
}

function findingLines(finding: Finding): readonly string[] {
  const copy = finding.fix?.copy ?? null;
  return [
    ...sqlProse(findingLine(finding), 3),
    ...(copy === null
      ? []
      : [
          ...sqlComment(finding.nodeId === null ? say`Copy:` : say`On ${finding.nodeId}:`, 5),
          ...sqlComment(copy, 7),
        ]),
  ];
}

/** Whom the plan concerns beyond its own nodes, as lines of comment; none when nobody is known to notice. */
export function impactsOf({ impacts }: Pick<Plan, 'impacts'>): readonly string[] {
  if (impacts.length === 0) return [];
  return [
    ...sqlComment(say`What notices:`),
    ...worstFirst(impacts).flatMap((impact) => sqlProse(impactLine(impact), 3)),
  ];
}

function privilegesOf(plan: Plan): readonly string[] {
  if (plan.privileges.length === 0) return [];
  return [
    ...sqlComment(say`Privileges:`),
    ...plan.privileges.flatMap((privilege) => sqlProse(privilege, 3)),
  ];
}

const RISKS = {
  safe: say`safe, nobody else notices`,
  interrupts: say`others wait, or replication pauses and goes on`,
  losesData: say`something is gone that nothing brings back`,
} as const;

function stepOf(step: PlanStep, number: number, total: number): readonly string[] {
  return [
    ...sqlComment(say`Step ${number} of ${total} on ${step.nodeId}: ${step.title}`),
    ...sqlProse(say`Effect: ${step.effect}`),
    ...sqlComment(say`Risk: ${RISKS[step.risk]}`),
    ...scriptOf(step.statements, step.isTransactional),
    ...undoOf(step),
  ];
}

function undoOf(step: PlanStep): readonly string[] {
  const note = step.undoNote === null ? [] : sqlProse(step.undoNote);
  if (step.undo.length === 0) return note;
  return [
    ...sqlComment(say`Undo on ${step.nodeId}:`),
    ...step.undo.flatMap((statement) => sqlComment(`${shownSql(statement)};`, 3)),
    ...note,
  ];
}

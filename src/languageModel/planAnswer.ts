import { isRunnable, type Plan, type PlanStep } from '../core/plan/plan';
import { scriptOf } from '../core/plan/planDocument';
import { worstFirst } from '../core/plan/impactsText';
import { shownSql } from '../core/plan/sqlText';
import type { Answer, Take } from './answer';
import type { Told } from './notTold';

/** A plan as it would be shown to a person, with how a person runs it. */
export function planAnswer(
  plan: Plan,
  { snapshot, isPart }: Told,
  command: string,
  take: Take,
): Readonly<Record<string, Answer>> {
  const told = new Set(snapshot.topology.nodes.map(({ id }) => id));
  const isTold = (nodeId: string | null) => nodeId === null || told.has(nodeId);
  const isReady = isRunnable(plan);
  return {
    plan: plan.title,
    topology: plan.topologyName,
    environment: plan.environment,
    isRun: false,
    couldRun: isReady,
    ...(isPart
      ? { isPart: 'Some nodes may not be told; what this does to them is not said.' }
      : {}),
    next: isReady
      ? `Nothing was changed. A person runs it by the command "Postgres Topology: ${command}", which plans anew, shows everything and asks.`
      : plan.steps.length === 0
        ? 'Nothing was changed, and nothing would be: see findings.'
        : 'Nothing was changed. The plan cannot run before the errors among the findings are put right.',
    findings: take(
      plan.findings.filter(({ nodeId }) => isTold(nodeId)),
      ({ severity, nodeId, text, fix }) => ({
        severity,
        node: nodeId,
        what: text,
        ...(fix === null ? {} : { fix: fix.text }),
        ...(typeof fix?.copy === 'string' ? { copy: fix.copy } : {}),
      }),
    ),
    notices: take(
      worstFirst(plan.impacts.filter(({ nodeId }) => isTold(nodeId))),
      ({ kind, nodeId, subscription, text }) => ({ kind, node: nodeId, subscription, why: text }),
    ),
    privileges: take(plan.privileges, (text) => text),
    steps: take(
      plan.steps.filter(({ nodeId }) => isTold(nodeId)),
      stepAnswer,
    ),
  };
}

function stepAnswer(step: PlanStep): Answer {
  return {
    node: step.nodeId,
    title: step.title,
    effect: step.effect,
    risk: step.risk,
    sql: scriptOf(step.statements, step.isTransactional),
    undo: step.undo.map((statement) => `${shownSql(statement)};`),
  };
}

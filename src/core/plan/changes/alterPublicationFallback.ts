import { escapeIdentifier, qualifiedName } from '../../sql';
import { catalogsOf, makePlan, planWithoutCatalog } from '../makePlan';
import type { Plan, PlanStep } from '../plan';
import type { AlterPublicationRequest, PlanContext } from '../requests';
import { sqlStatement } from '../sqlText';
import { isSameTable } from '../tableLookup';

export function planAlterPublication(request: AlterPublicationRequest, context: PlanContext): Plan {
  const { nodeId, name } = request;
  const head = { kind: 'alterPublication', title: `Alter publication ${name} on ${nodeId}` };
  const [catalog] = catalogsOf(context, [nodeId]) ?? [];
  if (catalog === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const present = catalog.publications.find((one) => one.name === name);
  const added = (request.tables ?? []).filter(
    (table) => !present?.namedTables.some((one) => isSameTable(one, table)),
  );
  const step: PlanStep = {
    nodeId,
    title: `Add tables to ${name}`,
    effect: 'They are published.',
    risk: 'safe',
    statements: [
      sqlStatement(
        `ALTER PUBLICATION ${escapeIdentifier(name)} ADD TABLE ${added.map(qualifiedName).join(', ')}`,
      ),
    ],
    isTransactional: false,
    statementLimitMs: null,
    precondition: null,
    effectCheck: null,
    settle: null,
    undo: [],
    undoNote: null,
  };
  return makePlan(context, { ...head, steps: added.length === 0 ? [] : [step], findings: [] });
}

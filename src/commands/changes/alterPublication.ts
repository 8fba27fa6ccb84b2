import { planAlterPublication } from '../../core/plan/planAlterPublication';
import { say } from '../../core/say';
import { askSteps } from '../../host/multiStep';
import { alterPublicationSteps } from '../plans/alterPublicationSteps';
import { CatalogSource } from '../plans/catalogSource';
import { sayNoNode } from '../plans/pickNode';
import { loginRolesAt, pickPublication, reachableReadersOf } from '../plans/pickPublication';
import type { Change } from './change';

const TITLE = say`Alter Publication`;

/** Changes what a publication holds or sends, with what its subscribers need for it, by a plan. */
export const alterPublication: Change = async (deps, target) => {
  const chosen = await pickPublication(deps, target, {
    title: TITLE,
    placeholder: say`Which publication should change?`,
  });
  if (chosen === null) return;
  const { topologyId, nodeId, name } = chosen;
  const source = new CatalogSource(deps.plans, TITLE);
  const catalog = await source.catalog({ topologyId, nodeId });
  if (catalog === null) return;
  const present = catalog.publications.find((publication) => publication.name === name);
  if (present === undefined) {
    sayNoNode(deps, say`${nodeId} has no publication ${name}. Create it first.`);
    return;
  }
  const answers = await askSteps(TITLE, alterPublicationSteps(catalog, present), {
    topic: null,
    table: null,
    request: null,
  });
  const request = answers?.request ?? null;
  const snapshot = deps.monitor.current().find(({ id }) => id === topologyId);
  if (request === null || snapshot === undefined) return;
  await source.work(topologyId).carryOut({
    nodeIds: [nodeId, ...reachableReadersOf(snapshot, nodeId)],
    rolesToCheck: loginRolesAt(snapshot, nodeId),
    definitionsOf: { [nodeId]: null },
    plan: (context) => planAlterPublication(request, context),
  });
};

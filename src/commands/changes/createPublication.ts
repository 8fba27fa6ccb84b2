import { planCreatePublication } from '../../core/plan/planCreatePublication';
import { say } from '../../core/say';
import { askSteps } from '../../host/multiStep';
import { CatalogSource } from '../plans/catalogSource';
import type { Change } from './change';
import { givenNode } from '../plans/pickNode';
import { publicationSteps, toPublicationRequest } from '../plans/publicationSteps';

const TITLE = say`Create Publication`;

/** Asks for node, tables, operations and name, and creates the publication by a plan. */
export const createPublication: Change = async (deps, target) => {
  const given = givenNode(deps, target, async () => deps.runCommand('createPublication', null));
  if (given === 'refused') return;
  const source = new CatalogSource(deps.plans, TITLE);
  const answers = await askSteps(TITLE, publicationSteps(deps, source), {
    given,
    topologyId: target?.topologyId ?? null,
    node: given,
    parts: [],
    operations: null,
    options: [],
    limits: [],
    name: null,
  });
  const request = answers === null ? null : toPublicationRequest(answers);
  const node = answers?.node ?? null;
  if (node === null || request === null) return;
  await source.work(node.topologyId).carryOut({
    nodeIds: [request.nodeId],
    // Whose columns count by sequences, which no publication carries.
    definitionsOf: {
      [request.nodeId]: request.allTables || request.schemas.length > 0 ? null : request.tables,
    },
    plan: (context) => planCreatePublication(request, context),
  });
};

import { env, window } from 'vscode';
import { planCreateReplicationRole } from '../../core/plan/roles/planCreateReplicationRole';
import type { ReplicationRoleRequest } from '../../core/plan/roles/replicationRole';
import { isComplete, type PlanReport } from '../../core/plan/report';
import { secretsOf } from '../../core/plan/sqlText';
import { say } from '../../core/say';
import { askSteps } from '../../host/multiStep';
import { randomPassword, scramVerifier } from '../../host/scramVerifier';
import { CatalogSource } from '../plans/catalogSource';
import { givenNode } from '../plans/pickNode';
import { reachableDownstreams } from '../plans/reachableNodes';
import { needsTables, roleSteps, type RoleAnswers } from '../plans/roleSteps';
import type { Change } from './change';

const TITLE = say`Create Replication Role`;
const SECRET = 'rolePassword';

/** Asks what a role is for, and makes it with the least privileges by a plan; its verifier is made here. */
export const createReplicationRole: Change = async (deps, target) => {
  const given = givenNode(deps, target, async () => deps.runCommand('createReplicationRole', null));
  if (given === 'refused') return;
  const source = new CatalogSource(deps.plans, TITLE);
  const answers = await askSteps<RoleAnswers>(TITLE, roleSteps(deps, source), {
    given,
    topologyId: target?.topologyId ?? null,
    node: given,
    duties: ['replication'],
    tables: null,
    name: null,
    passwordKind: null,
    password: null,
  });
  const node = answers?.node ?? null;
  const name = answers?.name ?? null;
  if (answers === null || node === null || name === null) return;
  const { topologyId, nodeId } = node;
  const password = answers.passwordKind === 'made' ? randomPassword() : answers.password;
  const request: ReplicationRoleRequest = {
    nodeId,
    name,
    duties: answers.duties,
    tables: needsTables(answers) ? (answers.tables ?? []) : [],
    verifier: password === null ? null : { secret: SECRET },
  };
  const snapshot = deps.monitor.current().find(({ id }) => id === topologyId);
  const report = await source.work(topologyId).carryOut({
    nodeIds: [nodeId, ...reachableDownstreams(snapshot, nodeId)],
    rolesToCheck: { [nodeId]: [name] },
    setupOf: [nodeId],
    plan: (context) => planCreateReplicationRole(request, context),
    ...(password === null ? {} : { secrets: { [SECRET]: scramVerifier(password) } }),
  });
  if (answers.passwordKind !== 'made' || password === null) return;
  if (report === null || !usedPassword(report)) return;
  await env.clipboard.writeText(password);
  void window.showInformationMessage(
    say`The password of ${name} is in the clipboard. Nothing of ours keeps it.`,
  );
};

/** A role that existed keeps its own. */
function usedPassword(report: PlanReport): boolean {
  return (
    isComplete(report) &&
    report.plan.steps.some(({ statements }) =>
      statements.some((statement) => secretsOf(statement).length > 0),
    )
  );
}

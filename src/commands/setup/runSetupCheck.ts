import { window } from 'vscode';
import { checkSetup } from '../../core/setup/checkSetup';
import { setupSentence } from '../../core/setup/setupItem';
import { loginsOf } from '../../core/setup/nodeItems';
import { setupReport } from '../../core/setup/setupReport';
import type { Topology } from '../../core/topology';
import type { CommandDeps } from '../commandDeps';
import { reachableNodes } from '../plans/reachableNodes';
import type { RolesToCheck } from '../plans/planWork';

/**
 * Reads what the set-up of a topology is, in sessions that cannot write, and shows the checklist.
 * @param only one node; `null`: all of them
 */
export async function runSetupCheck(
  deps: CommandDeps,
  topologyId: string,
  only: string | null,
): Promise<void> {
  const { monitor, contact, plans, clock, documents } = deps;
  const whole = { topologyId, nodeId: null };
  if (await contact.actOn(whole)) await monitor.refresh(whole, 'manual');
  const snapshot = monitor.current().find(({ id }) => id === topologyId);
  if (snapshot === undefined) return;
  const { topology } = snapshot;
  const nodeIds = reachableNodes(snapshot);
  const context = await plans.begin('Check Set-up', topologyId).read(nodeIds, {
    rolesToCheck: rolesOf(topology, nodeIds),
    setupOf: nodeIds,
  });
  if (context === null) return;
  const items = checkSetup(context, only);
  const name = only ?? topology.name;
  await documents.show(
    `Set-up of ${name}`,
    deps.redact(setupReport(name, items, new Date(clock.nowMs()).toISOString())),
    'markdown',
  );
  void window.showInformationMessage(`Set-up of ${name}: ${setupSentence(items)}.`);
}

/** Who watches, and who signs in for subscriptions. */
function rolesOf(topology: Topology, nodeIds: readonly string[]): RolesToCheck {
  return Object.fromEntries(
    nodeIds.map((id) => {
      const watcher = topology.nodes.find((node) => node.id === id)?.connection['user'];
      const logins = loginsOf({ topology }, id).map(({ user }) => user);
      return [id, [...new Set([...(watcher === undefined ? [] : [watcher]), ...logins])]];
    }),
  );
}

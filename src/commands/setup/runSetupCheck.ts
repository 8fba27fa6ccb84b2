import { window } from 'vscode';
import { say } from '../../core/say';
import { checkSetup } from '../../core/setup/checkSetup';
import { setupSentence, type SetupItem } from '../../core/setup/setupItem';
import { recordsOf } from '../../core/setup/setupRecord';
import { loginsOf } from '../../core/setup/nodeItems';
import type { Topology } from '../../core/topology';
import type { CommandDeps } from '../commandDeps';
import { reachableNodes } from '../plans/reachableNodes';
import type { RolesToCheck } from '../plans/planWork';
import { showSetup } from './showSetup';

/**
 * Reads what the set-up of a topology is, in sessions that cannot write, notes the checklist for the tree, and shows it.
 * @param only one node; `null`: all of them
 */
export async function runSetupCheck(
  deps: CommandDeps,
  topologyId: string,
  only: string | null,
): Promise<void> {
  const { monitor, contact, plans, clock, setups } = deps;
  const whole = { topologyId, nodeId: null };
  if (await contact.actOn(whole)) await monitor.refresh(whole, 'manual');
  const snapshot = monitor.current().find(({ id }) => id === topologyId);
  if (snapshot === undefined) return;
  const { topology } = snapshot;
  const nodeIds = reachableNodes(snapshot);
  const context = await plans.begin(say`Check Set-up`, topologyId).read(nodeIds, {
    rolesToCheck: rolesOf(topology, nodeIds),
    setupOf: nodeIds,
  });
  if (context === null) return;
  const items = checkSetup(context, only).map((item) => redacted(item, deps.redact));
  const takenAtMs = clock.nowMs();
  setups.note(topologyId, only, items, takenAtMs);
  const name = only ?? topology.name;
  await showSetup(deps, name, recordsOf(items, takenAtMs));
  void window.showInformationMessage(say`Set-up of ${name}: ${setupSentence(items)}.`);
}

/** What a server said may hold what it should not; it stays in the tree, and leaves by the clipboard. */
function redacted(item: SetupItem, redact: (text: string) => string): SetupItem {
  const { evidence, fix } = item;
  return { ...item, evidence: redact(evidence), fix: fix === null ? null : redact(fix) };
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

import { QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import { routeRowText } from '../../core/describe/routeText';
import { formatCount } from '../../core/format';
import { isTooMuch, poolLoads, poolWords, type PoolLoad } from '../../core/routing/pools';
import { routesOf, type Route, type RouteCandidate } from '../../core/routing/whereTo';
import { say } from '../../core/say';
import type { CommandDeps } from '../commandDeps';

interface RouteItem extends QuickPickItem {
  readonly opens?: {
    readonly command: 'explain' | 'openTopologyFile';
    readonly subject: string | null;
  };
}

/** Asks the nodes anew where that is allowed, and shows both answers; a node in the list is explained when it is chosen. */
export async function showRoutes(
  deps: Pick<CommandDeps, 'monitor' | 'contact' | 'clock' | 'runCommand'>,
  topologyId: string,
): Promise<void> {
  const { monitor, contact, clock, runCommand } = deps;
  const whole = { topologyId, nodeId: null };
  if (await contact.actOn(whole)) await monitor.refresh(whole, 'manual');
  const snapshot = monitor.current().find(({ id }) => id === topologyId);
  if (snapshot === undefined) return;
  const { reads, writes } = routesOf(snapshot, clock.nowMs());
  const loads = poolLoads(snapshot, writes.nodeId);
  const items = [...itemsOf(reads), ...itemsOf(writes), ...poolItems(loads)];
  const picked = await window.showQuickPick(items, {
    title: say`Where Would This Go? ${snapshot.topology.name}`,
    placeHolder: say`Choose a node to have its state explained`,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  const opens = picked?.opens;
  if (opens !== undefined) await runCommand(opens.command, { topologyId, subject: opens.subject });
}

function itemsOf(route: Route): readonly RouteItem[] {
  const { icon, label, description } = routeRowText(route);
  const isOpen = route.outcome === 'undeclared';
  const [first] = route.candidates;
  const subject = route.nodeId ?? first?.nodeId ?? null;
  return [
    { label: route.kind === 'reads' ? say`Reads` : say`Writes`, kind: QuickPickItemKind.Separator },
    {
      label: `$(${icon.codicon}) ${label}`,
      description: isOpen ? '' : description,
      detail: route.whenDown ?? `${route.reason}.`,
      opens:
        isOpen || subject === null
          ? { command: 'openTopologyFile', subject: null }
          : { command: 'explain', subject },
    },
    ...route.candidates.map((candidate): RouteItem => ({
      label: `$(blank) ${candidate.nodeId}`,
      description: stateOf(candidate, route),
      detail: candidate.reason,
      opens: { command: 'explain', subject: candidate.nodeId },
    })),
  ];
}

/** What the pools of the application may open where, against what each server allows. */
function poolItems(loads: readonly PoolLoad[]): readonly RouteItem[] {
  if (loads.length === 0) return [];
  return [
    { label: say`Connections`, kind: QuickPickItemKind.Separator },
    ...loads.map((load): RouteItem => {
      const { nodeId, most, limit } = load;
      const allowed = limit === null ? say`not known` : formatCount(limit.allowed);
      return {
        label: `$(${isTooMuch(load) ? 'warning' : 'plug'}) ${nodeId}`,
        description: say`up to ${formatCount(most)}, allowed: ${allowed}`,
        detail: poolWords(load),
        opens: { command: 'explain', subject: nodeId },
      };
    }),
  ];
}

function stateOf({ nodeId, state }: RouteCandidate, route: Route): string {
  if (nodeId === route.nodeId) return say`chosen`;
  if (state === 'taken') return say`would do`;
  return state === 'refused' ? say`passed over` : say`not known`;
}

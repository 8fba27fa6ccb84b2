import { QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import { routeRowText } from '../../core/describe/routeText';
import { routesOf, type Route, type RouteCandidate } from '../../core/routing/whereTo';
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
  const picked = await window.showQuickPick([...itemsOf(reads), ...itemsOf(writes)], {
    title: `Where Would This Go? ${snapshot.topology.name}`,
    placeHolder: 'Choose a node to have its state explained',
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
    { label: route.kind === 'reads' ? 'Reads' : 'Writes', kind: QuickPickItemKind.Separator },
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

function stateOf({ nodeId, state }: RouteCandidate, route: Route): string {
  if (nodeId === route.nodeId) return 'chosen';
  if (state === 'taken') return 'would do';
  return state === 'refused' ? 'passed over' : 'not known';
}

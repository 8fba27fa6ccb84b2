import { speak } from '../format';
import type { Route } from '../routing/whereTo';
import { say } from '../say';
import { icon, type RowIcon, type RowText, type Tooltip } from './rowText';

/** A row that says where reads or writes go: `Reads → replica`, `12 ms behind`. */
export function routeRowText(route: Route): RowText {
  const label = `${TITLES[route.kind]} → ${routeTarget(route)}`;
  const description = routeDescription(route);
  return {
    label,
    description,
    icon: routeIcon(route),
    contextValue: `route ${route.kind}`,
    accessibleLabel: say`${TITLES[route.kind]} go to ${routeTarget(route)}, ${speak(description)}`,
  };
}

/** A node's name, or a word that stands for none. */
export function routeTarget({ nodeId, outcome }: Route): string {
  return nodeId ?? (outcome === 'undeclared' ? say`not declared` : outcome);
}

/** What matters most: how far behind, and why the first choice was passed over. */
function routeDescription(route: Route): string {
  const [first] = route.candidates;
  const chosen = route.candidates.find(({ nodeId }) => nodeId === route.nodeId);
  if (chosen === undefined || first === undefined) return route.reason;
  if (first !== chosen) return `${first.nodeId}: ${first.reason}`;
  return chosen.behind ?? '';
}

export function routeTooltip(route: Route): Tooltip {
  return {
    title: `${TITLES[route.kind]} → ${routeTarget(route)}`,
    subtitle: null,
    lines: [
      ...route.candidates.map(({ nodeId, reason }) => `${nodeId}: ${reason}`),
      ...(route.candidates.length === 0 || route.outcome === 'undeclared' ? [route.reason] : []),
      ...(route.whenDown === null ? [] : [route.whenDown]),
    ],
    facts: [],
    advice: null,
  };
}

const TITLES: Readonly<Record<Route['kind'], string>> = { reads: say`Reads`, writes: say`Writes` };

function routeIcon(route: Route): RowIcon {
  if (route.outcome === 'nowhere') return icon('error', 'problemsErrorIcon.foreground');
  if (route.outcome !== 'node') return icon('question', 'descriptionForeground');
  // Not the first choice: it works, and is not as it should be.
  if (route.candidates[0]?.nodeId !== route.nodeId) {
    return icon('warning', 'problemsWarningIcon.foreground');
  }
  return icon(route.kind === 'reads' ? 'book' : 'edit', null);
}

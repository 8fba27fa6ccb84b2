import type { DashboardState } from '../../src/protocol/dashboardState';
import { isNotAsked } from './glyphs';

/**
 * How much of a topology may be said: nothing measured (`restricted`, `notAsked`, `notApproved`, `disconnected`),
 * first answers still out (`connecting`), or as it is (`live`).
 */
export type Mode =
  | 'restricted'
  | 'notAsked'
  | 'notApproved'
  | 'disconnected'
  | 'connecting'
  | 'live';

export function modeOf(state: DashboardState): Mode {
  const declared = state.nodes.filter((node) => node.isDeclared);
  const all = (contact: string) =>
    declared.length > 0 && declared.every((node) => node.contact === contact);
  if (all('restricted')) return 'restricted';
  if (all('notAsked')) return 'notAsked';
  if (all('notApproved')) return 'notApproved';
  if (all('disconnected')) return 'disconnected';
  if (declared.every((node) => isNotAsked(node.verdict.code))) return 'notAsked';
  const waiting = declared.filter((node) => node.contact === 'connecting');
  if (waiting.length > 0 && state.problems.length === 0) return 'connecting';
  return 'live';
}

/** True once any server has answered in this window, so that charts and slots have something to show. */
export function hasMeasured(state: DashboardState): boolean {
  return state.nodes.some((node) => node.asOfMs !== null);
}

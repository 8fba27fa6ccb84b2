import { detailSubject } from '../core/describe/nodeState';
import { SnapshotIndex } from '../core/describe/snapshotIndex';
import { say } from '../core/say';
import type { CommandDeps } from './commandDeps';
import { defineCommand } from './defineCommand';
import type { Target } from './target';

/** Shows the evidence behind a row: the dashboard with it selected. */
export const showDetails = defineCommand('showDetails', {
  title: say`Show Details`,
  needs: 'topology',
  argument: 'nodeOrTopology',
  question: say`Details of what?`,
  run: (deps, target) => {
    if (target !== null) showTarget(deps, target);
    void deps.contact.act();
  },
});

/** Opens the dashboard at what a target's row speaks of. @returns that */
export function showTarget(
  deps: Pick<CommandDeps, 'dashboard' | 'monitor' | 'clock'>,
  target: Target,
): string | null {
  const id = detailOf(deps, target);
  deps.dashboard.show({ topologyId: target.topologyId, id });
  return id;
}

/** What a target's row speaks of now: of a node the edge or queue that is worst. */
export function detailOf(
  { monitor, clock }: Pick<CommandDeps, 'monitor' | 'clock'>,
  { topologyId, subject }: Target,
): string | null {
  const snapshot = monitor.current().find((candidate) => candidate.id === topologyId);
  return snapshot === undefined || subject === null
    ? subject
    : detailSubject(new SnapshotIndex(snapshot, clock.nowMs()), subject);
}

import { detailSubject } from '../core/describe/nodeState';
import { SnapshotIndex } from '../core/describe/snapshotIndex';
import type { CommandDeps } from './commandDeps';
import { defineCommand } from './defineCommand';
import type { Target } from './target';

/** Shows the evidence behind a row: the dashboard with it selected. */
export const showDetails = defineCommand('showDetails', {
  title: 'Show Details',
  needs: 'topology',
  argument: 'nodeOrTopology',
  question: 'Details of what?',
  run: (deps, target) => {
    if (target !== null) showTarget(deps, target);
    void deps.contact.act();
  },
});

/** Opens the dashboard at what a target's row speaks of. */
export function showTarget(
  { dashboard, monitor, clock }: Pick<CommandDeps, 'dashboard' | 'monitor' | 'clock'>,
  { topologyId, subject }: Target,
): void {
  const snapshot = monitor.current().find((candidate) => candidate.id === topologyId);
  const id =
    snapshot === undefined || subject === null
      ? subject
      : detailSubject(new SnapshotIndex(snapshot, clock.nowMs()), subject);
  dashboard.show({ topologyId, id });
}

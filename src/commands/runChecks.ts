import { ProgressLocation, window } from 'vscode';
import { checkSummary } from '../core/describe/checkSummary';
import { edgeTitle } from '../core/describe/checkText';
import { formatCounted, formatPart } from '../core/format';
import type { CheckResult } from '../core/checks/checkResult';
import { say } from '../core/say';
import type { EdgeSnapshot, TopologySnapshot } from '../core/snapshot';
import { edgesToCheck } from './checkTarget';
import type { CommandDeps } from './commandDeps';
import { defineCommand } from './defineCommand';
import { pickCheck } from './pickCheck';
import type { Target } from './target';

/** Writes one token upstream and waits for it downstream: of an edge, of a node's edges, or of all. */
export const runChecks = defineCommand('runChecks', {
  title: say`Run Checks`,
  needs: 'trust',
  argument: 'optional',
  run: async (deps, target) => {
    const chosen = target ?? (await pickCheck(deps));
    if (chosen === null) return;
    const { topologyId, subject } = chosen;
    // A token may be written at a primary far above, so the whole topology is asked about at once.
    if (!(await deps.contact.actOn({ topologyId, nodeId: null }))) return;
    const snapshot = deps.monitor.current().find(({ id }) => id === topologyId);
    if (snapshot === undefined) return;
    const edges = edgesToCheck(snapshot, subject);
    if (edges.length === 0) {
      void window.showInformationMessage(nothingToCheck(snapshot, subject));
      return;
    }
    tell(deps, chosen, edges, await check(deps, snapshot, edges));
  },
});

function nothingToCheck({ topology }: TopologySnapshot, subject: string | null): string {
  return subject === null
    ? say`There is nothing to check: ${topology.name} declares no standby, subscription or consumer.`
    : say`There is nothing to check: no data is declared to arrive there or to come from there.`;
}

/** Runs them under a notification that counts along and can be cancelled. */
async function check(
  { checks }: CommandDeps,
  snapshot: TopologySnapshot,
  edges: readonly EdgeSnapshot[],
): Promise<readonly CheckResult[]> {
  const [only] = edges;
  const what =
    edges.length === 1 && only !== undefined
      ? edgeTitle(only)
      : say`${formatCounted(edges.length, 'edge')} of ${snapshot.topology.name}`;
  return window.withProgress(
    { location: ProgressLocation.Notification, title: say`Checking ${what}`, cancellable: true },
    async (progress, token) => {
      const cancel = new AbortController();
      const cancelled = token.onCancellationRequested(() => cancel.abort());
      let answered = 0;
      try {
        const ids = edges.map(({ id }) => id);
        return await checks.run(snapshot.id, ids, cancel.signal, () => {
          answered += 1;
          const message = edges.length === 1 ? '' : formatPart(answered, edges.length);
          progress.report({ message, increment: 100 / edges.length });
        });
      } finally {
        cancelled.dispose();
      }
    },
  );
}

/** Not awaited: whoever called waits for the checks, not for the user's answer. */
function tell(
  deps: CommandDeps,
  { topologyId }: Target,
  edges: readonly EdgeSnapshot[],
  results: readonly CheckResult[],
): void {
  if (results.every(({ outcome }) => outcome === 'cancelled')) return;
  const { isGood, text, edgeId } = checkSummary(results, edges);
  for (const { failure } of results) {
    if (failure !== null) deps.log.warn(`Check: ${failure.text}`);
  }
  const message = deps.redact(text);
  const answer = isGood
    ? window.showInformationMessage(message, say`Show`)
    : window.showWarningMessage(message, say`Show`, say`Show Log`);
  void answer.then((choice) => {
    if (choice === say`Show`) deps.dashboard.show({ topologyId, id: edgeId });
    else if (choice === say`Show Log`) deps.log.show();
  });
}

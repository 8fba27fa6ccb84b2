import { QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import { checkWords, edgeTitle } from '../core/describe/checkText';
import { facts } from '../core/describe/rowText';
import { checksOf, lastResult, type TopologyChecks } from '../core/describe/topologyChecks';
import { formatAgo, formatCounted } from '../core/format';
import { say } from '../core/say';
import type { EdgeSnapshot, TopologySnapshot } from '../core/snapshot';
import { edgesToCheck } from './checkTarget';
import type { CommandDeps } from './commandDeps';
import type { Target } from './target';

interface Item extends QuickPickItem {
  readonly target?: Target;
}

/** Asks what to check: every edge of a topology, or one. @returns `null` when dismissed. */
export async function pickCheck({
  monitor,
  checks,
  clock,
}: Pick<CommandDeps, 'monitor' | 'checks' | 'clock'>): Promise<Target | null> {
  const nowMs = clock.nowMs();
  const items = monitor
    .current()
    .flatMap((snapshot) => itemsOf(snapshot, checksOf(checks, snapshot.id), nowMs));
  const picked = await window.showQuickPick(items, {
    title: say`Run Checks`,
    placeHolder: say`What should be checked?`,
    matchOnDescription: true,
  });
  return picked?.target ?? null;
}

function itemsOf(snapshot: TopologySnapshot, checks: TopologyChecks, nowMs: number): Item[] {
  const edges = edgesToCheck(snapshot, null);
  const topologyId = snapshot.id;
  const item = (edge: EdgeSnapshot): Item => ({
    label: `$(pulse) ${edgeTitle(edge)}`,
    description: edgeFacts(edge, checks, nowMs),
    target: { topologyId, subject: edge.id },
  });
  return [
    { label: snapshot.topology.name, kind: QuickPickItemKind.Separator },
    {
      label: say`$(type-hierarchy) All`,
      description: formatCounted(edges.length, 'edge'),
      target: { topologyId, subject: null },
    },
    ...edges.map(item),
  ];
}

function edgeFacts(edge: EdgeSnapshot, checks: TopologyChecks, nowMs: number): string {
  const last = lastResult(checks.edges.get(edge.id));
  const said = last === null ? null : checkWords(last);
  const from = edge.from === null ? null : say`from ${edge.from}`;
  return facts(from, said, last === null ? null : formatAgo(last.endedAtMs, nowMs));
}

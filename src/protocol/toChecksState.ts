import type { CheckResult } from '../core/checks/checkResult';
import { checkSource, checkWords } from '../core/describe/checkText';
import { lastResult, type TopologyChecks } from '../core/describe/topologyChecks';
import type { EdgeChecks } from '../core/ports/checks';
import { say } from '../core/say';
import type { EdgeSnapshot, Evidence, TopologySnapshot } from '../core/snapshot';
import type { DashboardState, EdgeChecksState } from './dashboardState';
import { toVerdictState } from './toVerdictState';

/** Below this many arrivals a median says nothing that the last result does not. */
const LEAST_FOR_MEDIAN = 5;
/** …and the slowest twentieth, or hundredth, is no share at all. */
const LEAST_FOR_P95 = 20;
const LEAST_FOR_P99 = 100;

/** What the dashboard shows of a topology's checks. Results of edges that are gone stay behind. */
export function toChecksState(
  snapshot: TopologySnapshot,
  checks: TopologyChecks,
): DashboardState['checks'] {
  return {
    isContinuous: checks.isContinuous,
    edges: snapshot.edges.flatMap((edge) => {
      const known = checks.edges.get(edge.id);
      return known === undefined ? [] : [toEdgeChecks(known, budgetOf(edge, snapshot))];
    }),
  };
}

/** `expect.arrivesWithin` of the standby or the subscription; `null` where the file expects nothing. */
function budgetOf(edge: EdgeSnapshot, { topology }: TopologySnapshot): number | null {
  const to = topology.nodes.find(({ id }) => id === edge.to);
  if (edge.kind === 'streaming') return to?.arrivesWithinMs ?? null;
  return to?.subscriptions.find(({ name }) => name === edge.name)?.arrivesWithinMs ?? null;
}

function toEdgeChecks(known: EdgeChecks, budgetMs: number | null): EdgeChecksState {
  const told = known.results.filter(({ outcome }) => outcome !== 'cancelled');
  const arrived = told
    .flatMap(({ outcome, arrivedMs }) =>
      outcome === 'arrived' && arrivedMs !== null ? [arrivedMs] : [],
    )
    .sort((a, b) => a - b);
  const last = lastResult(known);
  return {
    edgeId: known.edgeId,
    isRunning: known.isRunning,
    last: last === null ? null : toResult(last),
    arrivals: arrived.length,
    checks: told.length,
    medianMs: arrived.length < LEAST_FOR_MEDIAN ? null : quantile(arrived, 0.5),
    p95Ms: arrived.length < LEAST_FOR_P95 ? null : quantile(arrived, 0.95),
    p99Ms: arrived.length < LEAST_FOR_P99 ? null : quantile(arrived, 0.99),
    worstMs: arrived.at(-1) ?? null,
    budgetMs,
  };
}

function toResult(result: CheckResult): NonNullable<EdgeChecksState['last']> {
  const { kind, outcome, arrivedMs, endedAtMs, limitMs, budgetMs, verdict, failure, note } = result;
  return {
    kind,
    outcome,
    arrivedMs,
    endedAtMs,
    limitMs,
    ...(budgetMs === undefined ? {} : { budgetMs }),
    verdict: verdict === null ? null : toVerdictState(verdict),
    failure: failure === null ? null : { text: failure.text, advice: failure.advice },
    note: note ?? null,
  };
}

/** Nearest rank: a value that was measured. @param sorted ascending, not empty */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? null;
}

/** The last check of an edge among its evidence; `null` for one that was never checked, and for what is no edge. */
export function lastCheckEvidence(
  snapshot: TopologySnapshot,
  id: string,
  checks: TopologyChecks,
): Evidence | null {
  const edge = snapshot.edges.find((candidate) => candidate.id === id);
  const last = lastResult(checks.edges.get(id));
  if (edge === undefined || last === null) return null;
  const more = last.failure?.text ?? last.note;
  const why = more === undefined ? '' : `. ${more}`;
  return {
    label: say`Last check`,
    value: `${checkWords(last)}${why}`,
    source: checkSource(last.kind, edge.from),
    atMs: last.endedAtMs,
  };
}

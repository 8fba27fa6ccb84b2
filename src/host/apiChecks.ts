import type { CheckResult } from '../core/checks/checkResult';
import type { ApiCheck } from './api';

/** Copies member by member: what servers said of a failure stays here. */
export function toApiChecks(topologyId: string, results: readonly CheckResult[]): ApiCheck[] {
  return results.map((result) => ({
    topologyId,
    edgeId: result.edgeId,
    kind: result.kind,
    outcome: result.outcome,
    arrivedMs: result.arrivedMs,
    startedAtMs: result.startedAtMs,
    endedAtMs: result.endedAtMs,
    limitMs: result.limitMs,
    verdict: result.verdict?.code ?? null,
  }));
}

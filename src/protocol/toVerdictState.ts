import type { Verdict } from '../core/snapshot';

/** A verdict as it travels: the lists in it are copies. */
export function toVerdictState(verdict: Verdict) {
  const { pids, otherNodes, ...params } = verdict.params;
  return {
    ...verdict,
    params: {
      ...params,
      ...(pids === undefined ? {} : { pids: [...pids] }),
      ...(otherNodes === undefined ? {} : { otherNodes: [...otherNodes] }),
    },
  };
}

import { evidenceQuery, type QueryScope } from '../core/diagnosis/evidenceQuery';
import type { Evidence, TopologySnapshot } from '../core/snapshot';
import type { EvidenceState } from './diagnosisState';

/** `pg_stat_replication on central` */
const SOURCE = /^(.+) on (.+)$/u;

/** Facts with the statement that shows each of them again, where one does. */
export function withQueries(
  snapshot: TopologySnapshot,
  facts: readonly Evidence[],
): readonly EvidenceState[] {
  return facts.map((fact) => {
    const [, object, nodeId] = SOURCE.exec(fact.source) ?? [];
    const node = snapshot.nodes.find(({ id }) => id === nodeId);
    if (object === undefined || node === undefined) return { ...fact, query: null };
    const scope: QueryScope = {
      version: node.sample.fast?.serverVersionNum ?? null,
      slot: null,
      subscription: null,
    };
    return { ...fact, query: evidenceQuery(object, scope) };
  });
}

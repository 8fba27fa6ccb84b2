import { stopRow, withStop } from '../core/describe/stopText';
import type { EdgeSnapshot, TopologySnapshot } from '../core/snapshot';
import { isStopped, stopOf, type StopRecord } from '../core/stopRecord';
import type { Row } from './row';

/**
 * The rows of one topology with what was read of the subscriptions that an error stopped, each first below its own; before
 * that with the command that reads it.
 */
export function withStops(
  root: Row,
  { edges }: Pick<TopologySnapshot, 'edges'>,
  records: readonly StopRecord[],
  nowMs: number,
): Row {
  const stopped = new Map(edges.filter(isStopped).map((edge) => [edge.id, edge]));
  if (stopped.size === 0) return root;
  const visit = (row: Row): Row => {
    const edge = row.kind === 'subscription' ? stopped.get(row.subject ?? '') : undefined;
    if (edge !== undefined) return stoppedRow(row, edge, stopOf(records, edge), nowMs);
    return { ...row, children: row.children.map(visit) };
  };
  return visit(root);
}

function stoppedRow(row: Row, edge: EdgeSnapshot, record: StopRecord | null, nowMs: number): Row {
  const { text, fix } = stopRow(record, nowMs);
  const mayChange = !/\b(?:readOnly|inRecovery)\b/u.test(row.text.contextValue);
  const tooltip = (): ReturnType<Row['tooltip']> => {
    const own = row.tooltip();
    return own === null ? null : withStop(own, edge, record, nowMs);
  };
  const reason: Row = {
    kind: 'failure',
    id: `${row.id}/stopped`,
    topologyId: row.topologyId,
    subject: row.subject,
    text,
    children: [],
    isExpanded: false,
    fix: mayChange ? fix : null,
    tooltip,
  };
  // Where nothing may be changed the command would refuse.
  const shown = mayChange || record !== null ? [reason] : [];
  return { ...row, children: [...shown, ...row.children], isExpanded: true, tooltip };
}

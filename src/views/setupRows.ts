import {
  oldestOf,
  setupItemText,
  setupItemTooltip,
  setupNodeText,
  setupRowText,
  setupTooltip,
} from '../core/describe/setupText';
import { worstFirst, type SetupRecord } from '../core/setup/setupRecord';
import { setupSubject } from '../core/setup/setupSubject';
import type { Topology } from '../core/topology';
import type { Row } from './row';
import { rowPath } from './rowPath';
import { say } from '../core/say';

/**
 * The rows of one topology with what the last checks of its set-up found, last below it; before the first a row that
 * checks it.
 * @param records those of nodes that the file has no more are passed over
 */
export function withSetup(
  root: Row,
  topology: Topology,
  records: readonly SetupRecord[],
  nowMs: number,
): Row {
  const ids = topology.nodes.map(({ id }) => id);
  const known = records.filter(({ nodeId }) => nodeId === null || ids.includes(nodeId));
  const rows = new SetupRows(root.topologyId, nowMs);
  const branch = rows.branch(known, ids);
  return { ...root, children: [...root.children, branch] };
}

class SetupRows {
  constructor(
    private readonly topologyId: string,
    private readonly nowMs: number,
  ) {}

  branch(records: readonly SetupRecord[], nodeIds: readonly string[]): Row {
    const whole = records.find(({ nodeId }) => nodeId === null);
    const oldest = oldestOf(records);
    const nodes = nodeIds.map((id) => this.#node(id, records, oldest));
    return this.#row('setup', [], null, {
      text: setupRowText(records, nodeIds.length, this.nowMs),
      children:
        records.length === 0 ? [] : [...nodes, ...(whole === undefined ? [] : this.#items(whole))],
      fix: records.length === 0 ? 'checkSetup' : null,
      tooltip: () => setupTooltip(say`Set-up`, records, this.nowMs),
    });
  }

  #node(id: string, records: readonly SetupRecord[], oldest: number | null): Row {
    const record = records.find(({ nodeId }) => nodeId === id) ?? null;
    return this.#row('setup', ['node', id], id, {
      text: setupNodeText(id, record, oldest, this.nowMs),
      children: record === null ? [] : this.#items(record),
      fix: record === null ? 'checkSetup' : null,
      tooltip: () => setupTooltip(id, record === null ? [] : [record], this.nowMs),
    });
  }

  #items({ items, takenAtMs }: SetupRecord): readonly Row[] {
    return worstFirst(items).map((item) =>
      this.#row('setupItem', ['item', item.nodeId ?? '', item.id], setupSubject(item), {
        text: setupItemText(item),
        children: [],
        fix: null,
        tooltip: () => setupItemTooltip(item, takenAtMs, this.nowMs),
      }),
    );
  }

  #row(
    kind: Row['kind'],
    path: readonly string[],
    subject: string | null,
    rest: Pick<Row, 'text' | 'children' | 'fix' | 'tooltip'>,
  ): Row {
    const { topologyId } = this;
    const id = rowPath(topologyId, 'setup', ...path);
    return { kind, id, topologyId, subject, isExpanded: false, ...rest };
  }
}

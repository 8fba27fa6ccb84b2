import type { FixCommand } from '../core/describe/failureRow';
import type { RowText, Tooltip } from '../core/describe/rowText';

export type RowKind =
  | 'topology'
  | 'node'
  | 'group'
  | 'publication'
  | 'subscription'
  | 'slot'
  | 'queue'
  | 'queueOperation'
  | 'table'
  | 'consumer'
  | 'check'
  | 'setup'
  | 'setupItem'
  | 'route'
  | 'failure';

/** One row of the explorer as data. The provider only maps it to what VS Code draws. */
export interface Row {
  readonly kind: RowKind;
  /** Path in the topology; holds no state, so that expansion and selection survive. */
  readonly id: string;
  readonly topologyId: string;
  /** What a command on this row concerns: a node, edge, queue, `queue/<node>/<operation>`, `slot/<node>/<name>`, `publication/<node>/<name>` or an item of the set-up; `null`: the whole topology. */
  readonly subject: string | null;
  readonly text: RowText;
  readonly children: readonly Row[];
  readonly isExpanded: boolean;
  /** Command of a failure row, or of what was not checked yet. */
  readonly fix: FixCommand | null;
  /** The edge whose queue is read for its children when it is unfolded; absent: none. */
  readonly reads?: string;
  /** Built only when the mouse rests on the row. */
  readonly tooltip: () => Tooltip | null;
}

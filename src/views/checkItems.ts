import { edgeTitle } from '../core/describe/checkText';
import { say } from '../core/say';
import type { Topology } from '../core/topology';
import type { Positions } from '../topologyFile/positions';
import type { TextRange } from '../topologyFile/problem';

/** One edge as a test: what the file declares, so that it is there before any server was asked. */
export interface CheckItem {
  /** As in a snapshot: `streaming/central-read`, `logical/genesis/metrics_sub`, `consumer/electric`. */
  readonly edgeId: string;
  /** `metrics_sub on genesis from central`. Whole, since of an item with a description screen readers hear that alone. */
  readonly label: string;
  /** Its key in the text; `null` where the text that is shown has none. */
  readonly range: TextRange | null;
}

/** Edges of a topology in the order of its file, each with the place that declares it. */
export function checkItemsOf(
  topology: Topology,
  positions: Positions | null,
): readonly CheckItem[] {
  const keyAt = (...path: string[]): TextRange | null => positions?.keyAt(path) ?? null;
  const ofNodes = topology.nodes.flatMap(({ id, standbyOf, subscriptions }): CheckItem[] => [
    ...(standbyOf === null
      ? []
      : [
          {
            edgeId: `streaming/${id}`,
            label: say`${edgeTitle({ kind: 'streaming', name: id, to: id })} from ${standbyOf}`,
            range: keyAt('nodes', id),
          },
        ]),
    ...subscriptions.map(({ name, publisher }) => ({
      edgeId: `logical/${id}/${name}`,
      label: say`${edgeTitle({ kind: 'logical', name, to: id })} from ${publisher}`,
      range: keyAt('nodes', id, 'subscriptions', name),
    })),
  ]);
  const ofConsumers = topology.consumers.map(({ id, node }) => ({
    edgeId: `consumer/${id}`,
    label: say`${edgeTitle({ kind: 'consumer', name: id, to: id })} from ${node}`,
    range: keyAt('consumers', id),
  }));
  return [...ofNodes, ...ofConsumers];
}

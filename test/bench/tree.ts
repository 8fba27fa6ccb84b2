import { changedRows } from '../../src/views/rowDiff';
import { SteadyRows } from '../../src/views/steadyRows';
import { topologyRows } from '../../src/views/topologyRows';
import { aPollLater, fleet } from './fleet';
import { median, reportPlain } from './report';

const NODES = 500;
const INTERVAL_MS = 5_000;

/** Our part of a tree that is drawn: the rows of a snapshot, and which of them changed. What the editor then draws is not in it. */
export function benchTree(polls: number): void {
  const steady = new SteadyRows();
  const rowsOf = (snapshot: ReturnType<typeof fleet>) =>
    steady.settle(
      [topologyRows(snapshot, snapshot.takenAtMs, { remoteName: null, folderName: null })],
      snapshot.takenAtMs,
    );
  let snapshot = fleet(NODES);
  let rows = rowsOf(snapshot);
  const took: number[] = [];
  let changed = 0;
  for (let poll = 0; poll < polls; poll += 1) {
    snapshot = aPollLater(snapshot, INTERVAL_MS);
    const before = process.cpuUsage();
    const next = rowsOf(snapshot);
    changed += changedRows(rows, next)?.length ?? 1;
    const { user, system } = process.cpuUsage(before);
    took.push((user + system) / 1_000);
    rows = next;
  }
  const where = (what: string, unit: string) => ({
    bench: 'P11',
    case: `tree, ${NODES} nodes: ${what}`,
    unit,
  });
  reportPlain(where('rows made and compared', 'ms CPU'), median(took));
  reportPlain(where('rows that changed a poll', 'rows'), changed / polls);
}

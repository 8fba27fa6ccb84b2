import type { CauseWants } from '../causeFacts';
import type { EdgeSnapshot, TopologySnapshot } from '../snapshot';
import { isRead, Picture } from './picture';

const NOTHING: CauseWants = {
  blockers: false,
  replay: false,
  tables: false,
  wal: false,
  log: false,
};

/**
 * What has to be read of which nodes to tell why something is wrong: only where a verdict calls for it, and only of nodes that answer.
 * @returns by node id; empty while all is well
 */
export function wantedCauses(snapshot: TopologySnapshot): ReadonlyMap<string, CauseWants> {
  const picture = new Picture(snapshot);
  const wanted = new Map<string, CauseWants>();
  const want = (nodeId: string | null, wants: Partial<CauseWants>): void => {
    const node = picture.node(nodeId);
    if (nodeId === null || node === null || !isRead(node)) return;
    wanted.set(nodeId, union(wanted.get(nodeId) ?? NOTHING, wants));
  };
  for (const edge of snapshot.edges) {
    if (edge.kind === 'streaming') wantOfStandby(edge, want);
    if (edge.kind === 'logical') wantOfSubscription(picture, edge, want);
  }
  return wanted;
}

type Want = (nodeId: string | null, wants: Partial<CauseWants>) => void;

function wantOfStandby(edge: EdgeSnapshot, want: Want): void {
  switch (edge.verdict.code) {
    case 'stuck':
    case 'lagging':
      want(edge.to, { replay: true, blockers: true });
      return;
    case 'notStreaming':
      want(edge.to, { log: true, replay: true });
      want(edge.from, { wal: true, log: true });
      return;
    case 'slotLost':
    case 'diverged':
      want(edge.to, { log: true });
      return;
    default:
  }
}

function wantOfSubscription(picture: Picture, edge: EdgeSnapshot, want: Want): void {
  switch (edge.verdict.code) {
    case 'blocked':
    case 'stuck':
      want(edge.to, { blockers: true });
      return;
    case 'stoppedByError':
    case 'applyErrorLoop':
      want(edge.to, { tables: true, log: true, blockers: true });
      want(edge.from, { tables: true });
      return;
    case 'notStreaming':
      want(edge.to, { tables: true, log: true });
      want(edge.from, { tables: true, log: true });
      return;
    case 'slotLost':
      want(edge.to, { log: true });
      return;
    case 'copying':
      if (hasFailedCopy(picture, edge)) {
        want(edge.to, { tables: true, log: true, blockers: true });
        want(edge.from, { tables: true });
      }
      return;
    default:
  }
}

/** A copy that goes on is no reason to ask; one that failed, or that nothing works at, is. */
function hasFailedCopy(picture: Picture, edge: EdgeSnapshot): boolean {
  const facts = picture.subscription(edge);
  if (facts === null) return false;
  return (facts.syncErrorCount ?? 0) > 0 || (facts.syncWorkers === 0 && facts.tableStates.d > 0);
}

function union(a: CauseWants, b: Partial<CauseWants>): CauseWants {
  return {
    blockers: a.blockers || b.blockers === true,
    replay: a.replay || b.replay === true,
    tables: a.tables || b.tables === true,
    wal: a.wal || b.wal === true,
    log: a.log || b.log === true,
  };
}

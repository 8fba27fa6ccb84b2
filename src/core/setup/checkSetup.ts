import { listNames } from '../plan/findingParts';
import type { PlanContext } from '../plan/requests';
import { say } from '../say';
import { nodeItems, publisherItems } from './nodeItems';
import type { SetupItem } from './setupItem';
import { itemOf } from './setupItem';
import { standbyItems, type ReadNode } from './standbyItems';
import { subscriberItems } from './subscriberItems';

/**
 * The deployment checklist, in the order of the file's nodes. Needs catalogs (with watchers and logins among the roles to
 * check) and set-ups of the nodes that could be read; one without them is said to be out of reach.
 * @param only one node; `null`: all, and what concerns the topology
 */
export function checkSetup(context: PlanContext, only: string | null): readonly SetupItem[] {
  const { topology } = context;
  const read = (id: string): ReadNode | null => {
    const catalog = context.catalogs.get(id);
    const setup = context.setup?.get(id);
    return catalog === undefined || setup === undefined ? null : { catalog, setup };
  };
  const items = topology.nodes
    .filter(({ id }) => only === null || id === only)
    .flatMap(({ id, standbyOf }) => {
      const node = read(id);
      if (node === null) return [unreached(context, id)];
      return [
        itemOf(id, 'reached', say`Answers`, {
          state: 'ok',
          evidence: say`It answers as ${node.catalog.role.name} in the database ${node.catalog.server.database}.`,
          source: say`pg_postmaster_start_time() on ${id}`,
        }),
        ...nodeItems(context, node),
        ...publisherItems(context, node),
        ...(node.catalog.server.isInRecovery
          ? standbyItems(node, standbyOf === null ? null : read(standbyOf))
          : []),
        ...subscriberItems(context, node, read),
      ];
    });
  return only === null ? [...items, ...topologyItems(context)] : items;
}

function unreached({ snapshot }: PlanContext, nodeId: string): SetupItem {
  const failure = snapshot?.nodes.find(({ id }) => id === nodeId)?.sample.failure ?? null;
  return itemOf(nodeId, 'reached', say`Answers`, {
    state: failure === null ? 'unknown' : 'problem',
    evidence: failure === null ? say`It was not asked.` : failure.text,
    fix: failure === null ? say`Connect to it, and check again.` : failure.advice,
  });
}

/** What no server tells. */
function topologyItems({ topology, catalogs }: PlanContext): readonly SetupItem[] {
  const withSlots = [...catalogs.values()].filter(({ slots }) => slots.length > 0);
  return [
    {
      id: 'backups',
      nodeId: null,
      title: say`Backups are made with replication slots in mind`,
      state: 'unknown',
      evidence: say`A backup holds no slots${withSlots.length === 0 ? '' : say` (${listNames(withSlots.map(({ nodeId }) => nodeId))} ${withSlots.length === 1 ? say`has` : say`have`} some)`}: after a restore they are made anew, and subscriptions copied.`,
      source: null,
      fix: say`Keep the topology file with the backups: Plan Changes… makes from it what is missing.`,
    },
    {
      id: 'recovery',
      nodeId: null,
      title: say`Recovery was tried`,
      state: 'unknown',
      evidence: say`No server tells whether ${topology.name} was ever restored or failed over.`,
      source: null,
      fix: null,
    },
  ];
}

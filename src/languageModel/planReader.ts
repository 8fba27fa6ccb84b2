import { isServerFailure } from '../core/failure';
import type { NodeCatalog } from '../core/plan/nodeCatalog';
import type { PlanContext } from '../core/plan/requests';
import type { TableDefinition } from '../core/plan/tableDefinition';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { ChangeGateway } from '../core/ports/changeGateway';
import type { ServerMemory } from '../core/ports/serverMemory';
import type { TopologySnapshot } from '../core/snapshot';
import type { TopologyNode } from '../core/topology';
import type { PlanWish, UnreadNode } from './planKinds';
import { ToolError } from './toolError';

export interface PlanReaderDeps {
  readonly gateway: Pick<ChangeGateway, 'openChange'>;
  readonly servers: Pick<ServerMemory, 'systemsOf' | 'chosenPrimaryOf'>;
  /** Whether this node may be dialled now. Asks nobody. */
  readonly mayContact: (topologyId: string, node: TopologyNode) => Promise<boolean>;
}

interface Read {
  readonly context: PlanContext;
  readonly unread: readonly UnreadNode[];
}

/**
 * Reads what a plan is made of, in sessions that cannot write, of nodes that may be contacted already. Never prompts.
 * @param snapshot without the nodes that may not be told
 * @throws ToolError where a node without which nothing can be planned cannot be read
 */
export async function readForPlan(
  deps: PlanReaderDeps,
  snapshot: TopologySnapshot,
  wish: PlanWish,
  signal: CancelSignal,
): Promise<Read> {
  const catalogs = new Map<string, NodeCatalog>();
  const definitions = new Map<string, readonly TableDefinition[]>();
  const unread: UnreadNode[] = [];
  const { topology } = snapshot;
  const wanted = new Set([...wish.needs, ...wish.wants]);
  await Promise.all(
    topology.nodes
      .filter(({ id }) => wanted.has(id))
      .map(async (node) => {
        const why = await readNode(node);
        if (why !== null) unread.push({ nodeId: node.id, why });
      }),
  );
  const missing = unread.filter(({ nodeId }) => wish.needs.includes(nodeId));
  const isNothingRead = catalogs.size === 0;
  const [first] = missing.length > 0 ? missing : isNothingRead ? unread : [];
  if (first !== undefined) {
    throw new ToolError(`Nothing was planned: ${first.nodeId} could not be read. ${first.why}`);
  }
  const { servers } = deps;
  const context: PlanContext = {
    topologyId: snapshot.id,
    topology,
    catalogs,
    definitions,
    snapshot,
    knownSystems: servers.systemsOf(snapshot.id),
    chosenPrimary: servers.chosenPrimaryOf(snapshot.id),
  };
  return { context, unread };

  /** @returns why it could not be read, as a sentence */
  async function readNode(node: TopologyNode): Promise<string | null> {
    try {
      if (!(await deps.mayContact(snapshot.id, node))) return NOT_ALLOWED;
      const session = await deps.gateway.openChange(node, { user: null, mayWrite: false }, signal);
      try {
        catalogs.set(node.id, await session.readCatalog([], signal));
        const tables = wish.definitionsOf[node.id];
        if (tables === undefined) return null;
        definitions.set(node.id, await session.readTableDefinitions(tables, signal));
        return null;
      } finally {
        await session.close();
      }
    } catch (error) {
      if (!isServerFailure(error)) throw error;
      catalogs.delete(node.id);
      const { text, advice } = error.facts;
      return advice === null ? text : `${text} ${advice}`;
    }
  }
}

const NOT_ALLOWED =
  'It was not contacted: the user has not allowed that from this folder, or disconnected it. Ask the user to run the command "Postgres Topology: Connect" on it.';

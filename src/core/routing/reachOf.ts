import type { Endpoint } from '../failure';
import { say } from '../say';
import type { TopologySnapshot } from '../snapshot';
import type { ConnectionParams } from '../topology';
import type { Purpose, Reach } from './connectionTexts';
import { routedNodes } from './routedNodes';

/** The nodes that a client with this purpose is given, in the order in which it tries them. */
export function nodesFor({ topology }: TopologySnapshot, purpose: Purpose): readonly string[] {
  const routed = routedNodes(topology);
  if (routed.kind === 'unclear') return [];
  const { primary, members } = routed;
  if (purpose === 'readWrite') return members;
  return topology.routing?.reads ?? [...members.filter((id) => id !== primary), primary];
}

/** Why there is none is a finished sentence. */
export type FoundReach =
  | { readonly reach: Reach; readonly differing: readonly string[] }
  | { readonly problem: string };

/**
 * One way to several nodes. A client has one user, one database and one set of options for all hosts: those of the first node, and
 * the names of nodes that say otherwise go with it.
 * @param endpoints of each node, by its id, as they are dialled from here
 */
export function reachOf(
  snapshot: TopologySnapshot,
  nodeIds: readonly string[],
  purpose: Purpose | null,
  endpoints: ReadonlyMap<string, readonly Endpoint[]>,
): FoundReach {
  const [first] = nodeIds;
  if (first === undefined) {
    return {
      problem: say`The file has several primaries; copy the connection of one node instead.`,
    };
  }
  const unknown = nodeIds.find((id) => (endpoints.get(id) ?? []).length === 0);
  if (unknown !== undefined) return { problem: say`Where ${unknown} listens is not known.` };
  const { user, database, options } = identityOf(snapshot, first);
  if (user === null) return { problem: say`The connection of ${first} names no user.` };
  const differing = nodeIds.filter((id) => {
    const other = identityOf(snapshot, id);
    return other.user !== user || (other.database ?? user) !== (database ?? user);
  });
  return {
    reach: {
      endpoints: nodeIds.flatMap((id) => endpoints.get(id) ?? []),
      user,
      database: database ?? user,
      options,
      purpose,
      password: null,
    },
    differing,
  };
}

/** What says who connects and where to, or is ours; none of it is an option that goes along. */
const NO_OPTIONS: ReadonlySet<string> = new Set([
  'host',
  'hostaddr',
  'port',
  'user',
  'dbname',
  'password',
  'passfile',
  'service',
  'servicefile',
  'application_name',
  'fallback_application_name',
  'target_session_attrs',
  'load_balance_hosts',
]);

interface Identity {
  readonly user: string | null;
  readonly database: string | null;
  readonly options: ConnectionParams;
}

/** By the file, else as the server said it. */
function identityOf({ topology, nodes }: TopologySnapshot, nodeId: string): Identity {
  const params = topology.nodes.find(({ id }) => id === nodeId)?.connection ?? {};
  const sample = nodes.find(({ id }) => id === nodeId)?.sample;
  const options = Object.entries(params).filter(([keyword]) => !NO_OPTIONS.has(keyword));
  return {
    user: params['user'] ?? sample?.slow?.role ?? null,
    database: params['dbname'] ?? sample?.fast?.database ?? null,
    options: Object.fromEntries(options),
  };
}

import { window } from 'vscode';
import { isServerFailure } from '../../core/failure';
import { splitBrainFinding } from '../../core/plan/splitBrainFinding';
import type { QueueAddress } from '../../core/queue/drain';
import { say } from '../../core/say';
import type { DeclaredQueue, Environment, Topology, TopologyNode } from '../../core/topology';
import type { CommandDeps } from '../commandDeps';
import { enterNodePassword, wantsPassword } from '../enterNodePassword';
import { askNodePassword } from '../plans/askNodePassword';
import { refuseReadOnly } from '../readOnlyGate';
import { whileReading } from '../plans/progress';

/** Both ends of a queue, which may be contacted and let its role in. */
export interface EnteredQueue {
  readonly topology: Topology;
  readonly environment: Environment;
  readonly edge: TopologyNode;
  readonly primary: TopologyNode;
  readonly queue: DeclaredQueue;
}

export interface EnterOptions {
  readonly title: string;
  /** Something is to be changed: read-only nodes and a split brain forbid it. */
  readonly changes: boolean;
  /** Ends that are needed. */
  readonly ends?: readonly ('edge' | 'primary')[];
  /** Another server may have taken the primary's place: that this one does not answer is for others to tell. */
  readonly mayPrimaryBeAway?: boolean;
}

type EnterDeps = Pick<
  CommandDeps,
  'monitor' | 'files' | 'contact' | 'gateway' | 'passwords' | 'servers' | 'runCommand'
>;

/**
 * Asks for all that must be true before a queue is looked into or changed: contact, `access`, no split brain, passwords.
 * @returns `null` when the user did not want to go on, or was told why it cannot be
 * @throws ServerFailure
 */
export async function enterQueue(
  deps: EnterDeps,
  { topologyId, nodeId }: QueueAddress,
  options: EnterOptions,
): Promise<EnteredQueue | null> {
  const topology = deps.files.find(topologyId)?.topology ?? null;
  const edge = topology?.nodes.find(({ id }) => id === nodeId);
  const queue = edge?.pendingSync ?? null;
  const primary = topology?.nodes.find(({ id }) => id === queue?.primary);
  if (topology === null || edge === undefined || queue === null || primary === undefined) {
    throw new Error(`The topology file declares no queue of ${nodeId} any more.`);
  }
  const ends = { edge, primary };
  const nodes = (options.ends ?? ['edge', 'primary']).map((end) => ends[end]);
  if (options.changes) {
    for (const { id } of nodes) refuseReadOnly({ topologyId, subject: id }, deps.monitor.current());
    if (refuseSplitBrain(deps, topologyId, topology, nodes)) return null;
  }
  for (const node of nodes) {
    if (!(await mayContact(deps, topologyId, node))) return null;
  }
  for (const node of nodes) {
    try {
      if (!(await letIn(deps, node, queue.drainUser ?? null, options.title))) return null;
    } catch (error) {
      const mayBeAway = options.mayPrimaryBeAway === true && node === primary;
      if (!mayBeAway || !isServerFailure(error) || error.facts.reason === 'cancelled') throw error;
    }
  }
  return { topology, environment: topology.environment, edge, primary, queue };
}

/** @returns true when it was refused, which is said */
function refuseSplitBrain(
  { monitor, servers, runCommand }: EnterDeps,
  topologyId: string,
  topology: Topology,
  nodes: readonly TopologyNode[],
): boolean {
  const snapshot = monitor.current().find(({ id }) => id === topologyId) ?? null;
  const finding = splitBrainFinding(
    {
      topologyId,
      topology,
      // Who is concerned is told by the nodes' ids; nothing is planned here.
      catalogs: new Map(),
      definitions: new Map(),
      snapshot,
      chosenPrimary: servers.chosenPrimaryOf(topologyId),
    },
    nodes.map(({ id }) => ({ nodeId: id })),
  );
  if (finding === null) return false;
  void window.showErrorMessage(finding.text, CHOOSE_PRIMARY).then(async (choice) => {
    if (choice !== undefined) await runCommand('choosePrimary', { topologyId, subject: null });
  });
  return true;
}

/** Offered wherever two writable nodes of one system are the reason of a refusal. */
export const CHOOSE_PRIMARY = say`Choose Primary…`;

/** Whether two writable nodes of one system are seen now. */
export function isSplit({ monitor }: Pick<EnterDeps, 'monitor'>, topologyId: string): boolean {
  const snapshot = monitor.current().find(({ id }) => id === topologyId);
  return snapshot?.nodes.some(({ verdict }) => verdict.code === 'splitBrain') === true;
}

async function mayContact(
  { contact }: EnterDeps,
  topologyId: string,
  node: TopologyNode,
): Promise<boolean> {
  if (await contact.allows(topologyId, node)) return true;
  if (!(await contact.actOn({ topologyId, nodeId: node.id }))) return false;
  if (await contact.allows(topologyId, node)) return true;
  void window.showInformationMessage(
    say`Not connecting to ${node.id}: its host was not approved from this folder.`,
  );
  return false;
}

/** Tries the role that is to act, and asks for its password where it wants one. @returns false when the user gave up */
async function letIn(
  deps: EnterDeps,
  node: TopologyNode,
  drainUser: string | null,
  title: string,
): Promise<boolean> {
  const { gateway, passwords } = deps;
  const user = await gateway.userOf(node, drainUser);
  const access = { user: drainUser, mayWrite: false };
  try {
    await whileReading(say`${title}: connecting`, async (signal) => {
      const session = await gateway.openChange(node, access, signal);
      await session.close();
    });
    return true;
  } catch (error) {
    if (!wantsPassword(error)) throw error;
    return enterNodePassword(passwords, askNodePassword, { node, user, failure: error });
  }
}

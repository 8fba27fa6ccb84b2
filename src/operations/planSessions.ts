import { isServerFailure, type FailureReason } from '../core/failure';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { ChangeGateway, ChangeSession } from '../core/ports/changeGateway';
import type { Clock } from '../core/ports/clock';
import type { Log } from '../core/ports/log';
import type { TopologyNode } from '../core/topology';
import { pollUntil } from './pause';

/** After these a node may answer again soon, as a server does that restarts after a crash. */
const PASSES: readonly FailureReason[] = [
  'lost',
  'starting',
  'refused',
  'silent',
  'readTimeout',
  'unroutable',
  'connectionsFull',
];

/** Whether a node that failed like this may answer again soon. */
export function isPassing(reason: FailureReason): boolean {
  return PASSES.includes(reason);
}

/** As whom a plan works, and where. */
export interface PlanNodes {
  /** Every node that the plan names. */
  readonly nodes: ReadonlyMap<string, TopologyNode>;
  /** Role on each node; `null` or missing: its `adminUser`, else the user of its connection. */
  readonly users: Readonly<Record<string, string | null>>;
}

export interface PlanSessionsDeps {
  readonly gateway: Pick<ChangeGateway, 'openChange'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The sessions of one run of a plan: one a node. The owner closes them. */
export class PlanSessions {
  readonly #open = new Map<string, ChangeSession>();

  constructor(
    private readonly deps: PlanSessionsDeps,
    private readonly where: PlanNodes,
  ) {}

  /**
   * The session of a node; opened when there is none, or when the last one was lost.
   * @throws ServerFailure
   */
  async get(nodeId: string, signal: CancelSignal): Promise<ChangeSession> {
    const known = this.#open.get(nodeId);
    if (known?.isClosed === false) return known;
    const session = await this.#dial(nodeId, true, signal);
    this.#open.set(nodeId, session);
    return session;
  }

  /**
   * One more session of the same role, which only looks and is the caller's to close.
   * @throws ServerFailure
   */
  openBeside(nodeId: string, signal: CancelSignal): Promise<ChangeSession> {
    return this.#dial(nodeId, false, signal);
  }

  /**
   * A session in place of a lost one. A server that comes back within the limit is waited for.
   * @returns `null` when none could be opened
   */
  async regain(
    nodeId: string,
    limitMs: number,
    signal: CancelSignal,
  ): Promise<ChangeSession | null> {
    let session: ChangeSession | null = null;
    const attempt = async (): Promise<boolean> => {
      try {
        session = await this.get(nodeId, signal);
        return true;
      } catch (error) {
        if (!isServerFailure(error)) throw error;
        this.deps.log.debug(`${nodeId}: no session in place of the lost one: ${error.facts.text}`);
        // Waiting does not help against the rest.
        return !isPassing(error.facts.reason);
      }
    };
    await pollUntil(attempt, limitMs, this.deps.clock, signal);
    return session;
  }

  /** Ends all, at the same time. Never rejects. */
  async close(): Promise<void> {
    const sessions = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(sessions.map(async (session) => session.close()));
  }

  #dial(nodeId: string, mayWrite: boolean, signal: CancelSignal): Promise<ChangeSession> {
    const node = this.where.nodes.get(nodeId);
    if (node === undefined) throw new Error(`The plan names an unknown node "${nodeId}".`);
    const access = { user: this.where.users[nodeId] ?? null, mayWrite };
    return this.deps.gateway.openChange(node, access, signal);
  }
}

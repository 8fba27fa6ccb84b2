import { checkFailure } from '../../core/checks/checkTargets';
import { PROBE, readCheckProbe, type CheckProbe } from '../../core/checks/checkProbe';
import { ServerFailure } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { ChangeGateway, ChangeSession } from '../../core/ports/changeGateway';
import type { Clock } from '../../core/ports/clock';
import { say } from '../../core/say';
import type { TopologyNode } from '../../core/topology';

/** Longer than the longest wait on the server. */
const STATEMENT_LIMIT_MS = 2_000;
/** While checks go on, tables are looked at anew this often. */
const PROBE_HOLDS_MS = 10_000;
const PINGS = 3;

export interface CheckSessionsDeps {
  readonly gateway: Pick<ChangeGateway, 'openChange'>;
  readonly clock: Clock;
  /** Whether this node may be dialled now. */
  readonly mayContact: (topologyId: string, node: TopologyNode) => Promise<boolean>;
}

/** A session of checks with what its node said of itself. */
export interface CheckSession {
  readonly session: ChangeSession;
  readonly probe: CheckProbe;
  /** Shortest of a few round trips. */
  readonly roundTripMs: number;
}

/** Which session: each edge waits in its own, since one session runs one statement at a time. */
export interface SessionWish {
  readonly key: string;
  readonly node: TopologyNode;
  readonly mayWrite: boolean;
}

interface Held extends CheckSession {
  readonly node: TopologyNode;
  readonly probedAtMs: number;
}

/** The sessions of one run of checks, as the watching user; kept from round to round while checks go on. The owner closes them. */
export class CheckSessions {
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly topologyId: string,
    private readonly deps: CheckSessionsDeps,
  ) {}

  /**
   * The session of that key, opened or still open, freshly probed.
   * @throws ServerFailure
   */
  async get(wish: SessionWish, signal: CancelSignal): Promise<CheckSession> {
    const known = this.held.get(wish.key);
    if (known?.session.isClosed === false && isSameAddress(known.node, wish.node)) {
      if (!this.isOld(known)) return known;
      return this.keep(wish, known.session, known.roundTripMs, signal);
    }
    await this.drop(wish.key);
    if (!(await this.deps.mayContact(this.topologyId, wish.node))) {
      throw new ServerFailure(
        checkFailure(say`${wish.node.id} may not be contacted.`, say`Connect to it first.`),
      );
    }
    // The role that watches, not the one that changes: a check must need no more than the plan granted.
    const node = { ...wish.node, adminUser: null };
    const access = { user: null, mayWrite: wish.mayWrite };
    const session = await this.deps.gateway.openChange(node, access, signal);
    try {
      await session.setStatementLimit(STATEMENT_LIMIT_MS);
      return await this.keep(wish, session, await this.ping(session, signal), signal);
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Ends a session that failed, so that the next round opens another. */
  async drop(key: string): Promise<void> {
    const known = this.held.get(key);
    this.held.delete(key);
    await known?.session.close();
  }

  /** Ends the sessions of edges that are gone, and of nodes that may not be contacted any more. */
  async keepOnly(keys: ReadonlySet<string>): Promise<void> {
    await Promise.all(
      [...this.held].map(async ([key, held]) => {
        const mayContact = async (): Promise<boolean> =>
          // A connection that cannot be completed any more is nobody's to keep.
          this.deps.mayContact(this.topologyId, held.node).catch(() => false);
        const isKept = keys.has(key) && (!this.isOld(held) || (await mayContact()));
        if (!isKept) await this.drop(key);
      }),
    );
  }

  async close(): Promise<void> {
    await this.keepOnly(new Set());
  }

  private isOld({ probedAtMs }: Held): boolean {
    return this.deps.clock.monotonicMs() - probedAtMs >= PROBE_HOLDS_MS;
  }

  private async keep(
    { key, node }: SessionWish,
    session: ChangeSession,
    roundTripMs: number,
    signal: CancelSignal,
  ): Promise<CheckSession> {
    const answer = await session.query(PROBE, signal);
    const probe = readCheckProbe(answer.rows[0]);
    const probedAtMs = this.deps.clock.monotonicMs();
    const held = { session, probe, roundTripMs, probedAtMs, node };
    this.held.set(key, held);
    return held;
  }

  private async ping(session: ChangeSession, signal: CancelSignal): Promise<number> {
    const { clock } = this.deps;
    let shortest = Number.POSITIVE_INFINITY;
    for (let count = 0; count < PINGS; count += 1) {
      const sentAtMs = clock.monotonicMs();
      await session.query({ name: 'check_ping', text: 'SELECT 1' }, signal);
      shortest = Math.min(shortest, clock.monotonicMs() - sentAtMs);
    }
    return shortest;
  }
}

/** The file may have been changed while checks go on. */
function isSameAddress(a: TopologyNode, b: TopologyNode): boolean {
  if (a === b) return true;
  const told = ({ connection, passwordSource }: TopologyNode): string =>
    JSON.stringify([connection, passwordSource]);
  return told(a) === told(b);
}

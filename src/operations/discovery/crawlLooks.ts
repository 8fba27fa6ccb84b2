import pLimit from 'p-limit';
import type { DiscoveryFacts } from '../../core/discovery/discoveryFacts';
import type { Answer, Look } from '../../core/discovery/look';
import { isSameAddress, recogniseServers, type Server } from '../../core/discovery/servers';
import type { Endpoint } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import { lookOnce, type Found, type LookDeps, type Wanted } from './lookOnce';

/** Servers that one crawl looks at, at most; each look counts, also one at the same server again. */
export const MOST_LOOKS = 64;
const AT_ONCE = 4;

/** What is known of the node that is looked at again. */
interface Before {
  /** `null`: it has not answered. */
  readonly answer: Answer | null;
  readonly server: Server | null;
}

/** What a crawl has looked at: each place once, and again only where a person says so. */
export class CrawlLooks {
  #found: readonly Found[] = [];
  readonly #sought = new Set<string>();
  /** Looks beside the first. */
  #spent = 0;
  #wasCut = false;

  constructor(private readonly deps: LookDeps) {}

  /** Whether something was not looked at, since the limit was reached. */
  get wasCut(): boolean {
    return this.#wasCut;
  }

  found(): readonly Found[] {
    return this.#found;
  }

  all(): readonly Look[] {
    return this.#found.map(({ look }) => look);
  }

  isSought(key: string): boolean {
    return this.#sought.has(key);
  }

  /** Whether an address was looked at already, for whichever database. */
  knows(address: Endpoint): boolean {
    return this.#found.some(
      ({ look }) => look.endpoint !== null && isSameAddress(look.endpoint, address),
    );
  }

  /** The password that led to an answer; `null`: none was given. */
  passwordOf(facts: DiscoveryFacts): string | null {
    return this.#found.find(({ look }) => look.facts === facts)?.password ?? null;
  }

  /** Looks where a person said to begin. A failure is handed back, and not kept. */
  async begin(wanted: Wanted, signal: CancelSignal): Promise<Look> {
    const found = await lookOnce(this.deps, wanted, signal);
    if (found.look.failure === null) this.#found = [...this.#found, found];
    return found.look;
  }

  /** Looks at what was not looked for yet. */
  async lookAt(wanted: readonly Wanted[], signal: CancelSignal): Promise<void> {
    const limit = pLimit(AT_ONCE);
    const found = await Promise.all(
      wanted.map((one) =>
        limit(async () => {
          if (signal.aborted || one.soughtKey === null) return null;
          if (this.#sought.has(one.soughtKey)) return null;
          if (!this.#spend()) return null;
          this.#sought.add(one.soughtKey);
          return lookOnce(this.deps, one, signal);
        }),
      ),
    );
    for (const one of found) {
      if (one === null) continue;
      // What was given up was not looked at.
      if (isCancelled(one)) this.#giveBack(one.look.soughtKey);
      else this.#found = [...this.#found, one];
    }
  }

  /**
   * Looks for one node, whether or not it was looked for before. What failed or led elsewhere makes room for what comes of it, unless that is
   * given up.
   * @returns `null`: no look was left
   */
  async lookAgain(wanted: Wanted, before: Before, signal: CancelSignal): Promise<Look | null> {
    if (!this.#spend()) return null;
    const found = await lookOnce(this.deps, wanted, signal);
    const { look } = found;
    if (isCancelled(found)) {
      this.#spent -= 1;
      return look;
    }
    const { soughtKey } = wanted;
    if (soughtKey !== null) this.#sought.add(soughtKey);
    const kept = this.#found.filter(
      (one) => one.look.soughtKey !== soughtKey || isOf(one.look, before.server),
    );
    const at = kept.findIndex(({ look: { facts } }) => facts === before.answer?.facts);
    const first = kept[at];
    if (first === undefined || !isSameNode(look, first.look)) {
      this.#found = [...kept, found];
      return look;
    }
    // Where several addresses lead to a node, the first is the one that it is dialled by.
    const moved = { ...look, soughtKey: first.look.soughtKey };
    this.#found = kept.toSpliced(at, 0, { ...found, look: moved });
    return moved;
  }

  #spend(): boolean {
    if (this.#spent >= MOST_LOOKS - 1) {
      this.#wasCut = true;
      return false;
    }
    this.#spent += 1;
    return true;
  }

  #giveBack(soughtKey: string | null): void {
    this.#spent -= 1;
    if (soughtKey !== null) this.#sought.delete(soughtKey);
  }
}

function isCancelled({ look }: Found): boolean {
  return look.failure?.reason === 'cancelled';
}

function isOf(look: Look, server: Server | null): boolean {
  return server?.answers.some(({ facts }) => facts === look.facts) === true;
}

function isSameNode(look: Look, other: Look): boolean {
  if (look.facts?.fast.database !== other.facts?.fast.database) return false;
  const [server] = recogniseServers([other, look]);
  return server !== undefined && isOf(look, server);
}

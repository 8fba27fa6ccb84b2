import type { Checks } from '../../core/ports/checks';
import type { Clock } from '../../core/ports/clock';
import type { Disposable } from '../../core/ports/disposable';

/** So long continuous checks go on after nothing shows them any more. */
export const UNSEEN_MS = 60_000;

export interface UnseenChecksDeps {
  readonly checks: Pick<Checks, 'isContinuous' | 'setContinuous' | 'onDidChange'>;
  readonly clock: Pick<Clock, 'schedule'>;
  readonly topologyIds: () => readonly string[];
  /** Whether the user wants all of them to go on unseen. */
  readonly isContinuedUnseen: () => boolean;
}

/** Stops continuous checks a minute after nothing shows them, unless the user asked that they go on. */
export class UnseenChecks implements Disposable {
  readonly #goOn = new Set<string>();
  readonly #subscription: Disposable;
  #isSeen = true;
  #cancel: (() => void) | null = null;

  constructor(private readonly deps: UnseenChecksDeps) {
    this.#subscription = deps.checks.onDidChange((topologyId) => {
      // Asked for this time alone.
      if (!deps.checks.isContinuous(topologyId)) this.#goOn.delete(topologyId);
      else this.#follow();
    });
  }

  /** From now on the checks of this topology go on unseen, until they are stopped. */
  goOn(topologyId: string): void {
    this.#goOn.add(topologyId);
  }

  goesOn(topologyId: string): boolean {
    return this.#goOn.has(topologyId) || this.deps.isContinuedUnseen();
  }

  /** Whether anything shows checks now; to be called whenever that may have changed. */
  setSeen(isSeen: boolean): void {
    this.#isSeen = isSeen;
    this.#follow();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#cancel?.();
    this.#cancel = null;
  }

  #follow(): void {
    if (this.#isSeen) {
      this.#cancel?.();
      this.#cancel = null;
      return;
    }
    if (this.#running().length === 0) return;
    this.#cancel ??= this.deps.clock.schedule(UNSEEN_MS, () => {
      this.#cancel = null;
      for (const id of this.#running()) this.deps.checks.setContinuous(id, false);
    });
  }

  /** What would have to stop. */
  #running(): readonly string[] {
    const { checks, topologyIds } = this.deps;
    return topologyIds().filter((id) => checks.isContinuous(id) && !this.goesOn(id));
  }
}

import { commands, window } from 'vscode';
import { leftoverText, sortLeftovers, type Leftover } from '../core/plan/leftover';
import type { Disposable } from '../core/ports/disposable';
import type { Log } from '../core/ports/log';
import type { TopologyMonitor } from '../core/ports/topologyMonitor';
import { say } from '../core/say';
import type { TopologySnapshot } from '../core/snapshot';
import { DisposableStore } from './disposableStore';
import type { LeftoverStore } from './leftoverStore';

const DROP = say`Drop Slot…`;
const FORGET = say`Forget`;

/** Offers to drop what was left on a publisher once that answers again, once a window; forgets what is gone. */
export class LeftoverWatch implements Disposable {
  readonly #store = new DisposableStore();
  /** `topology/node/slot` that were offered in this window. */
  readonly #offered = new Set<string>();

  constructor(
    monitor: Pick<TopologyMonitor, 'onDidChange'>,
    private readonly leftovers: LeftoverStore,
    private readonly log: Pick<Log, 'warn'>,
  ) {
    this.#store.add(monitor.onDidChange((snapshot) => this.#look(snapshot)));
  }

  dispose(): void {
    this.#store.dispose();
  }

  #look(snapshot: TopologySnapshot): void {
    const all = this.leftovers.all();
    if (all.length === 0) return;
    const { present, done } = sortLeftovers(all, snapshot);
    if (done.length > 0) this.#follow(this.leftovers.remove(done));
    for (const leftover of present) {
      // One that was kept on purpose is shown in the tree, and that is enough.
      if (leftover.why === 'keptOnPurpose') continue;
      const key = [leftover.topologyId, leftover.nodeId, leftover.slotName].join('\n');
      if (this.#offered.has(key)) continue;
      this.#offered.add(key);
      this.#follow(this.#offer(leftover));
    }
  }

  async #offer(leftover: Leftover): Promise<void> {
    const choice = await window.showWarningMessage(leftoverText(leftover), DROP, FORGET);
    if (choice === FORGET) await this.leftovers.remove([leftover]);
    if (choice !== DROP) return;
    const { topologyId, nodeId, slotName } = leftover;
    await commands.executeCommand('pgTopology.dropSlot', {
      topologyId,
      subject: `slot/${nodeId}/${slotName}`,
    });
  }

  #follow(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.log.warn(`A slot that was left could not be followed up: ${String(error)}`);
    });
  }
}

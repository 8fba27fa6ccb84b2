import { isChoiceOver } from '../core/chosenPrimary';
import type { Disposable } from '../core/ports/disposable';
import type { ServerMemory } from '../core/ports/serverMemory';
import type { TopologyMonitor } from '../core/ports/topologyMonitor';

/** Forgets who was chosen as the primary once the split brain is over, so that the next one asks anew. */
export class PrimaryChoices implements Disposable {
  readonly #subscription: Disposable;

  constructor(
    monitor: Pick<TopologyMonitor, 'onDidChange'>,
    servers: Pick<ServerMemory, 'chosenPrimaryOf' | 'choosePrimary'>,
  ) {
    this.#subscription = monitor.onDidChange((snapshot) => {
      const choice = servers.chosenPrimaryOf(snapshot.id);
      if (choice !== null && isChoiceOver(choice, snapshot)) {
        servers.choosePrimary(snapshot.id, null);
      }
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}

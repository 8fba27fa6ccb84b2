import { say } from '../../core/say';
import type { PlanDeskDeps } from './planDeskDeps';
import { PlanWork } from './planWork';

/** The one way from a command to a change of servers: contact, catalogs, plan, findings, confirmation, run, report, file. */
export class PlanDesk {
  /** Topologies on which a plan is being confirmed or runs. */
  readonly #busy = new Set<string>();

  constructor(private readonly deps: PlanDeskDeps) {}

  /** @param title the command's, such as `Create Publication` */
  begin(title: string, topologyId: string): PlanWork {
    return new PlanWork(this.deps, title, topologyId, async (act) => this.#alone(topologyId, act));
  }

  /** One plan at a time for each topology, from its confirmation to its report. */
  async #alone<T>(topologyId: string, act: () => Promise<T>): Promise<T | null> {
    if (this.#busy.has(topologyId)) {
      this.deps.dialogs.tell(
        say`Another plan is under way on this topology. Wait until it has ended.`,
      );
      return null;
    }
    this.#busy.add(topologyId);
    try {
      return await act();
    } finally {
      this.#busy.delete(topologyId);
    }
  }
}

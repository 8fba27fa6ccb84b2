import type { NodeCatalog } from '../../core/plan/nodeCatalog';
import type { Plans, PlanSteps } from './plansOnDemand';
import type { NodeChoice } from './pickNode';

/** Catalogs for the questions of one command: each node is read once, also when the user goes back and forth. */
export class CatalogSource {
  readonly #works = new Map<string, PlanSteps>();
  readonly #catalogs = new Map<string, NodeCatalog>();

  constructor(
    private readonly desk: Plans,
    private readonly title: string,
  ) {}

  /** The one way through the desk for this topology, which remembers as whom the user acts. */
  work(topologyId: string): PlanSteps {
    const known = this.#works.get(topologyId);
    if (known !== undefined) return known;
    const work = this.desk.begin(this.title, topologyId);
    this.#works.set(topologyId, work);
    return work;
  }

  /** What was read before; `null` when nothing was. */
  known(node: NodeChoice): NodeCatalog | null {
    return this.#catalogs.get(keyOf(node)) ?? null;
  }

  /** @returns `null` when the user did not want it to be read */
  async catalog({ topologyId, nodeId }: NodeChoice): Promise<NodeCatalog | null> {
    const known = this.known({ topologyId, nodeId });
    if (known !== null) return known;
    const context = await this.work(topologyId).read([nodeId]);
    const catalog = context?.catalogs.get(nodeId) ?? null;
    if (catalog !== null) this.#catalogs.set(keyOf({ topologyId, nodeId }), catalog);
    return catalog;
  }
}

function keyOf({ topologyId, nodeId }: NodeChoice): string {
  return `${topologyId} ${nodeId}`;
}

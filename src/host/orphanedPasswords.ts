import type { SecretStore } from '../core/ports/secretStore';
import type { TopologyEntry } from '../core/ports/topologyMonitor';
import type { TopologyNode } from '../core/topology';

export interface OrphanedPasswordsDeps {
  readonly keysOf: (node: TopologyNode) => Promise<readonly string[]>;
  readonly secrets: SecretStore;
  readonly isTrusted: () => boolean;
  /** @returns whether to delete */
  readonly ask: (nodeId: string) => Promise<boolean>;
}

/**
 * Offers to delete the stored password of a node that was taken out of its file. Asks once for each node and address while the
 * window is open, never in Restricted Mode, and never for an address that another node still uses.
 */
export class OrphanedPasswords {
  private nodes: readonly TopologyNode[] = [];
  private readonly asked = new Set<string>();

  constructor(private readonly deps: OrphanedPasswordsDeps) {}

  /** Called with what the stored files declare, whenever that may have changed. Rejects when the secret store does. */
  async follow(entries: readonly TopologyEntry[]): Promise<void> {
    const before = this.nodes;
    this.nodes = entries.flatMap(({ topology }) => topology.nodes);
    if (!this.deps.isTrusted()) return;
    const present = new Set(this.nodes.map(connectionOf));
    for (const node of before) {
      if (!present.has(connectionOf(node))) await this.offer(node);
    }
  }

  private async offer(node: TopologyNode): Promise<void> {
    const keys: string[] = [];
    for (const key of await this.deps.keysOf(node)) {
      if ((await this.deps.secrets.get(key)) !== undefined) keys.push(key);
    }
    const inUse = new Set((await Promise.all(this.nodes.map(this.deps.keysOf))).flat());
    const orphans = keys.filter((key) => !inUse.has(key) && !this.asked.has(key));
    if (orphans.length === 0) return;
    for (const key of orphans) this.asked.add(key);
    if (!(await this.deps.ask(node.id))) return;
    for (const key of orphans) await this.deps.secrets.delete(key);
  }
}

function connectionOf({ connection }: TopologyNode): string {
  return JSON.stringify(Object.entries(connection).sort());
}

import { Uri, workspace, type Memento } from 'vscode';
import {
  approvalKey,
  decideContact,
  endpointsToApprove,
  type ContactState,
} from '../core/contactRule';
import type { Endpoint } from '../core/failure';
import type { ContactDecision, ContactGate } from '../core/ports/contactGate';

const MEMENTO_KEY = 'pgTopology.contact';

interface FolderMemory {
  readonly hasActed: boolean;
  readonly approved: readonly string[];
  /** Asked about and not approved: only a command on them asks again. */
  readonly declined: readonly string[];
}

/** The contact rule with this window's trust, and with what the user allowed from each folder, kept in the workspace's own state. */
export class WorkspaceContactGate implements ContactGate {
  constructor(
    private readonly memento: Memento,
    private readonly isTrusted: () => boolean = () => workspace.isTrusted,
  ) {}

  decideBeforeResolving(topologyId: string): ContactDecision {
    return decideContact(this.#stateOf(topologyId), []);
  }

  decide(topologyId: string, endpoints: readonly Endpoint[]): ContactDecision {
    return decideContact(this.#stateOf(topologyId), endpoints);
  }

  /** Endpoints that wait for consent from the folder of this topology. */
  waitingFor(topologyId: string, endpoints: readonly Endpoint[]): readonly Endpoint[] {
    return endpointsToApprove(this.#stateOf(topologyId), endpoints);
  }

  /** Remembers that the user asked for connections in this topology's folder. Nothing is remembered in Restricted Mode. */
  async rememberAct(topologyId: string): Promise<void> {
    if (!this.isTrusted() || this.#recall(topologyId).hasActed) return;
    await this.#remember(topologyId, { ...this.#recall(topologyId), hasActed: true });
  }

  /** Remembers an act that concerned every folder of the window, also those whose topology file comes later. */
  async rememberActEverywhere(): Promise<void> {
    for (const { uri } of workspace.workspaceFolders ?? []) {
      await this.rememberAct(Uri.joinPath(uri, 'pg-topology.json').toString());
    }
  }

  /** Remembers the user's consent for these endpoints from this topology's folder. */
  async approve(topologyId: string, endpoints: readonly Endpoint[]): Promise<void> {
    if (!this.isTrusted() || endpoints.length === 0) return;
    const memory = this.#recall(topologyId);
    const approved = [...new Set([...memory.approved, ...endpoints.map(approvalKey)])];
    await this.#remember(topologyId, { ...memory, approved });
  }

  /** Remembers that the user was asked about these endpoints and did not approve them. */
  async decline(topologyId: string, endpoints: readonly Endpoint[]): Promise<void> {
    if (!this.isTrusted() || endpoints.length === 0) return;
    const memory = this.#recall(topologyId);
    const declined = [...new Set([...memory.declined, ...endpoints.map(approvalKey)])];
    await this.#remember(topologyId, { ...memory, declined });
  }

  /** Whether the user left this endpoint out when asked; an act that is not about it does not ask again. */
  wasDeclined(topologyId: string, endpoint: Endpoint): boolean {
    return this.#recall(topologyId).declined.includes(approvalKey(endpoint));
  }

  #stateOf(topologyId: string): ContactState {
    const { hasActed, approved } = this.#recall(topologyId);
    return { isTrusted: this.isTrusted(), hasActed, approved: new Set(approved) };
  }

  #recall(topologyId: string): FolderMemory {
    const stored = this.#folders()[folderOf(topologyId)];
    return {
      hasActed: stored?.hasActed ?? false,
      approved: stored?.approved ?? [],
      declined: stored?.declined ?? [],
    };
  }

  async #remember(topologyId: string, memory: FolderMemory): Promise<void> {
    await this.memento.update(MEMENTO_KEY, {
      ...this.#folders(),
      [folderOf(topologyId)]: memory,
    });
  }

  #folders(): Readonly<Record<string, Partial<FolderMemory>>> {
    return this.memento.get<Record<string, Partial<FolderMemory>>>(MEMENTO_KEY, {});
  }
}

/** Consent belongs to the workspace folder that holds the file; for a file outside of all, to its own directory. */
function folderOf(topologyId: string): string {
  const uri = Uri.parse(topologyId, true);
  const folder = workspace.getWorkspaceFolder(uri);
  return (folder?.uri ?? Uri.joinPath(uri, '..')).toString();
}

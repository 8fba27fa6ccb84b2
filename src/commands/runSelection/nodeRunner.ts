import type { Endpoint, ServerFailure } from '../../core/failure';
import type { ChangeGateway } from '../../core/ports/changeGateway';
import type { Clock } from '../../core/ports/clock';
import type { Passwords } from '../../core/ports/passwords';
import type { SelectionAnswer, SelectionGateway } from '../../core/ports/selectionGateway';
import { say } from '../../core/say';
import type { TopologyNode } from '../../core/topology';
import type { ContactDesk } from '../../host/contactDesk';
import { enterNodePassword, wantsPassword, type AskPassword } from '../enterNodePassword';
import type { SelectionDialogs } from './selectionDialogs';

/** So many rows are shown. */
const MAX_ROWS = 1_000;

export interface NodeRunnerDeps {
  readonly gateway: SelectionGateway & Pick<ChangeGateway, 'userOf'>;
  readonly passwords: Pick<Passwords, 'enterPassword'>;
  readonly contact: Pick<ContactDesk, 'allows'>;
  readonly clock: Clock;
  readonly dialogs: SelectionDialogs;
}

/** Where a person wants it written. */
export interface Confirmed {
  readonly user: string;
  /** `null`: not known. */
  readonly endpoint: Endpoint | null;
  /** Why writes go there. */
  readonly reason: string;
}

/** What one node was asked, and what came of it. */
export interface Ran {
  readonly answer: SelectionAnswer;
  readonly atMs: number;
  readonly durationMs: number;
}

/** Runs one statement on one node: where contact is allowed, with a password that is asked for where it lacks. */
export class NodeRunner {
  constructor(
    private readonly deps: NodeRunnerDeps,
    private readonly topologyId: string,
    private readonly text: string,
  ) {}

  /**
   * @param confirmed `null`: in a transaction that cannot write
   * @returns `null` when the user gave up, or may not contact it
   * @throws ServerFailure where no server answered, or stopped answering
   */
  async run(node: TopologyNode, title: string, confirmed: Confirmed | null): Promise<Ran | null> {
    const { contact, dialogs, gateway, clock } = this.deps;
    if (!(await contact.allows(this.topologyId, node))) {
      dialogs.tell(say`Not connecting to ${node.id}: its host was not approved from this folder.`);
      return null;
    }
    for (;;) {
      const atMs = clock.nowMs();
      const startMs = clock.monotonicMs();
      try {
        const request = {
          text: this.text,
          mayWrite: confirmed !== null,
          maxRows: MAX_ROWS,
          endpoint: confirmed?.endpoint ?? null,
        };
        const answer = await dialogs.whileRunning(title, async (signal) =>
          gateway.runSelection(node, request, signal),
        );
        return { answer, atMs, durationMs: clock.monotonicMs() - startMs };
      } catch (error) {
        if (!wantsPassword(error)) throw error;
        if (!(await this.#enterPassword(node, confirmed !== null, error))) return null;
      }
    }
  }

  /** @returns true when one was kept that worked; false when the user gave up */
  async #enterPassword(
    node: TopologyNode,
    mayWrite: boolean,
    failure: ServerFailure,
  ): Promise<boolean> {
    const { gateway, passwords, dialogs } = this.deps;
    const user = await gateway.userOf(mayWrite ? node : { ...node, adminUser: null }, null);
    const ask: AskPassword = async (...question) => dialogs.askPassword(...question);
    return enterNodePassword(passwords, ask, { node, user, failure });
  }
}

import { say } from '../core/say';
import type { CommandDeps } from './commandDeps';
import type { Target } from './target';

/** What must be true before a command runs; otherwise it says so and does nothing. `trustAlone`: trust, but no file yet. */
export type Need = 'nothing' | 'topology' | 'trust' | 'trustAlone';

/** What a command acts on: nothing, a node, or a node or topology. Called without, it asks. */
export type ArgumentKind = 'none' | 'node' | 'nodeOrTopology' | 'optional';

export interface Command {
  /** Without the prefix `pgTopology.`. */
  readonly id: string;
  /** As the manifest names it. */
  readonly title: string;
  readonly needs: Need;
  readonly argument: ArgumentKind;
  /** Question of the pick that stands in for a click in the tree. */
  readonly question: string;
  /** `argument` is as it came, for the one command that takes more than a target. */
  readonly run: (
    deps: CommandDeps,
    target: Target | null,
    argument: unknown,
  ) => Promise<void> | void;
}

/** `trust` includes `topology`: nothing that talks to servers makes sense without a file. */
export function defineCommand(
  id: string,
  command: Partial<Omit<Command, 'id' | 'title' | 'run'>> & Pick<Command, 'title' | 'run'>,
): Command {
  return { needs: 'nothing', argument: 'none', question: say`Which node?`, ...command, id };
}

import type { CommandDeps } from '../commandDeps';
import type { Target } from '../target';

/** The work of a command that changes servers: its questions, then a plan. */
export type Change = (deps: CommandDeps, target: Target | null) => Promise<void>;

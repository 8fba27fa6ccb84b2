import type { ConflictDetails } from '../../core/queue/conflict';
import type { CommandDeps } from '../commandDeps';
import type { Target } from '../target';
import { readConflict } from './conflictView';
import { enterQueue, type EnteredQueue, type EnterOptions } from './enterQueue';
import { pickOperation } from './pickOperations';
import { pickQueue, type QueueChoice } from './pickQueue';

/** A conflict that a command is for. */
export interface ConflictSelection {
  readonly chosen: QueueChoice;
  readonly entered: EnteredQueue;
  readonly details: ConflictDetails;
}

/** The conflict that was clicked, or that the user picks. @returns `null` when he gave up, or there is none, which is said */
export async function chooseConflict(
  deps: CommandDeps,
  target: Target | null,
  options: EnterOptions,
): Promise<ConflictSelection | null> {
  const { title } = options;
  const chosen = await pickQueue(deps, target, title);
  if (chosen === null) return null;
  const entered = await enterQueue(deps, chosen, options);
  if (entered === null) return null;
  const operationId = await pickOperation(deps, chosen, { title, state: 'conflict' });
  if (operationId === null) return null;
  const details = await readConflict(deps, chosen, operationId, title);
  return details === null ? null : { chosen, entered, details };
}

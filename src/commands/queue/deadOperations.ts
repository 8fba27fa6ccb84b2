import { window } from 'vscode';
import type { DeadOperation } from '../../core/ports/drains';
import type { CommandDeps } from '../commandDeps';
import { whileReading } from '../plans/progress';
import type { Target } from '../target';
import { enterQueue, type EnteredQueue, type EnterOptions } from './enterQueue';
import { pickOperations } from './pickOperations';
import { pickQueue, type QueueChoice } from './pickQueue';

/** A dead operation that a command is for. */
export interface DeadChoice {
  readonly chosen: QueueChoice;
  readonly entered: EnteredQueue;
  readonly dead: DeadOperation;
}

/** The dead operation that was clicked, or that the user picks. @returns `null` when he gave up, or there is none, which is said */
export async function chooseDead(
  deps: CommandDeps,
  target: Target | null,
  options: EnterOptions,
): Promise<DeadChoice | null> {
  const { title } = options;
  const chosen = await pickQueue(deps, target, title);
  if (chosen === null) return null;
  const entered = await enterQueue(deps, chosen, options);
  if (entered === null) return null;
  const wanted = { title, state: 'dead', many: false } as const;
  const [operationId] = (await pickOperations(deps, chosen, wanted)) ?? [];
  if (operationId === undefined) return null;
  const dead = await whileReading(`${title}: reading`, async (signal) =>
    deps.queues.readDead(chosen, operationId, signal),
  );
  if (dead !== null) return { chosen, entered, dead };
  void window.showInformationMessage('This operation is not dead any more.');
  return null;
}

import { window } from 'vscode';
import { formatCount, formatCounted } from '../../core/format';
import type { DeadOperation } from '../../core/ports/drains';
import { say } from '../../core/say';
import { formatTableName } from '../../core/tableName';
import type { CommandDeps } from '../commandDeps';
import { whileReading } from '../plans/progress';
import type { Target } from '../target';
import { enterQueue, type EnteredQueue, type EnterOptions } from './enterQueue';
import { pickOperation, type PickedOperations } from './pickOperations';
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
  const operationId = await pickOperation(deps, chosen, { title, state: 'dead' });
  if (operationId === null) return null;
  const dead = await readDead(deps, chosen, operationId, title);
  return dead === null ? null : { chosen, entered, dead };
}

/** @returns `null` when it is not dead any more, which is said */
export async function readDead(
  deps: Pick<CommandDeps, 'queues'>,
  chosen: QueueChoice,
  operationId: string,
  title: string,
): Promise<DeadOperation | null> {
  const dead = await whileReading(say`${title}: reading`, async (signal) =>
    deps.queues.readDead(chosen, operationId, signal),
  );
  if (dead === null) void window.showInformationMessage(NOT_DEAD);
  return dead;
}

/** Ids of those that were picked, as they are now. @returns `null` when none is dead any more, which is said */
export async function listPicked(
  deps: Pick<CommandDeps, 'queues'>,
  chosen: QueueChoice,
  picked: PickedOperations,
  title: string,
): Promise<readonly string[] | null> {
  if (picked.kind === 'one') return [picked.operationId];
  const ids = await whileReading(say`${title}: reading`, async (signal) =>
    deps.queues.listDead(chosen, picked.filter, signal),
  );
  if (ids.length > 0) return ids;
  void window.showInformationMessage(NOT_DEAD);
  return null;
}

const NOT_DEAD = say`This operation is not dead any more.`;

/** `Dropped 3 operations.`, and what became of the others. */
export function deadSentence(verb: string, done: number, asked: number): string {
  return done === asked
    ? `${verb} ${formatCounted(asked, 'operation')}.`
    : say`${verb} ${formatCount(done)} of ${formatCounted(asked, 'operation')}; the others are not dead any more.`;
}

/** `12 dead operations in public.jobs` */
export function deadCount(count: number, picked: PickedOperations): string {
  const words = formatCounted(count, 'dead operation');
  const table = picked.kind === 'many' ? picked.table : null;
  return table === null ? words : say`${words} in ${formatTableName(table)}`;
}

/** So many ids are written into the audit log. */
const AUDITED = 200;

export function auditedIds(ids: readonly string[]): string {
  return ids.slice(0, AUDITED).join(', ');
}

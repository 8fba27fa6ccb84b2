import { say } from '../../core/say';
import type { CommandDeps } from '../commandDeps';
import { whileReading } from '../plans/progress';
import type { Target } from '../target';
import { enterQueue } from './enterQueue';
import { pickQueue } from './pickQueue';

const TITLE = say`Export Queue as SQL`;

/** Opens conflicts and dead operations as statements in a file of the user's own. Changes nothing. */
export async function exportSqlWork(deps: CommandDeps, target: Target | null): Promise<void> {
  const chosen = await pickQueue(deps, target, TITLE);
  if (chosen === null) return;
  const options = { title: TITLE, changes: false, ends: ['edge'] } as const;
  if ((await enterQueue(deps, chosen, options)) === null) return;
  const ids = chosen.operationId === null ? null : [chosen.operationId];
  const text = await whileReading(say`${TITLE}: reading`, async (signal) =>
    deps.queues.exportSql(chosen, ids, signal),
  );
  await deps.documents.openAsFile(text);
}

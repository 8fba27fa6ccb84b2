import { say } from '../say';
import { command } from './actions';
import type { EdgeCase } from './edgeParts';
import type { Finding } from './makeDiagnosis';

/** @param name `null` when it is not told */
export function publicationMissing(
  one: EdgeCase,
  name: string | null,
  evidence: Finding['evidence'] = [],
): Finding {
  const { edge, source, target } = one;
  return {
    code: 'publicationMissing',
    health: 'error',
    title: say`${edge.name} on ${target} asks for publication ${name ?? say`that is not there`}, which does not exist on ${source}.`,
    detail: [
      say`Before 18 the subscription stops; from 18 on it goes on without, and rows that are written meanwhile never arrive.`,
      say`One that is made anew under the same name may not help: the changes before it were written without it. Then the subscription must be made anew, too.`,
    ],
    evidence,
    actions: [
      edge.from === null ? null : command('planChanges', edge.from),
      command('alterSubscription', edge.id),
      command('resyncTable', edge.id),
    ],
  };
}

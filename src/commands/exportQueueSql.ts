import { say } from '../core/say';
import { defineCommand } from './defineCommand';

/** Opens what no drain could apply as statements. */
export const exportQueueSql = defineCommand('exportQueueSql', {
  title: say`Export Queue as SQL`,
  needs: 'trust',
  argument: 'optional',
  run: async (deps, target) => {
    const { WORK } = await import('./work');
    await WORK.exportSqlWork(deps, target);
  },
});

import { defineCommand } from './defineCommand';

/** Opens what no drain could apply as statements. */
export const exportQueueSql = defineCommand('exportQueueSql', {
  title: 'Export Queue as SQL',
  needs: 'trust',
  argument: 'optional',
  run: async (deps, target) => {
    const { exportSqlWork } = await import('./queue/exportSqlWork');
    await exportSqlWork(deps, target);
  },
});

import type { QueueDesk } from '../../core/ports/drains';

/** Loads the desk with the first thing that is asked of it: activation needs none of it. */
export function queueDeskOnDemand(load: () => Promise<QueueDesk>): QueueDesk {
  let loading: Promise<QueueDesk> | null = null;
  const get = (): Promise<QueueDesk> => (loading ??= load());
  return {
    readContents: async (...given) => (await get()).readContents(...given),
    readConflict: async (...given) => (await get()).readConflict(...given),
    listConflicts: async (...given) => (await get()).listConflicts(...given),
    decide: async (...given) => (await get()).decide(...given),
    readDead: async (...given) => (await get()).readDead(...given),
    listDead: async (...given) => (await get()).listDead(...given),
    retryDead: async (...given) => (await get()).retryDead(...given),
    dropDead: async (...given) => (await get()).dropDead(...given),
    exportSql: async (...given) => (await get()).exportSql(...given),
  };
}

import type { PlanDesk } from './planDesk';
import type { PlanWork } from './planWork';

/** What a command asks of the desk. */
export interface Plans {
  /** @param title the command's, such as `Create Publication` */
  begin(title: string, topologyId: string): PlanSteps;
}

export type PlanSteps = Pick<PlanWork, 'read' | 'carryOut'>;

/** Loads the desk with the first thing that is asked of it: activation needs none of it. */
export function plansOnDemand(load: () => Promise<Pick<PlanDesk, 'begin'>>): Plans {
  let loading: Promise<Pick<PlanDesk, 'begin'>> | null = null;
  return {
    begin: (title, topologyId) => {
      let beginning: Promise<PlanSteps> | null = null;
      const begin = async (): Promise<PlanSteps> =>
        (await (loading ??= load())).begin(title, topologyId);
      const get = (): Promise<PlanSteps> => (beginning ??= begin());
      return {
        read: async (...given) => (await get()).read(...given),
        carryOut: async (...given) => (await get()).carryOut(...given),
      };
    },
  };
}

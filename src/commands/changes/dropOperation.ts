import { decideAll } from '../queue/decide';
import type { Change } from './change';

/** Lets operations in conflict go; the primary stays as it is. */
export const dropOperation: Change = async (deps, target) => decideAll(deps, target, 'drop');

import { decideAll } from '../queue/decide';
import type { Change } from './change';

/** Writes the edge's rows of conflicts to the primary, whose versions are kept. */
export const keepEdge: Change = async (deps, target) => decideAll(deps, target, 'keepEdge');

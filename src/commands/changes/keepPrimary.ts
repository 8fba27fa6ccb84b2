import { decideAll } from '../queue/decide';
import type { Change } from './change';

/** Lets the primary's rows of conflicts stay; the edge's versions are kept beside them. */
export const keepPrimary: Change = async (deps, target) => decideAll(deps, target, 'keepPrimary');

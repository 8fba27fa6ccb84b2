import type { Drains, QueueDesk } from '../core/ports/drains';

/** Stands where this window drains nothing. */
export const NO_DRAINS: Pick<Drains, 'of' | 'onDidChange'> = {
  of: () => [],
  onDidChange: () => ({ dispose: () => undefined }),
};

/** Stands where nobody can look into a queue. */
export const NO_DESK: Pick<QueueDesk, 'readContents'> = {
  readContents: () => Promise.reject(new Error('Queues cannot be looked into here.')),
};

import type { Change } from './change';
import { alterPublication } from './alterPublication';
import { alterSubscription } from './alterSubscription';
import { createPublication } from './createPublication';
import { createReplicationRole } from './createReplicationRole';
import { createSubscription } from './createSubscription';
import { disableSubscription } from './disableSubscription';
import { dropPublication } from './dropPublication';
import { dropSlot } from './dropSlot';
import { dropSubscription } from './dropSubscription';
import { enableSubscription } from './enableSubscription';
import { installPendingSync } from './installPendingSync';
import { installSentinel } from './installSentinel';
import { pauseReplay } from './pauseReplay';
import { planChanges } from './planChanges';
import { promoteStandby } from './promoteStandby';
import { refreshSubscription } from './refreshSubscription';
import { removeQueue } from './removeQueue';
import { renamePublication } from './renamePublication';
import { resolveSubscription } from './resolveSubscription';
import { resumeReplay } from './resumeReplay';
import { resyncTable } from './resyncTable';
import { rotatePassword } from './rotatePassword';
import { setUpEdge } from './setUpEdge';
import { skipTransaction } from './skipTransaction';
import { uninstallSentinel } from './uninstallSentinel';
import { drainQueue } from './drainQueue';
import { setAutomaticDraining } from './setAutomaticDraining';
import { keepPrimary } from './keepPrimary';
import { keepEdge } from './keepEdge';
import { editAndApplyMerged } from './editAndApplyMerged';
import { dropOperation } from './dropOperation';
import { retryDeadOperation } from './retryDeadOperation';
import { dropDeadOperation } from './dropDeadOperation';
import { giveNewIdentity } from './giveNewIdentity';

/**
 * The work of every command that changes servers, by its id. Loaded with the first of them that is used: planners and
 * dialogs are most of the extension, and activation needs none of them.
 */
export const CHANGES = {
  planChanges,
  createPublication,
  alterPublication,
  renamePublication,
  dropPublication,
  createSubscription,
  installPendingSync,
  setUpEdge,
  removeQueue,
  enableSubscription,
  disableSubscription,
  refreshSubscription,
  resyncTable,
  alterSubscription,
  rotatePassword,
  skipTransaction,
  resolveSubscription,
  dropSubscription,
  dropSlot,
  createReplicationRole,
  pauseReplay,
  resumeReplay,
  promoteStandby,
  installSentinel,
  uninstallSentinel,
  drainQueue,
  setAutomaticDraining,
  keepPrimary,
  keepEdge,
  editAndApplyMerged,
  dropOperation,
  retryDeadOperation,
  dropDeadOperation,
  giveNewIdentity,
} satisfies Readonly<Record<string, Change>>;

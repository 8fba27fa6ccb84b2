import type { Change } from './change';
import { alterSubscription } from './alterSubscription';
import { createPublication } from './createPublication';
import { createSubscription } from './createSubscription';
import { disableSubscription } from './disableSubscription';
import { dropSubscription } from './dropSubscription';
import { enableSubscription } from './enableSubscription';
import { installPendingSync } from './installPendingSync';
import { installSentinel } from './installSentinel';
import { planChanges } from './planChanges';
import { refreshSubscription } from './refreshSubscription';
import { rotatePassword } from './rotatePassword';
import { uninstallSentinel } from './uninstallSentinel';

/**
 * The work of every command that changes servers, by its id. Loaded with the first of them that is used: planners and
 * dialogs are most of the extension, and activation needs none of them.
 */
export const CHANGES = {
  planChanges,
  createPublication,
  createSubscription,
  installPendingSync,
  enableSubscription,
  disableSubscription,
  refreshSubscription,
  alterSubscription,
  rotatePassword,
  dropSubscription,
  installSentinel,
  uninstallSentinel,
} satisfies Readonly<Record<string, Change>>;

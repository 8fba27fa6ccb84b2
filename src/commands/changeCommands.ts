import type { Command } from './defineCommand';
import { defineChange } from './defineChange';

/** Commands that change servers, each by a plan; their work is in `changes/`. */
export const CHANGE_COMMANDS: readonly Command[] = [
  defineChange('planChanges', 'Plan Changes…'),
  defineChange('createPublication', 'Create Publication…'),
  defineChange('alterPublication', 'Alter Publication…'),
  defineChange('renamePublication', 'Rename Publication…'),
  defineChange('dropPublication', 'Drop Publication…'),
  defineChange('createSubscription', 'Create Subscription…'),
  defineChange('installPendingSync', 'Install pending_sync Schema…'),
  defineChange('setUpEdge', 'Set Up Edge…'),
  defineChange('removeQueue', 'Remove Queue…'),
  defineChange('enableSubscription', 'Enable Subscription…'),
  defineChange('disableSubscription', 'Disable Subscription…'),
  defineChange('refreshSubscription', 'Refresh Subscription…'),
  defineChange('resyncTable', 'Resync Table…'),
  defineChange('alterSubscription', 'Alter Subscription…'),
  defineChange('rotatePassword', 'Rotate Password…'),
  defineChange('skipTransaction', 'Skip Transaction…'),
  defineChange('resolveSubscription', 'Resolve Stopped Subscription…'),
  defineChange('dropSubscription', 'Drop Subscription…'),
  defineChange('dropSlot', 'Drop Slot…'),
  defineChange('createReplicationRole', 'Create Replication Role…'),
  defineChange('pauseReplay', 'Pause Replay…'),
  defineChange('resumeReplay', 'Resume Replay…'),
  defineChange('promoteStandby', 'Promote…'),
  defineChange('installSentinel', 'Install Sentinel Table…'),
  defineChange('uninstallSentinel', 'Uninstall Sentinel Table…'),
];

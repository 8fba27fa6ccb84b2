import { say } from '../say';
import { UnquotableTextError } from '../sql';
import type { NextAction } from './diagnosis';

/** Commands that a diagnosis leads to, with their titles. Each asks and shows before anything is changed. */
const LABELS = {
  connect: say`Connect`,
  refresh: say`Refresh`,
  enterPassword: say`Enter Password…`,
  copyGrant: say`Copy GRANT`,
  checkSetup: say`Check Set-up`,
  showDifferences: say`Show Differences`,
  planChanges: say`Plan Changes…`,
  acceptServer: say`Accept Server…`,
  choosePrimary: say`Choose Primary…`,
  openTopologyFile: say`Open Topology File`,
  runChecks: say`Run Checks`,
  showLog: say`Show Log`,
  promoteStandby: say`Promote…`,
  resumeReplay: say`Resume Replay…`,
  resolveSubscription: say`Resolve Stopped Subscription…`,
  enableSubscription: say`Enable Subscription…`,
  alterSubscription: say`Alter Subscription…`,
  alterPublication: say`Alter Publication…`,
  refreshSubscription: say`Refresh Subscription…`,
  resyncTable: say`Resync Table…`,
  dropSubscription: say`Drop Subscription…`,
  createReplicationRole: say`Create Replication Role…`,
  dropSlot: say`Drop Slot…`,
  drainQueue: say`Drain Queue…`,
  setAutomaticDraining: say`Set Automatic Draining…`,
  setUpEdge: say`Set Up Edge…`,
  showConflict: say`Show Conflict`,
  showDeadOperation: say`Show Dead Operation`,
} as const;

export type ActionCommand = keyof typeof LABELS;

/** Every command that a diagnosis may name: the manifest has each. */
export const ACTION_COMMANDS: readonly string[] = Object.keys(LABELS);

export function command(id: ActionCommand, subject: string): NextAction {
  return { kind: 'command', command: id, subject, label: LABELS[id] };
}

/** @param sql made where it is asked for: `null` comes of a name that no SQL can hold */
export function statement(nodeId: string, sql: () => string, effect: string): NextAction | null {
  try {
    return { kind: 'statement', nodeId, sql: sql(), effect };
  } catch (error) {
    if (error instanceof UnquotableTextError) return null;
    throw error;
  }
}

export function configuration(
  nodeId: string,
  line: string,
  effect: string,
  file = 'postgresql.conf',
): NextAction {
  return { kind: 'configuration', nodeId, file, line, effect };
}

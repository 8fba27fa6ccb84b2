import { UnquotableTextError } from '../sql';
import type { NextAction } from './diagnosis';

/** Commands that a diagnosis leads to, with their titles. Each asks and shows before anything is changed. */
const LABELS = {
  connect: 'Connect',
  refresh: 'Refresh',
  enterPassword: 'Enter Password…',
  copyGrant: 'Copy GRANT',
  checkSetup: 'Check Set-up',
  showDifferences: 'Show Differences',
  planChanges: 'Plan Changes…',
  acceptServer: 'Accept Server…',
  choosePrimary: 'Choose Primary…',
  openTopologyFile: 'Open Topology File',
  runChecks: 'Run Checks',
  showLog: 'Show Log',
  promoteStandby: 'Promote…',
  resumeReplay: 'Resume Replay…',
  resolveSubscription: 'Resolve Stopped Subscription…',
  enableSubscription: 'Enable Subscription…',
  alterSubscription: 'Alter Subscription…',
  alterPublication: 'Alter Publication…',
  refreshSubscription: 'Refresh Subscription…',
  resyncTable: 'Resync Table…',
  dropSubscription: 'Drop Subscription…',
  createReplicationRole: 'Create Replication Role…',
  dropSlot: 'Drop Slot…',
  drainQueue: 'Drain Queue…',
  setAutomaticDraining: 'Set Automatic Draining…',
  setUpEdge: 'Set Up Edge…',
  showConflict: 'Show Conflict',
  showDeadOperation: 'Show Dead Operation',
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

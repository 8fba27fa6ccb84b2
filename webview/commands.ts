import type { HistoryRange } from '../src/core/history';
import type { DashboardCommand } from '../src/protocol/dashboardCommands';
import type { Figure } from './text/figure';

/** Commands keep their Title Case name wherever they appear. */
export const COMMAND_LABELS: Readonly<Record<DashboardCommand, string>> = {
  connect: 'Connect',
  refresh: 'Refresh',
  explain: 'Explain',
  enterPassword: 'Enter Password…',
  copyGrant: 'Copy GRANT',
  checkSetup: 'Check Set-up',
  acceptServer: 'Accept Server…',
  choosePrimary: 'Choose Primary…',
  runChecks: 'Run Checks',
  startContinuousChecks: 'Start Continuous Checks',
  stopContinuousChecks: 'Stop Continuous Checks',
  installSentinel: 'Install Sentinel Table…',
  drainQueue: 'Drain Queue…',
  setAutomaticDraining: 'Set Automatic Draining…',
  setUpEdge: 'Set Up Edge…',
  showConflict: 'Show Conflict',
  showDeadOperation: 'Show Dead Operation',
  showDifferences: 'Show Differences',
  planChanges: 'Plan Changes…',
  resolveSubscription: 'Resolve Stopped Subscription…',
  enableSubscription: 'Enable Subscription…',
  alterSubscription: 'Alter Subscription…',
  refreshSubscription: 'Refresh Subscription…',
  resyncTable: 'Resync Table…',
  dropSubscription: 'Drop Subscription…',
  alterPublication: 'Alter Publication…',
  createReplicationRole: 'Create Replication Role…',
  promoteStandby: 'Promote…',
  resumeReplay: 'Resume Replay…',
  dropSlot: 'Drop Slot…',
  exportIncident: 'Export Incident…',
  openTopologyFile: 'Open Topology File',
  createTopologyFile: 'Create Topology File',
  showLog: 'Show Log',
  manageTrust: 'Manage Workspace Trust',
};

/** Whether a name that came with a diagnosis is a command that a button may start. */
export function isDashboardCommand(name: string): name is DashboardCommand {
  return Object.hasOwn(COMMAND_LABELS, name);
}

/** What the parts of the page may do. */
export interface Actions {
  select(id: string): void;
  setTopology(topologyId: string): void;
  run(command: DashboardCommand, subject?: string | null): void;
  copy(text: string, what: string): void;
  /** Opens the card of a number beside where it stands. */
  showFigure(figure: Figure, at: HTMLElement): void;
  /** Brings a part of the page into sight, and the focus to its heading. */
  goTo(section: 'loss'): void;
  /** An event: what it is about is selected, and the charts move to its time. */
  followEvent(subject: string | null, atMs: number): void;
  /** How far back the charts look. */
  setRange(range: HistoryRange): void;
}

import type { HistoryRange } from '../src/core/history';
import { say } from '../src/core/say';
import type { DashboardCommand } from '../src/protocol/dashboardCommands';
import type { Figure } from './text/figure';

/** Commands keep their Title Case name wherever they appear. */
export const COMMAND_LABELS: Readonly<Record<DashboardCommand, string>> = {
  connect: say`Connect`,
  refresh: say`Refresh`,
  explain: say`Explain`,
  enterPassword: say`Enter Password…`,
  copyGrant: say`Copy GRANT`,
  checkSetup: say`Check Set-up`,
  acceptServer: say`Accept Server…`,
  choosePrimary: say`Choose Primary…`,
  runChecks: say`Run Checks`,
  startContinuousChecks: say`Start Continuous Checks`,
  stopContinuousChecks: say`Stop Continuous Checks`,
  installSentinel: say`Install Sentinel Table…`,
  drainQueue: say`Drain Queue…`,
  setAutomaticDraining: say`Set Automatic Draining…`,
  setUpEdge: say`Set Up Edge…`,
  showConflict: say`Show Conflict`,
  showDeadOperation: say`Show Dead Operation`,
  showDifferences: say`Show Differences`,
  planChanges: say`Plan Changes…`,
  resolveSubscription: say`Resolve Stopped Subscription…`,
  enableSubscription: say`Enable Subscription…`,
  alterSubscription: say`Alter Subscription…`,
  refreshSubscription: say`Refresh Subscription…`,
  resyncTable: say`Resync Table…`,
  dropSubscription: say`Drop Subscription…`,
  alterPublication: say`Alter Publication…`,
  createReplicationRole: say`Create Replication Role…`,
  promoteStandby: say`Promote…`,
  resumeReplay: say`Resume Replay…`,
  dropSlot: say`Drop Slot…`,
  exportIncident: say`Export Incident…`,
  openTopologyFile: say`Open Topology File`,
  createTopologyFile: say`Create Topology File`,
  showLog: say`Show Log`,
  manageTrust: say`Manage Workspace Trust`,
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

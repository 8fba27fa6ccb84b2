import type { DashboardCommand } from '../src/protocol/dashboardMessages';

/** Commands keep their Title Case name wherever they appear. */
export const COMMAND_LABELS: Readonly<Record<DashboardCommand, string>> = {
  connect: 'Connect',
  refresh: 'Refresh',
  enterPassword: 'Enter Password…',
  runChecks: 'Run Checks',
  startContinuousChecks: 'Start Continuous Checks',
  stopContinuousChecks: 'Stop Continuous Checks',
  installSentinel: 'Install Sentinel Table…',
  drainQueue: 'Drain Queue…',
  showDifferences: 'Show Differences',
  planChanges: 'Plan Changes…',
  resolveSubscription: 'Resolve Stopped Subscription…',
  dropSlot: 'Drop Slot…',
  openTopologyFile: 'Open Topology File',
  createTopologyFile: 'Create Topology File',
  showLog: 'Show Log',
  manageTrust: 'Manage Workspace Trust',
};

/** What the parts of the page may do. */
export interface Actions {
  select(id: string): void;
  setTopology(topologyId: string): void;
  run(command: DashboardCommand, subject?: string | null): void;
  copy(text: string, what: string): void;
}

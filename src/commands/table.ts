import { acceptServer } from './acceptServer';
import { CHANGE_COMMANDS } from './changeCommands';
import { choosePrimary } from './choosePrimary';
import { checkSetup } from './checkSetup';
import { connect } from './connect';
import { copyConnectionString } from './copyConnectionString';
import { copyDetails } from './copyDetails';
import { copyExplanation } from './copyExplanation';
import { copyGrant } from './copyGrant';
import { copySetupFix } from './copySetupFix';
import { createTopologyFile } from './createTopologyFile';
import type { Command } from './defineCommand';
import { demoActions, stopDemo, tryDemo } from './demoCommands';
import { disconnect } from './disconnect';
import { discoverTopology } from './discoverTopology';
import { enterPassword } from './enterPassword';
import { importTopology } from './importTopology';
import { forgetPassword } from './forgetPassword';
import { moveSecret } from './moveSecret';
import { muteNotifications } from './muteNotifications';
import { couldILoseData } from './couldILoseData';
import { exportIncident } from './exportIncident';
import { openIncident } from './openIncident';
import { openDashboard } from './openDashboard';
import { openTopologyFile } from './openTopologyFile';
import { refresh } from './refresh';
import { runChecks } from './runChecks';
import { runSelectionOnTopology } from './runSelectionOnTopology';
import { showDifferences } from './showDifferences';
import { showDetails } from './showDetails';
import { showLog } from './showLog';
import { showNodes } from './showNodes';
import { startContinuousChecks } from './startContinuousChecks';
import { stopContinuousChecks } from './stopContinuousChecks';
import { showSetupReport } from './showSetupReport';
import { showConflict } from './showConflict';
import { showDeadOperation } from './showDeadOperation';
import { explain } from './explain';
import { exportQueueSql } from './exportQueueSql';
import { showSqlLog } from './showSqlLog';
import { whereWouldThisGo } from './whereWouldThisGo';

/** Every command there is. The manifest names the same ones. */
export const COMMANDS: readonly Command[] = [
  connect,
  disconnect,
  refresh,
  openDashboard,
  couldILoseData,
  exportIncident,
  openIncident,
  muteNotifications,
  showNodes,
  showDetails,
  explain,
  copyExplanation,
  runChecks,
  startContinuousChecks,
  stopContinuousChecks,
  createTopologyFile,
  importTopology,
  discoverTopology,
  openTopologyFile,
  enterPassword,
  forgetPassword,
  moveSecret,
  copyGrant,
  showDifferences,
  checkSetup,
  showSetupReport,
  copySetupFix,
  acceptServer,
  choosePrimary,
  whereWouldThisGo,
  copyConnectionString,
  runSelectionOnTopology,
  copyDetails,
  showLog,
  showSqlLog,
  showConflict,
  showDeadOperation,
  exportQueueSql,
  tryDemo,
  stopDemo,
  demoActions,
  ...CHANGE_COMMANDS,
];

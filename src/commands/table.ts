import { connect } from './connect';
import { copyDetails } from './copyDetails';
import { copyGrant } from './copyGrant';
import { createTopologyFile } from './createTopologyFile';
import type { Command } from './defineCommand';
import { disconnect } from './disconnect';
import { enterPassword } from './enterPassword';
import { forgetPassword } from './forgetPassword';
import { moveSecret } from './moveSecret';
import { openDashboard } from './openDashboard';
import { openTopologyFile } from './openTopologyFile';
import { refresh } from './refresh';
import { runChecks } from './runChecks';
import { showDetails } from './showDetails';
import { showLog } from './showLog';
import { showNodes } from './showNodes';
import { startContinuousChecks } from './startContinuousChecks';
import { stopContinuousChecks } from './stopContinuousChecks';
import { createPublication } from './createPublication';
import { createSubscription } from './createSubscription';
import { disableSubscription } from './disableSubscription';
import { enableSubscription } from './enableSubscription';
import { installPendingSync } from './installPendingSync';
import { installSentinel } from './installSentinel';
import { refreshSubscription } from './refreshSubscription';
import { showSqlLog } from './showSqlLog';
import { uninstallSentinel } from './uninstallSentinel';

/** Every command there is. The manifest names the same ones. */
export const COMMANDS: readonly Command[] = [
  connect,
  disconnect,
  refresh,
  openDashboard,
  showNodes,
  showDetails,
  runChecks,
  startContinuousChecks,
  stopContinuousChecks,
  createTopologyFile,
  openTopologyFile,
  enterPassword,
  forgetPassword,
  moveSecret,
  copyGrant,
  copyDetails,
  showLog,
  createPublication,
  createSubscription,
  installPendingSync,
  enableSubscription,
  disableSubscription,
  refreshSubscription,
  installSentinel,
  uninstallSentinel,
  showSqlLog,
];

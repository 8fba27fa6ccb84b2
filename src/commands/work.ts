import { CHANGES } from './changes/table';
import { discoverWork } from './discovery/discoverWork';
import { openDemo } from './demo/openDemo';
import { importWork } from './import/importWork';
import { makePlanDesk } from './plans/makePlanDesk';
import { exportSqlWork } from './queue/exportSqlWork';
import { showConflictWork } from './queue/showConflictWork';
import { showDeadWork } from './queue/showDeadWork';
import { copyConnection } from './routing/copyConnection';
import { showRoutes } from './routing/showRoutes';
import { runSelection } from './runSelection/runSelection';
import { runSetupCheck } from './setup/runSetupCheck';
import { showSetup } from './setup/showSetup';

/**
 * What commands do beyond asking who is meant: one part of the package, loaded with the first command that needs it. One, not
 * one a command: each would share code with each other one, and every such combination is a file in the package.
 */
export const WORK = {
  changes: CHANGES,
  discover: discoverWork,
  importTopology: importWork,
  makePlanDesk,
  openDemo,
  exportSqlWork,
  showConflictWork,
  showDeadWork,
  runSelection,
  runSetupCheck,
  showRoutes,
  copyConnection,
  showSetup,
};

import { commands } from 'vscode';
import type { NodeRef } from '../core/ports/topologyMonitor';
import { DASHBOARD_COMMANDS, type DashboardCommand } from '../protocol/dashboardMessages';

/** Commands that the dashboard may start. Each goes through the same door, and the same checks, as from the palette. */
export const DASHBOARD_COMMAND_IDS: readonly DashboardCommand[] = DASHBOARD_COMMANDS;

export function runDashboardCommand(command: DashboardCommand, ref: NodeRef | null): void {
  if (command === 'manageTrust') {
    void commands.executeCommand('workbench.trust.manage');
    return;
  }
  const target = ref === null ? undefined : { topologyId: ref.topologyId, subject: ref.nodeId };
  void commands.executeCommand(`pgTopology.${command}`, target);
}

import { commands } from 'vscode';
import { DASHBOARD_COMMANDS, type DashboardCommand } from '../protocol/dashboardCommands';
import { COMMANDS } from './table';
import type { Target } from './target';

/** Commands that the dashboard may start. Each goes through the same door, and the same checks, as from the palette. */
export const DASHBOARD_COMMAND_IDS: readonly DashboardCommand[] = DASHBOARD_COMMANDS.filter(
  (id) => id === 'manageTrust' || COMMANDS.some((command) => command.id === id),
);

export function runDashboardCommand(command: DashboardCommand, target: Target | null): void {
  if (command === 'manageTrust') {
    void commands.executeCommand('workbench.trust.manage');
    return;
  }
  void commands.executeCommand(`pgTopology.${command}`, target ?? undefined);
}

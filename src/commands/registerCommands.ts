import { commands, window } from 'vscode';
import type { Disposable } from '../core/ports/disposable';
import { say } from '../core/say';
import { DisposableStore } from '../host/disposableStore';
import type { CommandDeps } from './commandDeps';
import type { Command } from './defineCommand';
import { reportError, sayRestricted } from './errors';
import { pickTarget } from './pickTarget';
import { COMMANDS } from './table';
import { readTarget, type Target } from './target';

/** Registers every command of the table. What is needed is checked here, in code, for whoever calls. */
export function registerCommands(deps: Omit<CommandDeps, 'runCommand' | 'hasCommand'>): Disposable {
  const store = new DisposableStore();
  const runner = new CommandRunner(deps);
  for (const command of COMMANDS) {
    store.add(
      commands.registerCommand(`pgTopology.${command.id}`, async (argument: unknown) =>
        runner.run(command, argument),
      ),
    );
  }
  return store;
}

class CommandRunner {
  private readonly deps: CommandDeps;

  constructor(deps: Omit<CommandDeps, 'runCommand' | 'hasCommand'>) {
    const runCommand = async (id: string, target: Target | null): Promise<void> => {
      const command = COMMANDS.find((candidate) => candidate.id === id);
      if (command !== undefined) await this.run(command, target);
    };
    const hasCommand = (id: string): boolean => COMMANDS.some((command) => command.id === id);
    this.deps = { ...deps, runCommand, hasCommand };
  }

  async run(command: Command, argument: unknown): Promise<void> {
    const { deps } = this;
    let target: Target | null = null;
    try {
      await deps.filesUpToDate();
      const snapshots = deps.monitor.current();
      if (needsTopology(command) && snapshots.length === 0) {
        await this.sayNoTopology();
        return;
      }
      if (needsTrust(command) && !deps.isTrusted()) {
        // Not awaited: whoever called waits for the command, not for the user's answer.
        void sayRestricted(() => commands.executeCommand('workbench.trust.manage'));
        return;
      }
      target = readTarget(argument, snapshots);
      if (target === null && asks(command)) {
        target = await pickTarget(snapshots, deps.clock.nowMs(), {
          title: command.title,
          question: command.question,
          withTopologies: command.argument === 'nodeOrTopology',
        });
        if (target === null) return;
      }
      await command.run(deps, target, argument);
    } catch (error) {
      void reportError(error, deps, target);
    }
  }

  private sayNoTopology(): Promise<void> {
    void window
      .showInformationMessage(
        say`There is no valid topology file in this workspace.`,
        say`Create Topology File`,
      )
      .then(async (choice) => {
        if (choice !== undefined) await this.deps.runCommand('createTopologyFile', null);
      });
    return Promise.resolve();
  }
}

function needsTopology({ needs }: Command): boolean {
  return needs === 'topology' || needs === 'trust';
}

function needsTrust({ needs }: Command): boolean {
  return needs === 'trust' || needs === 'trustAlone';
}

function asks(command: Command): boolean {
  return command.argument === 'node' || command.argument === 'nodeOrTopology';
}

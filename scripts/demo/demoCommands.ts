import { createInterface } from 'node:readline';
import type { RunningTopology } from '../../test/clusters/topology/runningTopology';

export type DemoCommand =
  | { readonly kind: 'stop' | 'start'; readonly node: string }
  | { readonly kind: 'nodes' }
  | { readonly kind: 'help' }
  | { readonly kind: 'none' };

export const DEMO_COMMANDS = `Type here: "stop NODE" and "start NODE" take a server away and bring it back, "nodes" lists them.`;

/** @throws for a line that is no command, and for a node that is not there */
export function readDemoCommand(line: string, nodes: readonly string[]): DemoCommand {
  const [word = '', node, ...rest] = line.trim().split(/\s+/u);
  if (word === '') return { kind: 'none' };
  if (word === 'help' || word === '?') return { kind: 'help' };
  if (word === 'nodes' && node === undefined) return { kind: 'nodes' };
  if ((word !== 'stop' && word !== 'start') || node === undefined || rest.length > 0) {
    throw new Error(`"${line.trim()}" is no command. ${DEMO_COMMANDS}`);
  }
  if (!nodes.includes(node)) {
    throw new Error(`There is no node "${node}", only ${nodes.join(', ')}.`);
  }
  return { kind: word, node };
}

/** What is typed while the demo runs, one command after the other. Goes on until it is closed. */
export class DemoCommands {
  readonly #lines;
  #last: Promise<void> = Promise.resolve();

  constructor(
    private readonly topology: RunningTopology,
    input: NodeJS.ReadableStream,
    private readonly say: (text: string) => void,
  ) {
    this.#lines = createInterface({ input });
    this.#lines.on('line', (line) => {
      this.#last = this.#last.then(() => this.#run(line));
    });
  }

  /** Reads no further line. @returns when what was begun has ended */
  async close(): Promise<void> {
    this.#lines.close();
    await this.#last;
  }

  async #run(line: string): Promise<void> {
    try {
      const command = readDemoCommand(line, [...this.topology.nodes.keys()]);
      await this.#carryOut(command);
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error));
    }
  }

  async #carryOut(command: DemoCommand): Promise<void> {
    switch (command.kind) {
      case 'none':
        return;
      case 'help':
        this.say(DEMO_COMMANDS);
        return;
      case 'nodes':
        for (const { id, cluster } of this.topology.nodes.values()) {
          this.say(`  ${id.padEnd(20)} ${cluster.isRunning ? 'runs' : 'stopped'}`);
        }
        return;
      case 'stop':
      case 'start': {
        const { cluster } = this.topology.node(command.node);
        if (cluster.isRunning === (command.kind === 'start')) {
          this.say(`${command.node} ${cluster.isRunning ? 'runs' : 'is stopped'} already.`);
          return;
        }
        await (command.kind === 'stop' ? cluster.stop() : cluster.start());
        this.say(`${command.node} ${command.kind === 'stop' ? 'is stopped' : 'runs again'}.`);
      }
    }
  }
}

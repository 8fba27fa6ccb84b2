import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import type { PlanChildRequest } from './planChild';

/** Runs plans in processes of their own, which die in the middle of them. */
export class PlanProcesses {
  private constructor(
    private readonly folder: string,
    private readonly file: string,
  ) {}

  static async make(): Promise<PlanProcesses> {
    const folder = mkdtempSync(path.join(tmpdir(), 'pg-topology-plan-'));
    const file = path.join(folder, 'planChild.cjs');
    await build({
      entryPoints: [path.join(__dirname, 'planChild.ts')],
      outfile: file,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      external: ['pg-native'],
      logLevel: 'error',
    });
    return new PlanProcesses(folder, file);
  }

  /** @returns once the process is dead. @throws when it ended in another way */
  async killed(request: PlanChildRequest): Promise<void> {
    const child = fork(this.file, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const ended = once(child, 'exit');
    child.send(request);
    const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
    if (signal !== 'SIGKILL') throw new Error(`It ended with ${String(code)}: ${errors}`);
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

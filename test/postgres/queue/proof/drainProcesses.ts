import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import type { ChildMessage, ChildRequest } from './drainChild';

/** A process that drains, and can be killed as a window of the editor can. */
export class DrainProcess {
  /** When it has begun, or ended before. */
  readonly begun: Promise<void>;
  /** How it ended: what its drain said, or the signal. */
  readonly ended: Promise<string>;

  constructor(private readonly child: ChildProcess) {
    let said = '';
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    this.ended = once(child, 'exit').then(([code, signal]) => {
      if (said === '' && signal === null) throw new Error(`ended with ${String(code)}: ${errors}`);
      return said === '' ? String(signal) : said;
    });
    this.begun = new Promise((resolve) => {
      child.on('message', (message: ChildMessage) => {
        if (message.kind === 'begins') resolve();
        else said = message.end;
      });
      child.once('exit', () => {
        resolve();
      });
    });
    // Whoever waits for it later sees the failure.
    this.ended.catch(() => undefined);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

/** Starts processes that drain, from one bundle, so that each begins at once. */
export class DrainProcesses {
  private readonly running = new Set<DrainProcess>();

  private constructor(
    private readonly folder: string,
    private readonly file: string,
  ) {}

  static async make(): Promise<DrainProcesses> {
    const folder = mkdtempSync(path.join(tmpdir(), 'pg-topology-drain-'));
    const file = path.join(folder, 'drainChild.cjs');
    await build({
      entryPoints: [path.join(__dirname, 'drainChild.ts')],
      outfile: file,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      external: ['pg-native'],
      logLevel: 'error',
    });
    return new DrainProcesses(folder, file);
  }

  start(request: ChildRequest): DrainProcess {
    const child = fork(this.file, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    const one = new DrainProcess(child);
    this.running.add(one);
    void one.ended.catch(() => undefined).then(() => this.running.delete(one));
    child.send(request);
    return one;
  }

  async end(): Promise<void> {
    const left = [...this.running];
    for (const one of left) one.kill();
    await Promise.allSettled(left.map((one) => one.ended));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

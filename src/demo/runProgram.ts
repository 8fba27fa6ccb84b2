import { spawn } from 'node:child_process';
import { isAbsolute } from 'node:path';
import type { CancelSignal } from '../core/ports/cancelSignal';
import { say } from '../core/say';
import { serverAccount } from './serverAccount';

export interface ProgramOptions {
  /** Its working directory. */
  readonly cwd: string;
  /** Handed to its standard input, which then ends. */
  readonly input?: string;
  /** On top of ours without what libpq reads of it. */
  readonly env?: Readonly<Record<string, string>>;
  /** A program that leaves another behind: what that one says is not waited for. */
  readonly leavesServer?: boolean;
  readonly signal?: CancelSignal;
}

/**
 * Runs a program of Postgres to its end, from an absolute path, without a shell.
 * @returns what it wrote
 * @throws with the end of what it wrote when it fails, and when it was cancelled
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<string> {
  if (!isAbsolute(program)) throw new Error(`${program} is no absolute path.`);
  const { cwd, input, env, leavesServer = false, signal } = options;
  const output = leavesServer ? 'ignore' : 'pipe';
  const child = spawn(program, args, {
    ...serverAccount(),
    cwd,
    env: { ...plainEnvironment(), HOME: cwd, LC_ALL: 'C', ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', output, output],
    windowsHide: true,
  });
  let written = '';
  const keep = (chunk: Buffer) => (written = `${written}${chunk.toString()}`.slice(-LIMIT));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  const end = () => void child.kill();
  signal?.addEventListener('abort', end);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once(leavesServer ? 'exit' : 'close', resolve);
    });
    if (signal?.aborted === true) throw new DemoCancelled();
    if (code === 0) return written;
  } finally {
    signal?.removeEventListener('abort', end);
  }
  throw new Error(`${program} failed: ${written.trim() === '' ? 'it said nothing.' : written}`);
}

/** The user gave up. */
export class DemoCancelled extends Error {
  constructor() {
    super(say`The demo was cancelled.`);
  }
}

/** More of what a program says is of no use in a message. */
const LIMIT = 2_000;

/** A WAL receiver or apply worker is a client, too, and would look for services and certificates of the user. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  return Object.fromEntries(kept);
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isServerOf, readPostmasterFile, type PostmasterFile } from './postmasterFile';
import { identityOf, startedAtSeconds, stillRuns, worksIn } from './processes';
import { runProgram } from './runProgram';

/** `fast` lets a server end in order, `immediate` leaves what it had in hand. */
export type StopMode = 'fast' | 'immediate';

const SIGNALS: Readonly<Record<StopMode, NodeJS.Signals>> = {
  fast: 'SIGINT',
  immediate: 'SIGQUIT',
};
const END_LIMIT_MS = 20_000;
const LOOK_MS = 20;

/**
 * The postmaster of a data directory of ours, when one runs beyond doubt.
 * @param dataDirectory with its links followed, as the server was told it
 */
export async function runningServer(dataDirectory: string): Promise<PostmasterFile | null> {
  const path = join(dataDirectory, 'postmaster.pid');
  const file = readPostmasterFile(await readFile(path, 'utf8').catch(() => ''));
  if (file === null) return null;
  const worksThere = await worksIn(file.pid, dataDirectory);
  const startedAt = worksThere === null ? await startedAtSeconds(file.pid) : null;
  const facts = { worksThere, startedAtSeconds: startedAt };
  return isServerOf(dataDirectory, file, facts) ? file : null;
}

/**
 * Ends the server of a data directory of ours and waits until it is gone. What is not that server beyond doubt gets no signal.
 * @param pgCtl for Windows, where there are no signals; it talks to a pipe that only a server of Postgres has
 * @throws when the server does not end in time
 */
export async function endServer(
  dataDirectory: string,
  mode: StopMode,
  pgCtl: string | null,
): Promise<void> {
  if (process.platform === 'win32') {
    if (pgCtl === null) return;
    const args = ['stop', '-D', dataDirectory, '-m', mode, '-w'];
    // It fails where no server runs, which is as well.
    await runProgram(pgCtl, args, { cwd: dataDirectory }).catch(() => undefined);
    return;
  }
  const file = await runningServer(dataDirectory);
  if (file === null) return;
  const identity = await identityOf(file.pid);
  if (identity === null) return;
  signal(file.pid, SIGNALS[mode]);
  for (let left = END_LIMIT_MS; left > 0; left -= LOOK_MS) {
    if (!(await stillRuns(identity))) return;
    await sleep(LOOK_MS);
  }
  throw new Error(`The server in ${dataDirectory} (pid ${file.pid}) does not end.`);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself meanwhile.
  }
}

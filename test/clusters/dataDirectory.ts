import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries';
import { cacheFolder } from './cacheFolder';
import { withFileLock } from './fileLock';
import { giveToServer, serverAccount } from './serverAccount';

const run = promisify(execFile);

/** Prepared directories that are kept for later runs, for each major. Further ones are made afresh. */
const KEPT = 8;

/** Written into each data directory; holds what the rig decides, above what initdb wrote. */
export const RIG_CONF = 'rig.conf';

/**
 * Makes a data directory that has never been started.
 * @param family servers of one run with different numbers have different system identifiers; the same number gives copies of one.
 * Costs a copy of about 25 MB, or initdb the first time on this machine.
 */
export async function makeDataDirectory(
  binaries: Binaries,
  folder: string,
  family: number,
): Promise<void> {
  if (family >= KEPT) return initialise(binaries, folder);
  const shelf = path.join(cacheFolder(), 'prepared', `${binaries.build}-${process.arch}`);
  const template = path.join(shelf, String(family));
  if (!fs.existsSync(template)) {
    await withFileLock(`${shelf}-${family}.lock`, async () => {
      if (fs.existsSync(template)) return;
      fs.mkdirSync(shelf, { recursive: true });
      giveToServer(shelf);
      const unfinished = `${template}.unfinished`;
      fs.rmSync(unfinished, { recursive: true, force: true });
      await initialise(binaries, unfinished);
      fs.renameSync(unfinished, template);
    });
  }
  await copyStopped(template, folder);
}

/**
 * Copies a data directory whose server does not run.
 * The program works in the target's folder, so that whoever ends a run early finds and ends it there.
 */
export async function copyStopped(from: string, to: string): Promise<void> {
  if (process.platform === 'win32') {
    await fs.promises.cp(from, to, { recursive: true });
    return;
  }
  await run('cp', ['-a', from, to], { cwd: path.dirname(to) });
}

/** What a base backup leaves out, since it means something to the running server only. */
const NOT_IN_A_BACKUP = new Set([
  'postmaster.pid',
  'postmaster.opts',
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);

/** Copies the data directory of a running server, between the start and the stop of a base backup. */
export async function copyRunning(from: string, to: string): Promise<void> {
  fs.mkdirSync(to, { mode: 0o700 });
  giveToServer(to);
  const entries = fs.readdirSync(from).filter((name) => !NOT_IN_A_BACKUP.has(name));
  await copyEntries(from, entries, to);
  for (const name of NOT_IN_A_BACKUP) {
    if (name.startsWith('postmaster.')) continue;
    makeServerFolder(path.join(to, name));
  }
  makeServerFolder(path.join(to, 'pg_wal', 'archive_status'));
}

function makeServerFolder(folder: string): void {
  fs.mkdirSync(folder, { mode: 0o700 });
  giveToServer(folder);
}

async function copyEntries(from: string, entries: readonly string[], to: string): Promise<void> {
  if (process.platform === 'win32') {
    for (const name of entries) {
      await fs.promises.cp(path.join(from, name), path.join(to, name), { recursive: true });
    }
    return;
  }
  const sources = entries.map((name) => path.join(from, name));
  await run('cp', ['-a', ...sources, to], {
    cwd: path.dirname(to),
    env: { ...process.env, LC_ALL: 'C' },
  }).catch((error: unknown) => {
    // Files come and go below a running server; replaying WAL makes up for that.
    if (onlyVanishedFiles(error)) return;
    throw error;
  });
}

function onlyVanishedFiles(error: unknown): boolean {
  if (!(error instanceof Error && 'stderr' in error)) return false;
  const lines = String(error.stderr).trim().split('\n');
  return lines.every((line) => line.includes('No such file or directory'));
}

function initialise(binaries: Binaries, folder: string): Promise<void> {
  // Small segments keep a throw-away directory small and make slots lose WAL within a test's patience.
  const args = ['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'];
  args.push('--wal-segsize=1', '--no-sync', '--no-instructions');
  return new Promise((resolve, reject) => {
    const child = spawn(binaries.initdb, args, {
      ...serverAccount(),
      cwd: path.dirname(folder),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code !== 0) {
        reject(
          new Error(`initdb of Postgres ${binaries.major} failed (${String(code)}): ${output}`),
        );
        return;
      }
      fs.appendFileSync(path.join(folder, 'postgresql.conf'), `include_if_exists '${RIG_CONF}'\n`);
      resolve();
    });
  });
}

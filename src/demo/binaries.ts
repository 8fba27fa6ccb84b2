import { constants } from 'node:fs';
import { access, readdir, realpath } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, sep } from 'node:path';
import { runProgram } from './runProgram';

/** The oldest server that the demo starts. */
const OLDEST = 14;

/** The programs of one installation. */
export interface Binaries {
  /** The folder that they are in, absolute. */
  readonly folder: string;
  readonly major: number;
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

export interface FinderOptions {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Folders that an earlier download may have filled. */
  readonly downloaded: readonly string[];
  /** What is in these is never started: somebody else may have put it there. */
  readonly workspaceFolders: readonly string[];
}

/** Where installers put programs; a star stands for a part of one name. */
const USUAL: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['/usr/lib/postgresql/*/bin', '/usr/pgsql-*/bin'],
  darwin: [
    '/opt/homebrew/opt/postgresql@*/bin',
    '/usr/local/opt/postgresql@*/bin',
    '/Applications/Postgres.app/Contents/Versions/*/bin',
    '/Library/PostgreSQL/*/bin',
  ],
  win32: [`C:\\Program Files\\PostgreSQL\\*\\bin`],
};

/**
 * Finds programs of a server that is new enough: where a developer says (PG_TOPOLOGY_DEMO_BIN), on the PATH, where installers put them, else what was downloaded before. Runs
 * `pg_config --bindir` and `postgres --version`, nothing else.
 * @returns `null` when there are none
 */
export async function findBinaries(options: FinderOptions): Promise<Binaries | null> {
  for await (const folder of candidates(options)) {
    const found = await lookInto(folder, options);
    if (found !== null) return found;
  }
  return null;
}

/** Absolute folders of a PATH. A relative one, such as `.`, means wherever a program happens to be started. */
export function foldersOfPath(path: string | undefined): readonly string[] {
  const folders = (path ?? '').split(delimiter).map((part) => part.replace(/^"(.*)"$/u, '$1'));
  return [...new Set(folders.filter((folder) => isAbsolute(folder)))];
}

/** Whether a path is one of these folders or in one of them, both with their links followed. */
export function isInside(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(withEnd(folder)));
}

/** The major of `postgres (PostgreSQL) 18.4 (Debian 18.4-1)`; `null` for other words. */
export function majorOf(words: string): number | null {
  const found = /\(PostgreSQL\) (\d+)/u.exec(words)?.[1];
  return found === undefined ? null : Number(found);
}

async function* candidates(options: FinderOptions): AsyncGenerator<string> {
  const { variables, platform, downloaded } = options;
  yield* foldersOfPath(variables['PG_TOPOLOGY_DEMO_BIN']);
  const path = foldersOfPath(variables['PATH'] ?? variables['Path']);
  yield* path;
  for (const folder of path) {
    const told = await askConfig(join(folder, `pg_config${suffix(platform)}`), options);
    if (told !== null) yield told;
  }
  for (const pattern of USUAL[platform] ?? []) yield* await expand(pattern);
  yield* downloaded;
}

async function lookInto(folder: string, options: FinderOptions): Promise<Binaries | null> {
  const program = (name: string) => join(folder, `${name}${suffix(options.platform)}`);
  const postgres = program('postgres');
  const programs = { initdb: program('initdb'), postgres, pgCtl: program('pg_ctl') };
  for (const file of Object.values(programs)) {
    if (!(await mayRun(file, options))) return null;
  }
  try {
    const major = majorOf(await runProgram(postgres, ['--version'], { cwd: folder }));
    return major === null || major < OLDEST ? null : { folder, major, ...programs };
  } catch {
    return null; // Of another kind of machine, or broken.
  }
}

async function askConfig(program: string, options: FinderOptions): Promise<string | null> {
  if (!(await mayRun(program, options))) return null;
  try {
    const cwd = dirname(program);
    const told = (await runProgram(program, ['--bindir'], { cwd })).trim();
    return isAbsolute(told) ? told : null;
  } catch {
    return null;
  }
}

async function mayRun(file: string, { workspaceFolders }: FinderOptions): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    const real = await realpath(file);
    return !isInside(real, workspaceFolders) && !isInside(file, workspaceFolders);
  } catch {
    return false;
  }
}

/** Folders that fit a pattern with one star, the highest version first. */
async function expand(pattern: string): Promise<readonly string[]> {
  const parts = pattern.split(/[\\/]/u);
  const at = parts.findIndex((part) => part.includes('*'));
  const parent = `${parts.slice(0, at).join(sep)}${sep}`;
  const [before = '', after = ''] = (parts[at] ?? '').split('*');
  const names = await readdir(parent).catch(() => []);
  return names
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .sort((a, b) => parseFloat(b.slice(before.length)) - parseFloat(a.slice(before.length)))
    .map((name) => join(parent, name, ...parts.slice(at + 1)));
}

function withEnd(folder: string): string {
  return folder.endsWith(sep) ? folder : `${folder}${sep}`;
}

function suffix(platform: NodeJS.Platform): string {
  return platform === 'win32' ? '.exe' : '';
}

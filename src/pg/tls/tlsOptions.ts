import { checkServerIdentity, type ConnectionOptions, type SecureVersion } from 'node:tls';
import type { SslMode } from '../../core/connectionStringKeywords';
import { parseIpAddress } from '../../core/ipAddress';
import { say } from '../../core/say';
import { readLocalFile, UnreadableFileError, type LocalFile } from '../libpq/localFiles';
import type { AllowedFile, ResolvedConnection } from '../libpq/resolveConnection';
import { ConfigurationProblem } from '../libpq/settings';

/** Certificates of a connection, read. `null`: not given. */
export interface TlsMaterial {
  readonly rootCert: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  readonly crl: string | null;
}

/**
 * Reads the certificate files of a connection, safely.
 * @throws ConfigurationProblem when one that was named cannot be used.
 */
export async function readTlsMaterial(
  connection: ResolvedConnection,
  platform: NodeJS.Platform,
): Promise<TlsMaterial> {
  const files = connection.tlsFiles;
  const read = async (keyword: string, file: AllowedFile | 'system'): Promise<LocalFile | null> => {
    if (file === 'system') return null;
    try {
      return await readLocalFile(file.path, platform, file.isAllowed);
    } catch (error) {
      if (!(error instanceof UnreadableFileError)) throw error;
      if (file.isDefault && error.isMissing) return null;
      throw new ConfigurationProblem(`${keyword} ${file.path} ${error.why}`, { cause: error });
    }
  };
  const cert = await read('sslcert', files.cert);
  const key = cert === null ? null : await read('sslkey', files.key);
  if (key !== null && platform !== 'win32') refuseOpenKey(key, files.key.path);
  return {
    rootCert: (await read('sslrootcert', files.rootCert))?.text ?? null,
    cert: cert?.text ?? null,
    key: key?.text ?? null,
    crl: (await read('sslcrl', files.crl))?.text ?? null,
  };
}

/** libpq's rule: 0600, or 0640 when root owns it. */
function refuseOpenKey(key: LocalFile, path: string): void {
  const forbidden = key.ownerUid === 0 ? 0o037 : 0o077;
  if ((key.permissions & forbidden) === 0) return;
  throw new ConfigurationProblem(
    say`sslkey ${path} has group or world access; permissions should be 0600 or less`,
  );
}

/**
 * TLS options for one host, by our own mapping: `require` encrypts and verifies nothing, unless an authority is at hand,
 * then it means `verify-ca` as in libpq; `verify-ca` checks the chain alone; `verify-full` the name as well.
 * @param host the name that the certificate must carry.
 * @returns `null` for no TLS.
 */
export function tlsOptionsFor(
  mode: SslMode,
  host: string,
  connection: Pick<ResolvedConnection, 'sslsni' | 'minTlsVersion' | 'maxTlsVersion'>,
  material: TlsMaterial,
): ConnectionOptions | null {
  if (mode === 'disable') return null;
  const verifiesChain = mode !== 'require' || material.rootCert !== null;
  const minVersion = secureVersion(connection.minTlsVersion, 'ssl_min_protocol_version');
  const maxVersion = secureVersion(connection.maxTlsVersion, 'ssl_max_protocol_version');
  return {
    rejectUnauthorized: verifiesChain,
    checkServerIdentity: (_dialled, certificate) =>
      mode === 'verify-full' ? checkServerIdentity(host, certificate) : undefined,
    ...(connection.sslsni && parseIpAddress(host) === null ? { servername: host } : {}),
    ...(material.rootCert === null ? {} : { ca: material.rootCert }),
    ...(material.cert === null ? {} : { cert: material.cert }),
    ...(material.key === null ? {} : { key: material.key }),
    ...(material.crl === null ? {} : { crl: material.crl }),
    minVersion: minVersion ?? 'TLSv1.2',
    ...(maxVersion === null ? {} : { maxVersion }),
  };
}

const SECURE_VERSIONS: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

function secureVersion(value: string | null, keyword: string): SecureVersion | null {
  if (value === null) return null;
  const known = SECURE_VERSIONS.find((version) => version.toLowerCase() === value.toLowerCase());
  if (known !== undefined) return known;
  throw new ConfigurationProblem(
    say`${keyword} "${value}" is none of ${SECURE_VERSIONS.join(', ')}`,
  );
}

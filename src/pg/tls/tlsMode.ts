import type { SslMode } from '../../core/connectionStringKeywords';
import { isLoopback, isUnixSocket } from '../../core/endpoint';
import { say } from '../../core/say';
import { ConfigurationProblem } from '../libpq/settings';

export interface TlsMode {
  readonly mode: SslMode;
  /** What the user should know of how the setting was read; finished sentence. */
  readonly note: string | null;
}

/**
 * The mode in force for one host. Nothing said: `verify-full`, but no TLS on this machine itself, where a server
 * seldom has a certificate. `prefer` and `allow` may fall back to clear text, so they are read as `require`.
 * @throws ConfigurationProblem for a word that is no mode.
 */
export function tlsModeFor(
  sslmode: string | null,
  host: string,
  usesSystemAuthorities: boolean,
): TlsMode {
  if (isUnixSocket(host)) return { mode: 'disable', note: null };
  if (usesSystemAuthorities && sslmode !== null && sslmode !== 'verify-full') {
    throw new ConfigurationProblem(
      say`weak sslmode "${sslmode}" may not be used with sslrootcert=system (use "verify-full")`,
    );
  }
  switch (sslmode) {
    case null:
      return {
        mode: isLoopback(host) && !usesSystemAuthorities ? 'disable' : 'verify-full',
        note: null,
      };
    case 'disable':
    case 'require':
    case 'verify-ca':
    case 'verify-full':
      return { mode: sslmode, note: null };
    case 'prefer':
    case 'allow':
      return { mode: 'require', note: `sslmode=${sslmode} is read as require.` };
    default:
      throw new ConfigurationProblem(
        say`sslmode "${sslmode}" is none of disable, require, verify-ca, verify-full`,
      );
  }
}

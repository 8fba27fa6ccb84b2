import type { SecretStore } from '../../core/ports/secretStore';
import { say } from '../../core/say';
import { secretKey } from '../../core/secretKey';
import type { PasswordSource } from '../../core/topology';
import { variable, type LocalEnvironment } from '../libpq/environment';
import type { DialTarget } from '../libpq/hostList';
import { readLocalFile, UnreadableFileError } from '../libpq/localFiles';
import { findPassword } from '../libpq/passfile';
import type { ResolvedConnection } from '../libpq/resolveConnection';
import { ConfigurationProblem } from '../libpq/settings';
import type { EnteredPasswords } from './enteredPasswords';

/** One target of one connection: what a password is for. */
export interface PasswordRequest {
  readonly source: PasswordSource;
  readonly connection: ResolvedConnection;
  readonly target: DialTarget;
}

export interface FoundPassword {
  /** `null`: none where `source` looks. */
  readonly password: string | null;
  /** Finished sentences: why a source was passed over. */
  readonly notes: readonly string[];
}

/**
 * Key under which this target's password is kept: by the address that is dialled, so that a `hostaddr` put beside a
 * known name cannot lead that name's password elsewhere.
 */
export function secretKeyOf(connection: ResolvedConnection, target: DialTarget): string {
  return secretKey({
    user: connection.user,
    host: target.hostAddress ?? target.endpoint.host,
    port: target.endpoint.port,
    database: connection.database,
  });
}

/** Looks for passwords where `passwordSource` says, and nowhere else. Never asks anybody. */
export class PasswordFinder {
  constructor(
    private readonly secrets: SecretStore,
    private readonly entered: EnteredPasswords,
    private readonly environment: LocalEnvironment,
  ) {}

  /**
   * `auto` looks in SecretStorage, the service file, PGPASSWORD, then the passfile.
   * @throws ConfigurationProblem when a named variable is not set.
   */
  async find(request: PasswordRequest): Promise<FoundPassword> {
    const key = secretKeyOf(request.connection, request.target);
    switch (request.source.kind) {
      case 'secret':
        return plain((await this.secrets.get(key)) ?? null);
      case 'prompt':
        return plain(this.entered.get(key));
      case 'pgpass':
        return this.#fromPassfile(request);
      case 'env':
        return plain(this.#fromVariable(request.source.variable));
      case 'auto': {
        const stored = (await this.secrets.get(key)) ?? null;
        const early =
          stored ?? request.connection.servicePassword ?? variable(this.environment, 'PGPASSWORD');
        return early === null ? this.#fromPassfile(request) : plain(early);
      }
    }
  }

  #fromVariable(name: string): string {
    const value = variable(this.environment, name);
    if (value !== null) return value;
    throw new ConfigurationProblem(
      say`environment variable ${name} is not set (VS Code was started without it)`,
    );
  }

  async #fromPassfile(request: PasswordRequest): Promise<FoundPassword> {
    const file = request.connection.passfile;
    try {
      const content = await readLocalFile(file.path, this.environment.platform, file.isAllowed);
      if (this.environment.platform !== 'win32' && (content.permissions & 0o077) !== 0) {
        return {
          password: null,
          notes: [
            say`Password file ${file.path} has group or world access; permissions should be 0600 or less. It is ignored.`,
          ],
        };
      }
      return plain(
        findPassword(content.text, {
          ...request.target.endpoint,
          user: request.connection.user,
          database: request.connection.database,
        }),
      );
    } catch (error) {
      if (!(error instanceof UnreadableFileError)) throw error;
      const notes =
        error.isMissing && file.isDefault ? [] : [say`Password file ${file.path} ${error.why}.`];
      return { password: null, notes };
    }
  }
}

function plain(password: string | null): FoundPassword {
  return { password, notes: [] };
}

import type { FailureReason } from '../../core/failure';
import { SQLSTATE } from '../../core/sqlstate';
import { isErrnoException } from './errno';
import { serverErrorFields, type ServerErrorFields } from './pgErrorFields';

/** What an error means, before it becomes words. */
export interface Classified {
  readonly reason: FailureReason;
  readonly server: ServerErrorFields | null;
  /** Clause for `certificate` ("has expired"); `null` when the reason's own words fit. */
  readonly detail: string | null;
}

/** What was going on when the error came. */
export interface ErrorSituation {
  readonly phase: 'dial' | 'query';
  readonly usesTls: boolean;
  readonly isUnixSocket: boolean;
}

const BY_SQLSTATE: Readonly<Record<string, FailureReason>> = {
  [SQLSTATE.invalidPassword]: 'passwordRefused',
  [SQLSTATE.invalidCatalogName]: 'noDatabase',
  [SQLSTATE.tooManyConnections]: 'connectionsFull',
  [SQLSTATE.adminShutdown]: 'lost',
  [SQLSTATE.databaseDropped]: 'lost',
  [SQLSTATE.idleSessionTimeout]: 'lost',
  [SQLSTATE.crashShutdown]: 'starting',
  [SQLSTATE.cannotConnectNow]: 'starting',
  [SQLSTATE.insufficientPrivilege]: 'privilege',
  [SQLSTATE.undefinedTable]: 'schemaDrift',
  [SQLSTATE.undefinedColumn]: 'schemaDrift',
  [SQLSTATE.readOnlyTransaction]: 'readOnly',
  [SQLSTATE.objectNotInPrerequisiteState]: 'wrongState',
  [SQLSTATE.lockNotAvailable]: 'limit',
  [SQLSTATE.queryCanceled]: 'limit',
  [SQLSTATE.configurationLimitExceeded]: 'limit',
  [SQLSTATE.diskFull]: 'limit',
};

const BY_ERRNO: Readonly<Record<string, FailureReason>> = {
  ECONNREFUSED: 'refused',
  // The socket file of a server that is not running.
  ENOENT: 'refused',
  ENOTFOUND: 'unresolved',
  EAI_AGAIN: 'unresolved',
  EAI_FAIL: 'unresolved',
  ETIMEDOUT: 'silent',
  EHOSTUNREACH: 'unroutable',
  ENETUNREACH: 'unroutable',
  EHOSTDOWN: 'unroutable',
  ENETDOWN: 'unroutable',
  EADDRNOTAVAIL: 'unroutable',
  ECONNRESET: 'lost',
  EPIPE: 'lost',
  ECONNABORTED: 'lost',
};

/** What a certificate lacks, for the codes that have better words than "not signed by a known authority". */
const CERTIFICATE_DETAILS: Readonly<Record<string, string | null>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: null,
  SELF_SIGNED_CERT_IN_CHAIN: null,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: null,
  UNABLE_TO_GET_ISSUER_CERT: null,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: null,
  CERT_UNTRUSTED: null,
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  CERT_REVOKED: 'was revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another name than the host of the connection',
  HOSTNAME_MISMATCH: 'is for another name than the host of the connection',
};

/** Words of `pg` where it gives no code. */
const BY_TEXT: Readonly<Record<string, FailureReason>> = {
  'timeout expired': 'silent',
  'Query read timeout': 'readTimeout',
  'Connection terminated unexpectedly': 'lost',
  'Connection terminated': 'lost',
  'Client has encountered a connection error and is not queryable': 'lost',
  'Client was closed and is not queryable': 'lost',
  'The server does not support SSL connections': 'tlsMissing',
  'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string': 'passwordNeeded',
  'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string': 'passwordNeeded',
};

/** One table for every error on the way to a server or on it: by SQLSTATE, then errno, then the few texts without a code. */
export function classifyError(error: unknown, situation: ErrorSituation): Classified {
  const server = serverErrorFields(error);
  if (server !== null) {
    const reason =
      server.sqlstate === SQLSTATE.invalidAuthorization
        ? classifyAuthorization(server, situation)
        : (BY_SQLSTATE[server.sqlstate] ?? 'other');
    return { reason, server, detail: null };
  }
  // Several addresses of one name, all of which failed: the first says enough.
  if (error instanceof AggregateError && error.errors.length > 0) {
    return classifyError(error.errors[0], situation);
  }
  if (isErrnoException(error) && error.code !== undefined) {
    const detail = CERTIFICATE_DETAILS[error.code];
    if (detail !== undefined) return { reason: 'certificate', server: null, detail };
    if (error.code.startsWith('ERR_SSL_') || error.code.startsWith('ERR_TLS_')) {
      return { reason: 'certificate', server: null, detail: tlsWords(error) };
    }
    return { reason: BY_ERRNO[error.code] ?? 'other', server: null, detail: null };
  }
  const text = error instanceof Error ? error.message : '';
  return { reason: BY_TEXT[text] ?? 'other', server: null, detail: null };
}

/**
 * 28000 means several things. The reporting function tells role from pg_hba.conf in every language; that TLS would
 * help stands only in the text ("no encryption", which is not translated away in English alone).
 */
function classifyAuthorization(
  server: ServerErrorFields,
  situation: ErrorSituation,
): FailureReason {
  const isHba = server.routine === 'ClientAuthentication' || server.message.includes('pg_hba.conf');
  if (!isHba) return 'roleRefused';
  const couldUseTls = !situation.usesTls && !situation.isUnixSocket;
  return couldUseTls && server.message.includes('no pg_hba.conf entry')
    ? 'tlsRequired'
    : 'hbaRefused';
}

function tlsWords(error: NodeJS.ErrnoException): string {
  if (error.code === 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED') {
    return 'was accepted, but the server wants one of ours: add sslcert and sslkey';
  }
  return `or TLS itself failed (${error.code ?? 'no code'})`;
}

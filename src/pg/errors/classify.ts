import type { FailureReason } from '../../core/failure';
import { say } from '../../core/say';
import { SQLSTATE } from '../../core/sqlstate';
import { isErrnoException } from './errno';
import { serverErrorFields, type ServerErrorFields } from './pgErrorFields';

/** What an error means, before it becomes words. */
export interface Classified {
  readonly reason: FailureReason;
  readonly server: ServerErrorFields | null;
  /** Better words than the reason's own, for `certificate`. */
  readonly detail: string | null;
  /** `null`: the reason's own advice. */
  readonly advice: string | null;
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

/** What is wrong with a certificate. `detail` is a clause after "the certificate of <node>". */
interface CertificateFault {
  readonly detail: string | null;
  readonly advice: string;
}

/** The reason's own words fit: not signed by a known authority. */
const UNKNOWN_AUTHORITY: CertificateFault = {
  detail: null,
  advice: say`Add sslrootcert to the connection.`,
};
const WRONG_NAME: CertificateFault = {
  detail: say`is for another name than the host of the connection`,
  advice: say`Connect by the name that it carries.`,
};

const CERTIFICATE_FAULTS: Readonly<Record<string, CertificateFault>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  CERT_UNTRUSTED: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: { detail: say`has expired`, advice: say`Renew it on the server.` },
  CERT_NOT_YET_VALID: {
    detail: say`is not valid yet`,
    advice: say`Compare the clocks of this machine and the server.`,
  },
  CERT_REVOKED: { detail: say`was revoked`, advice: say`Replace it on the server.` },
  ERR_TLS_CERT_ALTNAME_INVALID: WRONG_NAME,
  HOSTNAME_MISMATCH: WRONG_NAME,
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
    return { reason, server, detail: null, advice: null };
  }
  // Several addresses of one name, all of which failed: the first says enough.
  if (error instanceof AggregateError && error.errors.length > 0) {
    return classifyError(error.errors[0], situation);
  }
  if (isErrnoException(error) && error.code !== undefined) {
    const fault = certificateFault(error.code);
    if (fault !== null) return { reason: 'certificate', server: null, ...fault };
    return plain(BY_ERRNO[error.code] ?? 'other');
  }
  const text = error instanceof Error ? error.message : '';
  return plain(BY_TEXT[text] ?? 'other');
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

function plain(reason: FailureReason): Classified {
  return { reason, server: null, detail: null, advice: null };
}

function certificateFault(code: string): CertificateFault | null {
  const known = CERTIFICATE_FAULTS[code];
  if (known !== undefined) return known;
  if (code === 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED') {
    return {
      detail: say`was accepted, but the server wants one of ours`,
      advice: say`Add sslcert and sslkey to the connection.`,
    };
  }
  if (!code.startsWith('ERR_SSL_') && !code.startsWith('ERR_TLS_')) return null;
  return {
    detail: say`or TLS itself was not accepted (${code})`,
    advice: say`Compare the TLS settings of the server and of the connection.`,
  };
}

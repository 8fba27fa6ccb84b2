/** What can go wrong between this machine and one server, as a closed list. Recognised by SQLSTATE or errno, by text only where there is no code. */
export type FailureReason =
  | 'refused' // nothing listens (ECONNREFUSED)
  | 'unresolved' // the host name does not resolve
  | 'unroutable' // EHOSTUNREACH, ENETUNREACH
  | 'silent' // no answer within the limit while dialling
  | 'notPostgres' // answers, but does not speak the protocol, or is another product
  | 'passwordNeeded' // none found where `passwordSource` looks
  | 'passwordRefused' // 28P01
  | 'roleRefused' // 28000: role may not log in
  | 'hbaRefused' // 28000: no pg_hba.conf line
  | 'tlsRequired' // 28000: pg_hba.conf wants TLS
  | 'tlsMissing' // TLS was asked for, the server offers none
  | 'certificate' // the server's certificate was not accepted
  | 'noDatabase' // 3D000
  | 'connectionsFull' // 53300
  | 'starting' // 57P03, 57P02: starting, recovering or shutting down
  | 'lost' // an open connection went away (57P01, reset, unexpected end)
  | 'readTimeout' // connected, but a statement was not answered within the limit
  | 'privilege' // 42501
  | 'schemaDrift' // 42P01, 42703
  | 'readOnly' // 25006
  | 'wrongState' // 55000
  | 'limit' // 55P03, 57014, 53400, 53100
  | 'tooOld' // server older than 14
  | 'configuration' // the file, a variable, a service or a certificate file cannot be used as said
  | 'noHostFits' // several hosts, none with the wanted target_session_attrs
  | 'cancelled' // we gave up on purpose; nobody is told
  | 'other';

/** One dialled address. For a Unix socket `host` is the directory. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface FailureFacts {
  readonly reason: FailureReason;
  /** Finished sentence: what failed, on what; no secret, no stack. Names the node where one is known. */
  readonly text: string;
  /** The next step for a person, as a sentence; `null` when there is none. */
  readonly advice: string | null;
  readonly sqlstate: string | null;
  /** The server's own words, redacted; `null` when no server answered. */
  readonly serverMessage: string | null;
  readonly endpoint: Endpoint | null;
  /** The role that was refused, where that matters. */
  readonly user: string | null;
}

/** A failure on the way to a server or on it. Decide by `facts.reason`, never by `message`. */
export class ServerFailure extends Error {
  override readonly name = 'ServerFailure';
  constructor(
    readonly facts: FailureFacts,
    options?: { cause?: unknown },
  ) {
    super(facts.text, options);
  }
}

export function isServerFailure(error: unknown): error is ServerFailure {
  return error instanceof ServerFailure;
}

import { formatEndpoint } from './endpoint';
import type { Endpoint, FailureFacts, FailureReason } from './failure';

/** What a sentence about a failure may need. Members that a reason does not use are ignored. */
export interface FailureContext {
  readonly nodeId: string;
  readonly endpoint?: Endpoint | null;
  readonly user?: string | null;
  readonly database?: string | null;
  readonly sqlstate?: string | null;
  /** Redacted. */
  readonly serverMessage?: string | null;
  /** Limit that ran out, in milliseconds. */
  readonly limitMs?: number | null;
  /** `sslmode` in force. */
  readonly sslmode?: string | null;
  /** Finished words for the part that only the caller knows. */
  readonly detail?: string | null;
  /** Overrides the reason's own advice. */
  readonly advice?: string | null;
}

interface Sentence {
  readonly text: string;
  readonly advice: string | null;
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}

function sentenceFor(reason: FailureReason, context: FailureContext): Sentence {
  const node = context.nodeId;
  const address = context.endpoint ? formatEndpoint(context.endpoint) : node;
  const place = context.endpoint ? `${node} (${address})` : node;
  const user = context.user ?? 'the user';
  const code = context.sqlstate ? ` (${context.sqlstate})` : '';
  const words = context.serverMessage ? `: ${trimStop(context.serverMessage)}` : '';
  switch (reason) {
    case 'refused':
      return {
        text: `Could not reach ${place}: connection refused.`,
        advice: 'The server is down or listens elsewhere.',
      };
    case 'unresolved':
      return {
        text: `Could not find host ${context.endpoint?.host ?? '?'} of ${node}.`,
        advice: 'Correct the host in the topology file, or check the name service.',
      };
    case 'unroutable':
      return {
        text: `Could not reach ${place}: there is no route to it from this machine.`,
        advice: 'Check the network or the VPN.',
      };
    case 'silent':
      return {
        text: `${node} did not answer within ${seconds(context.limitMs ?? 5_000)}.`,
        advice: 'A firewall may drop the packets.',
      };
    case 'notPostgres':
      return context.detail
        ? {
            text: `${place} is not PostgreSQL: ${context.detail}.`,
            advice: 'Name a PostgreSQL server in the topology file.',
          }
        : {
            text: `${address} answers, but does not speak Postgres.`,
            advice: 'Correct host and port in the topology file.',
          };
    case 'passwordNeeded':
      return {
        text: `${node} needs a password for ${user}.`,
        advice: 'Enter it, or provide it where passwordSource looks.',
      };
    case 'passwordRefused':
      return {
        text: `Password refused for ${user} on ${node}${code}.`,
        advice: `It is asked for once; polling of ${node} is paused.`,
      };
    case 'roleRefused':
      return {
        text: `${node} does not let ${user} log in${code}${words}.`,
        advice: `Use another user, or change the role or the authentication on ${node}.`,
      };
    case 'hbaRefused':
      return {
        text: `${node} has no pg_hba.conf line for ${user} from this address${code}.`,
        advice: `Add a line for ${user} to pg_hba.conf of ${node} and reload.`,
      };
    case 'tlsRequired':
      return {
        text: `${node} has no pg_hba.conf line for ${user} without TLS${code}.`,
        advice: 'Set sslmode=verify-full (or require) in the connection.',
      };
    case 'tlsMissing':
      return {
        text: `${node} offers no TLS, but sslmode is ${context.sslmode ?? 'verify-full'}.`,
        advice: 'Nothing was sent.',
      };
    case 'certificate':
      return {
        text:
          context.detail === undefined || context.detail === null
            ? `The certificate of ${node} is not signed by a known authority.`
            : `The certificate of ${node} ${context.detail}.`,
        advice: 'Add sslrootcert to the connection.',
      };
    case 'noDatabase':
      return {
        text: `${node} has no database ${context.database ?? '?'}${code}.`,
        advice: 'Correct the database in the topology file, or create it.',
      };
    case 'connectionsFull':
      return {
        text: `${node} has no connection left for ${user}${code}${words}.`,
        advice: 'Next try in 10 s.',
      };
    case 'starting':
      return {
        text: `${node} is starting, not yet accepting connections${code}.`,
        advice: 'It is asked again by itself.',
      };
    case 'lost':
      return {
        text: `The connection to ${place} was lost${code}${words}.`,
        advice: 'It is dialled again by itself; the server log may say why.',
      };
    case 'readTimeout':
      return {
        text: `${node} did not answer a statement within ${seconds(context.limitMs ?? 3_000)}.`,
        advice: 'The server hangs or the network is cut; a new connection is tried.',
      };
    case 'privilege':
      return {
        text: `${user} may not do this on ${node}${code}${words}.`,
        advice: `Grant the privilege to ${user} on ${node}.`,
      };
    case 'schemaDrift':
      return {
        text: `Something that was read on ${node} is not there any more${code}${words}.`,
        advice: 'It is looked for again with the next poll.',
      };
    case 'readOnly':
      return {
        text: `${node} is a standby and takes no changes${code}.`,
        advice: 'Use its primary.',
      };
    case 'wrongState':
      return {
        text: `${node} cannot do this now${code}${words}.`,
        advice: 'It is tried again with the next poll.',
      };
    case 'limit':
      return {
        text: `A limit was reached on ${node}${code}${words}.`,
        advice: 'It is tried again with the next poll.',
      };
    case 'tooOld':
      return {
        text: `${node} runs Postgres ${context.detail ?? 'before 14'}; this needs 14 or newer.`,
        advice: 'Other nodes are not affected.',
      };
    case 'configuration':
      return {
        text: `The connection of ${node} cannot be used: ${context.detail ?? 'it is not complete'}.`,
        advice: 'Correct it in the topology file.',
      };
    case 'noHostFits':
      return {
        text: `No host of ${node} fits: ${context.detail ?? 'none was reached'}.`,
        advice: 'Check its hosts and target_session_attrs.',
      };
    case 'cancelled':
      return { text: `Reading ${node} was cancelled.`, advice: null };
    case 'other':
      return {
        text: `${place} failed${code}${words || detailOf(context)}.`,
        advice: 'The log may say more.',
      };
  }
}

function detailOf(context: FailureContext): string {
  return context.detail ? `: ${trimStop(context.detail)}` : '';
}

/** Without the full stop that our own sentence adds. */
function trimStop(text: string): string {
  return text.replace(/\.+\s*$/, '');
}

/**
 * The one place where a failure becomes words: what was tried, on which node, the server's own words with SQLSTATE,
 * and the next step.
 */
export function describeFailure(reason: FailureReason, context: FailureContext): FailureFacts {
  const sentence = sentenceFor(reason, context);
  return {
    reason,
    text: sentence.text,
    advice: context.advice === undefined ? sentence.advice : context.advice,
    sqlstate: context.sqlstate ?? null,
    serverMessage: context.serverMessage ?? null,
    endpoint: context.endpoint ?? null,
    user: context.user ?? null,
  };
}

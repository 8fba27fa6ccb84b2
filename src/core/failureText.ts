import { formatEndpoint } from './endpoint';
import type { Endpoint, FailureFacts, FailureReason } from './failure';
import { say } from './say';

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
  const user = context.user ?? say`the user`;
  const code = context.sqlstate ? ` (${context.sqlstate})` : '';
  const words = context.serverMessage ? `: ${trimStop(context.serverMessage)}` : '';
  switch (reason) {
    case 'refused':
      return {
        text: say`Could not reach ${place}: connection refused.`,
        advice: say`The server is down or listens elsewhere.`,
      };
    case 'unresolved':
      return {
        text: say`Could not find host ${context.endpoint?.host ?? '?'} of ${node}.`,
        advice: say`Correct the host in the topology file, or check the name service.`,
      };
    case 'unroutable':
      return {
        text: say`Could not reach ${place}: there is no route to it from this machine.`,
        advice: say`Check the network or the VPN.`,
      };
    case 'silent':
      return {
        text: say`${node} did not answer within ${seconds(context.limitMs ?? 5_000)}.`,
        advice: say`A firewall may drop the packets.`,
      };
    case 'notPostgres':
      return context.detail
        ? {
            text: say`${place} is not PostgreSQL: ${context.detail}.`,
            advice: say`Name a PostgreSQL server in the topology file.`,
          }
        : {
            text: say`${address} answers, but does not speak Postgres.`,
            advice: say`Correct host and port in the topology file.`,
          };
    case 'passwordNeeded':
      return {
        text: say`${node} needs a password for ${user}.`,
        advice: say`Enter it, or provide it where passwordSource looks.`,
      };
    case 'passwordRefused':
      return {
        text: say`Password refused for ${user} on ${node}${code}.`,
        advice: say`It is asked for once; polling of ${node} is paused.`,
      };
    case 'roleRefused':
      return {
        text: say`${node} does not let ${user} log in${code}${words}.`,
        advice: say`Use another user, or change the role or the authentication on ${node}.`,
      };
    case 'hbaRefused':
      return {
        text: say`${node} has no pg_hba.conf line for ${user} from this address${code}.`,
        advice: say`Add a line for ${user} to pg_hba.conf of ${node} and reload.`,
      };
    case 'tlsRequired':
      return {
        text: say`${node} has no pg_hba.conf line for ${user} without TLS${code}.`,
        advice: say`Set sslmode=verify-full (or require) in the connection.`,
      };
    case 'tlsMissing':
      return {
        text: say`${node} offers no TLS, but sslmode is ${context.sslmode ?? 'verify-full'}.`,
        advice: say`Nothing was sent.`,
      };
    case 'certificate':
      return {
        text:
          context.detail === undefined || context.detail === null
            ? say`The certificate of ${node} is not signed by a known authority.`
            : say`The certificate of ${node} ${context.detail}.`,
        advice: say`Add sslrootcert to the connection.`,
      };
    case 'noDatabase':
      return {
        text: say`${node} has no database ${context.database ?? '?'}${code}.`,
        advice: say`Correct the database in the topology file, or create it.`,
      };
    case 'connectionsFull':
      return {
        text: say`${node} has no connection left for ${user}${code}${words}.`,
        advice: say`Next try in 10 s.`,
      };
    case 'starting':
      return {
        text: say`${node} is starting, not yet accepting connections${code}.`,
        advice: say`It is asked again by itself.`,
      };
    case 'lost':
      return {
        text: say`The connection to ${place} was lost${code}${words}.`,
        advice: say`It is dialled again by itself; the server log may say why.`,
      };
    case 'readTimeout':
      return {
        text: say`${node} did not answer a statement within ${seconds(context.limitMs ?? 3_000)}.`,
        advice: say`The server hangs or the network is cut; a new connection is tried.`,
      };
    case 'privilege':
      return {
        text: say`${user} may not do this on ${node}${code}${words}.`,
        advice: say`Grant the privilege to ${user} on ${node}.`,
      };
    case 'schemaDrift':
      return {
        text: say`Something that was read on ${node} is not there any more${code}${words}.`,
        advice: say`It is looked for again with the next poll.`,
      };
    case 'readOnly':
      return {
        text: say`${node} is a standby and takes no changes${code}.`,
        advice: say`Use its primary.`,
      };
    case 'wrongState':
      return {
        text: say`${node} cannot do this now${code}${words}.`,
        advice: say`It is tried again with the next poll.`,
      };
    case 'limit':
      return {
        text: say`A limit was reached on ${node}${code}${words}.`,
        advice: say`It is tried again with the next poll.`,
      };
    case 'tooOld':
      return {
        text: say`${node} runs Postgres ${context.detail ?? say`before 14`}; this needs 14 or newer.`,
        advice: say`Other nodes are not affected.`,
      };
    case 'configuration':
      return {
        text: say`The connection of ${node} cannot be used: ${context.detail ?? say`it is not complete`}.`,
        advice: say`Correct it in the topology file.`,
      };
    case 'noHostFits':
      return {
        text: say`No host of ${node} fits: ${context.detail ?? say`none was reached`}.`,
        advice: say`Check its hosts and target_session_attrs.`,
      };
    case 'cancelled':
      return { text: say`Reading ${node} was cancelled.`, advice: null };
    case 'other':
      return {
        text: say`${place} failed${code}${words || detailOf(context)}.`,
        advice: say`The log may say more.`,
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

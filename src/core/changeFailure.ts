import type { FailureFacts, FailureReason } from './failure';
import { say } from './say';

/** Next steps of somebody who changes something, where those of somebody who watches would be wrong. */
const ADVICE: Partial<Record<FailureReason, string | null>> = {
  passwordRefused: say`Enter another password for it.`,
  connectionsFull: say`Try again when a connection is free.`,
  starting: say`Try again when it accepts connections.`,
  lost: say`Its log may say why.`,
  readTimeout: say`The server hangs or the network is cut.`,
  schemaDrift: say`Something has changed since the plan was made: make it again.`,
  readOnly: say`It is a standby, or default_transaction_read_only is on: use its primary.`,
  wrongState: say`Its log may say more.`,
  other: say`Its log may say more.`,
};

/** 55P03 and 57014 are limits of ours; the rest are the server's. */
const LIMIT_ADVICE: Readonly<Record<string, string>> = {
  '55P03': say`Another session holds the lock: try again when it has ended.`,
  '57014': say`Something made it wait, such as a lock or an open transaction: try again later.`,
};

/** In these the sentence for watching says too little or something else: the server's own words say it all. */
const IN_SERVERS_WORDS: readonly FailureReason[] = ['schemaDrift', 'other', 'limit', 'wrongState'];

/** A failure of watching, told to somebody who changes something: other next steps, and no word of the next poll. */
export function asChangeFailure(facts: FailureFacts, nodeId: string): FailureFacts {
  return { ...facts, text: textOf(facts, nodeId), advice: adviceOf(facts) };
}

function adviceOf(facts: FailureFacts): string | null {
  if (facts.reason === 'limit') return LIMIT_ADVICE[facts.sqlstate ?? ''] ?? null;
  const advice = ADVICE[facts.reason];
  return advice === undefined ? facts.advice : advice;
}

function textOf(facts: FailureFacts, nodeId: string): string {
  const { reason, sqlstate, serverMessage } = facts;
  if (reason === 'cancelled') return say`The work on ${nodeId} was cancelled.`;
  if (serverMessage === null) return facts.text;
  const code = sqlstate === null ? '' : ` (${sqlstate})`;
  const words = serverMessage.replace(/\.+\s*$/, '');
  if (reason === 'readOnly') return say`${nodeId} takes no changes${code}: ${words}.`;
  return IN_SERVERS_WORDS.includes(reason)
    ? say`${nodeId} refused the statement${code}: ${words}.`
    : facts.text;
}

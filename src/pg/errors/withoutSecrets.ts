import { ServerFailure } from '../../core/failure';
import { redact } from '../../core/redact';

/** A failure as it may leave this layer after these passwords were sent: a server may have repeated one in its own words. */
export function withoutSecrets(failure: ServerFailure, secrets: Iterable<string>): ServerFailure {
  const known = [...secrets];
  if (known.length === 0) return failure;
  const { facts } = failure;
  const clean = (text: string): string => redact(text, known);
  const text = clean(facts.text);
  const serverMessage = facts.serverMessage === null ? null : clean(facts.serverMessage);
  if (text === facts.text && serverMessage === facts.serverMessage) return failure;
  // The cause holds the same words: it stays behind.
  return new ServerFailure({ ...facts, text, serverMessage });
}

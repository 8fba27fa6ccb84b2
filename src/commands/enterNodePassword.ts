import { isServerFailure, type ServerFailure } from '../core/failure';
import { nodeAs } from '../core/nodeAs';
import type { Passwords } from '../core/ports/passwords';
import type { TopologyNode } from '../core/topology';

/** Asks a person for the password of a role at a node. @param wasRefused the one before did not do. @returns `null` when dismissed */
export type AskPassword = (
  nodeId: string,
  user: string,
  wasRefused: boolean,
) => Promise<string | null>;

/** Whether a session was not let in for want of a password: there was none, or it was refused. */
export function wantsPassword(error: unknown): error is ServerFailure {
  if (!isServerFailure(error)) return false;
  const { reason } = error.facts;
  return reason === 'passwordNeeded' || reason === 'passwordRefused';
}

/**
 * Asks for the password that a session lacked until one works, which is kept.
 * @param failure what the session failed with
 * @returns true when one was kept that worked; false when the user gave up
 * @throws what trying it failed with, but for a refusal, after which it asks again
 */
export async function enterNodePassword(
  passwords: Pick<Passwords, 'enterPassword'>,
  ask: AskPassword,
  { node, user, failure }: { node: TopologyNode; user: string; failure: ServerFailure },
): Promise<boolean> {
  for (let last = failure; ;) {
    const password = await ask(node.id, user, last.facts.reason === 'passwordRefused');
    if (password === null) return false;
    try {
      await passwords.enterPassword(nodeAs(node, user), password);
      return true;
    } catch (error) {
      if (!isServerFailure(error) || error.facts.reason !== 'passwordRefused') throw error;
      last = error;
    }
  }
}

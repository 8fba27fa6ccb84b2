import type { TopologyNode } from '../topology';

/** What became of a password that was entered: kept, or not kept because the server did not ask for one. */
export type PasswordOutcome = 'kept' | 'notNeeded';

/** What the user's acts do with passwords. Polls use none of this. */
export interface Passwords {
  /**
   * Tries to connect with this password and keeps it only when that worked: in the secret store, or for
   * `passwordSource: prompt` in memory until the window closes. Replaces an older one only then.
   * @throws ServerFailure when the connection failed; then nothing has changed.
   */
  enterPassword(node: TopologyNode, password: string): Promise<PasswordOutcome>;
  /** Deletes what is kept for this node, from store and memory. Environment and passfile are not ours and stay. */
  forgetPassword(node: TopologyNode): Promise<void>;
  /** Keys under which a password for this node would be stored, one for each address it may dial. Asks no server; empty when they cannot be told. */
  storeKeysOf(node: TopologyNode): Promise<readonly string[]>;
  /** Allows one more try with a password that was refused; without it a refused password is not sent again. */
  retryAuthentication(node: TopologyNode): Promise<void>;
}

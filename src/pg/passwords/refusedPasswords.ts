import { createHash } from 'node:crypto';
import type { ServerFailure } from '../../core/failure';

interface Refusal {
  /** The password itself is not kept. */
  readonly digest: string;
  readonly failure: ServerFailure;
}

/**
 * Passwords that a server refused, so that a poll does not send one again and again until the account is locked.
 * A different password, from whichever source, is tried.
 */
export class RefusedPasswords {
  readonly #byKey = new Map<string, Refusal>();

  remember(key: string, password: string, failure: ServerFailure): void {
    this.#byKey.set(key, { digest: digestOf(password), failure });
  }

  /** The remembered failure, when this very password was refused for this target. */
  find(key: string, password: string): ServerFailure | null {
    const refusal = this.#byKey.get(key);
    return refusal?.digest === digestOf(password) ? refusal.failure : null;
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }
}

function digestOf(password: string): string {
  return createHash('sha256').update(password).digest('hex');
}

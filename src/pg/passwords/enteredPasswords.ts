/** Passwords entered in this window for `passwordSource: prompt`; gone with the process. Keys as in `core/secretKey.ts`. */
export class EnteredPasswords {
  readonly #byKey = new Map<string, string>();

  get(key: string): string | null {
    return this.#byKey.get(key) ?? null;
  }

  keep(key: string, password: string): void {
    this.#byKey.set(key, password);
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }
}

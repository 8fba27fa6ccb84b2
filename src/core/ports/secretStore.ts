/** Passwords at rest: VS Code's SecretStorage, or memory in tests. Keys come from `core/secretKey.ts`. */
export interface SecretStore {
  get(key: string): Promise<string | undefined>;
  store(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
}

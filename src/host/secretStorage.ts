import type { SecretStorage } from 'vscode';
import type { SecretStore } from '../core/ports/secretStore';

/** Passwords in VS Code's SecretStorage: encrypted, on this machine, not synced. */
export class VscodeSecretStore implements SecretStore {
  constructor(private readonly secrets: SecretStorage) {}

  async get(key: string): Promise<string | undefined> {
    return this.secrets.get(key);
  }

  async store(key: string, value: string): Promise<void> {
    await this.secrets.store(key, value);
  }

  async delete(key: string): Promise<void> {
    await this.secrets.delete(key);
  }
}

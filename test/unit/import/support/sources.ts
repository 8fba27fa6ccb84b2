import type { Variables } from '../../../../src/core/import/expandVariables';
import type { Imported } from '../../../../src/core/import/imported';
import { readServices } from '../../../../src/core/import/readServices';
import { readToolConnections } from '../../../../src/core/import/readToolConnections';
import { importCompose } from '../../../../src/import/composeFile';
import { importEnv, parseEnv } from '../../../../src/import/envFile';

export const env = (text: string): Imported => importEnv(text, '.env');

/** @param beside the `.env` beside the Compose file; @param files those that `env_file` may name */
export function compose(
  text: string,
  beside = '',
  files: Readonly<Record<string, string>> = {},
): Imported {
  const variablesOf = (content: string): Variables => parseEnv(content).variables;
  return importCompose(text, {
    file: 'docker-compose.yml',
    variables: variablesOf(beside),
    envFile: (path) => {
      const content = files[path];
      return content === undefined ? null : variablesOf(content);
    },
  });
}

export const services = (text: string): Imported =>
  readServices(text, { file: 'pg_service.conf', isDefault: false });

export const sqltools = (value: unknown): Imported => readToolConnections(value, 'sqltools');
export const pgsql = (value: unknown): Imported => readToolConnections(value, 'pgsql');

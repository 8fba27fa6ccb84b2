import { parseConnectionString } from '../connectionString';
import type { ParsedConnection } from '../connectionStringTypes';
import { isJdbcUrl, readJdbcUrl } from './jdbcUrl';
import { readPsqlCommand } from './psqlCommand';
import {
  startingPointOf,
  type StartingEnvironment,
  type StartingPoint,
  type StartingSource,
} from './startingPointOf';
import { readVariables } from './variables';

/**
 * Reads what a person pastes: a URI, `keyword=value` pairs, `service=name`, a JDBC URL or a psql command line. No text at all means
 * the `PG*` variables. Never throws, opens nothing.
 */
export function readStartingPoint(text: string, environment: StartingEnvironment): StartingPoint {
  const trimmed = withoutQuotes(text.trim());
  if (trimmed === '') return readVariables(environment.variables);
  if (isJdbcUrl(trimmed)) return readJdbcUrl(trimmed);
  const command = readPsqlCommand(trimmed, environment);
  if (command !== null) return command;
  const parsed = parseConnectionString(trimmed);
  return startingPointOf(parsed, sourceOf(trimmed, parsed));
}

function sourceOf(text: string, { params }: ParsedConnection): StartingSource {
  if (/^[a-z][a-z0-9+.-]*:/iu.test(text)) return 'uri';
  return params?.['service'] === undefined ? 'pairs' : 'service';
}

/** As it is copied from a script or a file of settings. */
function withoutQuotes(text: string): string {
  const quoted = /^(["'`])(.*)\1$/su.exec(text);
  const inner = quoted?.[2];
  return inner === undefined || inner.includes(quoted?.[1] ?? '') ? text : inner.trim();
}

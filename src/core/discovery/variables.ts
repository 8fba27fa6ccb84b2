import { parseConnectionString } from '../connectionString';
import { formatConninfo } from '../connectionStringConninfo';
import { ENVIRONMENT_KEYWORDS } from '../connectionStringKeywords';
import { say } from '../say';
import { startingPointOf, type StartingPoint } from './startingPointOf';

type Variables = Readonly<Record<string, string | undefined>>;

/** The connection that libpq's own variables make, spelled out. */
export function readVariables(variables: Variables): StartingPoint {
  const pairs = pairsOf(variables);
  if (Object.keys(pairs).every((keyword) => keyword === 'password')) {
    const empty = parseConnectionString('');
    return startingPointOf(empty, 'environment', [
      { severity: 'information', message: say`No PG* variable is set that says where to connect.` },
    ]);
  }
  return startingPointOf(parseConnectionString(formatConninfo(pairs)), 'environment');
}

/** What of these variables belongs to a connection, the password among it. */
export function pairsOf(variables: Variables): Readonly<Record<string, string>> {
  const names: readonly (readonly [string, string])[] = [
    ...ENVIRONMENT_KEYWORDS,
    ['PGSERVICE', 'service'],
    ['PGPASSWORD', 'password'],
  ];
  return Object.fromEntries(
    names.flatMap(([name, keyword]) => {
      const value = variables[name];
      return value === undefined || value === '' ? [] : [[keyword, value]];
    }),
  );
}

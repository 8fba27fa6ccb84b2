import { say } from '../../core/say';
/** Values that a server reports of itself while a session starts (ParameterStatus), by name. */
export type ServerParameters = ReadonlyMap<string, string>;

export type ServerIdentity =
  | { readonly kind: 'postgres' }
  | { readonly kind: 'tooOld'; readonly version: string }
  /** `words`: a clause that says what it is. */
  | { readonly kind: 'other'; readonly words: string };

/** Oldest major that is supported. */
export const OLDEST_MAJOR = 14;
/** Newest major that was tested; a newer one is read as this one, with a note. */
export const NEWEST_MAJOR = 18;

/** Products that speak the protocol and are something else, by what they report at start-up. */
const OTHER_BY_PARAMETER: readonly (readonly [parameter: string, product: string])[] = [
  ['crdb_version', 'CockroachDB'],
  ['padb_version', 'Amazon Redshift'],
];

const OTHER_BY_VERSION = /(CockroachDB|Redshift|Materialize|Greenplum|QuestDB|CrateDB|-YB-)/i;

/** What is known before the first statement, from parameters alone. */
export function identifyByParameters(parameters: ServerParameters): ServerIdentity {
  for (const [parameter, product] of OTHER_BY_PARAMETER) {
    if (parameters.has(parameter)) return { kind: 'other', words: say`it is ${product}` };
  }
  const version = parameters.get('server_version') ?? '';
  if (/bouncer/i.test(version)) {
    return { kind: 'other', words: say`it is the admin console of PgBouncer` };
  }
  const major = /^(\d+)/.exec(version)?.[1];
  if (major !== undefined && Number(major) < OLDEST_MAJOR) {
    return { kind: 'tooOld', version: version.split(' ')[0] ?? version };
  }
  return { kind: 'postgres' };
}

/** What `version()` adds: forks that report a version of Postgres. */
export function identifyByVersionText(text: string): ServerIdentity {
  if (OTHER_BY_VERSION.test(text) || !/^(PostgreSQL|EnterpriseDB|EDB) /i.test(text)) {
    return { kind: 'other', words: say`version() says ${text.slice(0, 80)}` };
  }
  return { kind: 'postgres' };
}

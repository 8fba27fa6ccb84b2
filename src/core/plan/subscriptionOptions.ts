import { PARALLEL_STREAMING_VERSION, SUBSCRIPTION_OPTION_VERSIONS } from '../optionVersions';
import { say } from '../say';
import { escapeLiteral } from '../sql';
import type { Finding } from './finding';
import { errorFinding } from './findingParts';
import { majorOf } from './nodeFindings';
import type { NodeCatalog } from './nodeCatalog';

/** Options of a subscription that a request may name, and their names in SQL. */
const SQL_NAMES: ReadonlyMap<string, string> = new Map([
  ['enabled', 'enabled'],
  ['binary', 'binary'],
  ['streaming', 'streaming'],
  ['synchronousCommit', 'synchronous_commit'],
  ['twoPhase', 'two_phase'],
  ['disableOnError', 'disable_on_error'],
  ['passwordRequired', 'password_required'],
  ['runAsOwner', 'run_as_owner'],
  ['origin', 'origin'],
  ['failover', 'failover'],
]);

/** Said by members of the request of their own; in the options they are passed over. */
const SAID_ELSEWHERE: ReadonlySet<string> = new Set([
  'createSlot',
  'copyData',
  'slotName',
  'expect',
]);

/** The options as CREATE SUBSCRIPTION takes them: `disable_on_error = true`. */
export function optionSql(options: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(options).flatMap(([key, value]) => {
    const name = SQL_NAMES.get(key);
    const written = writeValue(value);
    return name === undefined || written === null ? [] : [`${name} = ${written}`];
  });
}

/** Options that the subscriber's server does not have, or that nobody has. */
export function optionFindings(
  options: Readonly<Record<string, unknown>>,
  subscriber: NodeCatalog,
): readonly Finding[] {
  const { nodeId } = subscriber;
  return Object.entries(options).flatMap(([key, value]) => {
    if (SAID_ELSEWHERE.has(key)) return [];
    if (!SQL_NAMES.has(key)) {
      return [
        errorFinding('unsupportedOption', nodeId, say`A subscription has no option "${key}".`),
      ];
    }
    const problem = valueProblem(key, value);
    if (problem !== null) return [errorFinding('unsupportedOption', nodeId, problem)];
    const version =
      key === 'streaming' && value === 'parallel'
        ? PARALLEL_STREAMING_VERSION
        : (SUBSCRIPTION_OPTION_VERSIONS.get(key) ?? 0);
    if (subscriber.server.versionNum >= version) return [];
    const what = value === 'parallel' ? say`streaming "parallel"` : `"${key}"`;
    return [
      errorFinding(
        'unsupportedOption',
        nodeId,
        say`${nodeId} runs Postgres ${majorOf(subscriber)}: ${what} needs ${Math.floor(version / 10_000)} or newer.`,
        say`Leave the option out.`,
      ),
    ];
  });
}

/** What options take beside true and false; those not listed take nothing else. */
const VALUES: ReadonlyMap<string, readonly string[]> = new Map([
  ['streaming', ['on', 'off', 'parallel']],
  ['synchronousCommit', ['on', 'off', 'local', 'remote_write', 'remote_apply']],
  ['origin', ['any', 'none']],
]);

/** @returns a finished sentence, or `null` for a value that the option takes */
function valueProblem(key: string, value: unknown): string | null {
  const values = VALUES.get(key);
  const isFlag = typeof value === 'boolean' && key !== 'origin';
  if (isFlag || (typeof value === 'string' && values?.includes(value) === true)) return null;
  if (values === undefined) return say`The option "${key}" is either true or false.`;
  return say`The option "${key}" is one of ${values.join(', ')}.`;
}

function writeValue(value: unknown): string | null {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string' && !value.includes('\0')) return escapeLiteral(value);
  return null;
}

import type { ParsedConnection } from '../connectionStringTypes';
import { say } from '../say';
import type { ConnectionParams } from '../topology';

/** Where a starting point was read from. */
export type StartingSource = 'uri' | 'pairs' | 'service' | 'jdbc' | 'psql' | 'environment';

/** What is wrong with the text, or worth knowing: a finished sentence without any value that might be a password. */
export interface StartingProblem {
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
}

/** The connection that discovery begins with, the secret apart from it. */
export interface StartingPoint {
  /** `null` when a problem is an error: then nothing is dialled. */
  readonly params: ConnectionParams | null;
  /** A secret; `null`: none came along. */
  readonly password: string | null;
  readonly source: StartingSource;
  readonly problems: readonly StartingProblem[];
}

/** A word of a command line, an operator of the shell, or a variable that is not set, for which nothing can stand. */
export type CommandWord =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'operator' }
  | { readonly kind: 'unset'; readonly variable: string };

/** What a starting point may refer to. */
export interface StartingEnvironment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Takes a command line apart as a shell does. */
  splitCommand(text: string): readonly CommandWord[];
}

/** A parsed connection as a starting point; nothing that the parser said is lost. */
export function startingPointOf(
  { params, problems, secrets }: ParsedConnection,
  source: StartingSource,
  more: readonly StartingProblem[] = [],
): StartingPoint {
  const unused = secrets.filter(({ keyword }) => keyword !== 'password');
  return {
    params,
    password: secrets.findLast(({ keyword }) => keyword === 'password')?.value ?? null,
    source,
    problems: [
      ...more,
      ...problems.map(({ severity, message }) => ({ severity, message })),
      ...unused.map(({ keyword }) => ({
        severity: 'information' as const,
        message: say`"${keyword}" is not used, and is not kept.`,
      })),
    ],
  };
}

import { parse } from 'shell-quote';
import type { CommandWord } from '../../core/discovery/startingPointOf';

/**
 * Takes a pasted command line apart as a shell does; nothing is run.
 * @param variables what `$NAME` stands for
 */
export function splitCommand(
  text: string,
  variables: Readonly<Record<string, string | undefined>>,
): readonly CommandWord[] {
  // A backslash at the end of a line goes on with the next.
  const oneLine = text.replaceAll(/\\\r?\n/gu, ' ').replaceAll(/\r?\n/gu, ' ; ');
  const entries = parse<string | UnsetVariable>(
    oneLine,
    (name) => variables[name] ?? { unset: name },
  );
  return entries.flatMap((entry): CommandWord[] => {
    if (typeof entry === 'string') return [{ kind: 'word', text: entry }];
    if ('unset' in entry) return [{ kind: 'unset', variable: entry.unset }];
    if ('comment' in entry) return [];
    // A pattern of file names is taken as it was written.
    if (entry.op === 'glob') return [{ kind: 'word', text: entry.pattern }];
    return [{ kind: 'operator' }];
  });
}

interface UnsetVariable {
  readonly unset: string;
}

import type { Difference } from '../core/differences/difference';
import { serverWay } from '../core/differences/serverWay';
import { takeOverTitle } from '../core/differences/takeOverTitle';
import { changedSpan } from '../topologyFile/changedSpan';
import {
  makeProblem,
  type DifferenceProblemCode,
  type FixCommand,
  type JsonPath,
  type Problem,
  type ProblemFix,
  type TextEdit,
} from '../topologyFile/problem';
import { nearestPlace } from '../topologyFile/nearestPlace';
import type { Positions } from '../topologyFile/positions';

/**
 * A difference between the file and a server as a problem on its very line, with the ways to end it.
 * @returns none when the file as it is typed has no such place
 */
export function differenceProblem(
  difference: Difference,
  text: string,
  positions: Positions,
  hasCommand: (id: FixCommand) => boolean,
): Problem[] {
  const { code, message, severity, path } = difference;
  const range = nearestPlace(path, positions);
  if (range === null) return [];
  const { advice } = serverWay(difference);
  const problem = {
    severity,
    code: problemCode(code),
    message: advice === null ? message : `${message} ${advice}`,
    range,
    path: nodePath(difference),
    isLive: true,
  };
  return [makeProblem({ ...problem, fixes: fixesOf(difference, text, hasCommand) })];
}

/** `other-system`, `missing-publication`: documentation is found by it. */
function problemCode(code: Difference['code']): DifferenceProblemCode {
  if (code === 'role') return 'role-mismatch';
  const kebab = code.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
  // What the type says of the text, the replacement does to it.
  return kebab as DifferenceProblemCode;
}

/** Commands of fixes act on the node; a consumer stands elsewhere in the file. */
function nodePath({ nodeId, path }: Difference): JsonPath {
  return path[0] === 'nodes' ? path : ['nodes', nodeId];
}

function fixesOf(
  difference: Difference,
  text: string,
  hasCommand: (id: FixCommand) => boolean,
): readonly ProblemFix[] {
  const commands = serverWay(difference)
    .steps.filter(({ command }) => hasCommand(command))
    .map(({ command, title, subject }): ProblemFix => ({ title, edits: [], command, subject }));
  const edits = takeOver(difference, text);
  // What the file does not mention is dropped by nobody who only presses Enter.
  return difference.severity === 'information' ? [...edits, ...commands] : [...commands, ...edits];
}

function takeOver(difference: Difference, text: string): readonly ProblemFix[] {
  const { fileChanges } = difference;
  if (fileChanges.length === 0) return [];
  return [
    {
      title: takeOverTitle(difference),
      command: null,
      // Made when it is asked for: most never are.
      get edits(): readonly TextEdit[] {
        const edit = changedSpan(text, fileChanges);
        return edit === null ? [] : [edit];
      },
    },
  ];
}

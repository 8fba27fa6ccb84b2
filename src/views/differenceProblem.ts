import type { Difference } from '../core/differences/difference';
import { changedSpan } from '../topologyFile/changedSpan';
import {
  makeProblem,
  type FixCommand,
  type JsonPath,
  type Problem,
  type ProblemFix,
  type TextEdit,
  type TextRange,
} from '../topologyFile/problem';
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
  const problem = {
    severity,
    code: problemCode(code),
    message,
    range,
    path: nodePath(difference),
    isLive: true,
  };
  return [makeProblem({ ...problem, fixes: fixesOf(difference, text, hasCommand) })];
}

/** The value where it is short, else the key; of what the file does not have, the nearest thing above it. */
export function nearestPlace(path: JsonPath, positions: Positions): TextRange | null {
  const own = isWhole(path) ? positions.keyAt(path) : positions.valueAt(path);
  if (own !== null) return own;
  for (let depth = path.length - 1; depth > 1; depth -= 1) {
    const above = path.slice(0, depth);
    const place = positions.keyAt(above) ?? positions.valueAt(above);
    if (place !== null) return place;
  }
  return null;
}

/** A node, a publication, a subscription, or a list of what one holds. */
function isWhole(path: JsonPath): boolean {
  const last = path.at(-1);
  return path.length === 2 || path.length === 4 || last === 'tables' || last === 'schemas';
}

/** `other-system`, `missing-publication`: documentation is found by it. */
function problemCode(code: Difference['code']): string {
  if (code === 'role') return 'role-mismatch';
  return code.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
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
  const { code, byPlan, fileChanges } = difference;
  const fixes: ProblemFix[] = [];
  const offer = (command: FixCommand, title: string): void => {
    if (hasCommand(command)) fixes.push({ title, edits: [], command });
  };
  if (byPlan) offer('planChanges', 'Make the server so: Plan Changes…');
  if (code === 'splitBrain') offer('choosePrimary', 'Choose Primary…');
  if (code === 'otherSystem') offer('acceptServer', 'Accept Server…');
  if (fileChanges.length > 0) {
    fixes.push({
      title: takeOverTitle(difference),
      command: null,
      // Made when it is asked for: most never are.
      get edits(): readonly TextEdit[] {
        const edit = changedSpan(text, fileChanges);
        return edit === null ? [] : [edit];
      },
    });
  }
  return fixes;
}

/** What an editor calls the edit that makes the file say what the server has. */
export function takeOverTitle({ fileChanges }: Pick<Difference, 'fileChanges'>): string {
  const isRemoval = fileChanges.every(({ value }) => value === undefined);
  return isRemoval ? 'Take it out of the file' : 'Take over into the file';
}

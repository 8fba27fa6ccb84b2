import { membersOf } from './conflictStatements';
import { rawMember } from './exportSql';

/**
 * What a person begins to edit: members that one side alone changed are taken from it, members that both changed from the edge. Texts
 * of values stay as they are.
 * @param base what both began from; `null` where it is not known, and then the edge's members stand
 * @returns text of a JSON object
 */
export function mergeRows(
  base: string | null,
  primary: string | null,
  edge: string | null,
): string {
  if (edge === null || primary === null) return edge ?? primary ?? '{}';
  const names = [...new Set([...membersOf(primary), ...membersOf(edge)])];
  const members = names.flatMap((name) => {
    const ours = rawMember(edge, name);
    const theirs = rawMember(primary, name);
    const before = base === null ? null : rawMember(base, name);
    const isEdgeAsBefore = before !== null && before === ours;
    const value = ours === null || isEdgeAsBefore ? theirs : ours;
    return value === null ? [] : [`${JSON.stringify(name)}: ${value}`];
  });
  return `{${members.join(', ')}}`;
}

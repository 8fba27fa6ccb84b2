import { say } from '../../core/say';
import type { ConnectionParams } from '../../core/topology';
import { removeValue } from '../edits';
import { editFix, problemAt, rangeAt } from '../fileContext';
import type { FileContext } from '../fileContext';
import type { JsonPath, Problem } from '../problem';

/**
 * Reads that would find other data than was written, nodes named twice, and routing that changes nothing. Names that are no nodes
 * are told by the check of references.
 * @param connections params of each node, by its id
 */
export function checkRouting(
  context: FileContext,
  connections: ReadonlyMap<string, ConnectionParams>,
): readonly Problem[] {
  const reads = context.file.routing?.reads ?? [];
  if (reads.some((id) => !Object.hasOwn(context.file.nodes, id))) return [];
  const [first] = reads;
  if (first === undefined) return [];
  const primary = rootOf(context, first);
  return [
    ...reads.flatMap((id, index) => {
      const path = ['routing', 'reads', index];
      if (reads.indexOf(id) < index) return [repeated(context, path, id, reads.indexOf(id))];
      if (rootOf(context, id) !== primary) return [elsewhere(context, path, id, primary)];
      return otherDatabase(context, path, id, primary, connections);
    }),
    ...(reads.every((id) => id === primary) ? [primaryAlone(context, primary)] : []),
  ];
}

/** The node that a chain of standbys begins at; of a circle, which is told elsewhere, any one. */
function rootOf(context: FileContext, start: string): string {
  const seen = new Set<string>();
  let id = start;
  while (!seen.has(id)) {
    seen.add(id);
    const upstream = context.file.nodes[id]?.standbyOf;
    if (upstream === undefined || !Object.hasOwn(context.file.nodes, upstream)) return id;
    id = upstream;
  }
  return id;
}

function repeated(context: FileContext, path: JsonPath, id: string, first: number): Problem {
  return problemAt(context, path, {
    severity: 'warning',
    code: 'routing-repeated',
    message: say`"reads" names "${id}" twice; the first place counts.`,
    related: [
      {
        message: say`"${id}" is named here.`,
        range: rangeAt(context.positions, ['routing', 'reads', first]),
      },
    ],
    fixes: [editFix(say`Remove it here`, removeValue(context.text, path))],
  });
}

function elsewhere(context: FileContext, path: JsonPath, id: string, primary: string): Problem {
  return problemAt(context, path, {
    severity: 'warning',
    code: 'routing-elsewhere',
    message: say`"${id}" is no standby of "${primary}": not all that is written there can be read here.`,
    fixes: [editFix(say`Remove it here`, removeValue(context.text, path))],
  });
}

/** Only where both say which database they mean; a standby has every database of its primary. */
function otherDatabase(
  context: FileContext,
  path: JsonPath,
  id: string,
  primary: string,
  connections: ReadonlyMap<string, ConnectionParams>,
): readonly Problem[] {
  const own = connections.get(id)?.['dbname'];
  const written = connections.get(primary)?.['dbname'];
  if (own === undefined || written === undefined || own === written) return [];
  return [
    problemAt(context, path, {
      severity: 'warning',
      code: 'routing-database',
      message: say`"${id}" is database ${own}, but writes go to database ${written} of "${primary}": reads would find other data.`,
    }),
  ];
}

function primaryAlone(context: FileContext, primary: string): Problem {
  return problemAt(context, ['routing', 'reads'], {
    severity: 'information',
    code: 'routing-primary-only',
    message: say`Reads go to "${primary}" alone, as writes do. Name a standby before it to take reads off the primary.`,
  });
}

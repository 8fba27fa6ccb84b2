import type { CauseColumn, CauseTable } from '../causeFacts';
import type { TableName } from '../topology';
import type { EdgeCase } from './edgeParts';

/** What a subscriber lacks of what its publisher sends, by the catalogs of both. */
export interface SchemaDrift {
  readonly tables: readonly CauseTable[];
  readonly columns: readonly {
    readonly table: TableName;
    readonly lacks: readonly CauseColumn[];
  }[];
}

const NONE: SchemaDrift = { tables: [], columns: [] };

/** Empty also where one of the two was not read: only what is certain. */
export function schemaDrift(one: EdgeCase): SchemaDrift {
  const { edge, picture } = one;
  const here = picture.causes(edge.to);
  const there = picture.causes(edge.from)?.tables ?? null;
  const filled = here?.tables ?? null;
  const publications = picture.subscription(edge)?.publications ?? [];
  if (here === null || filled === null || there === null) return NONE;
  const known = new Map(filled.map((table) => [keyOf(table), table]));
  const others = here.otherTables ?? null;
  const besides = new Set((others ?? []).map(keyOf));
  const published = there.filter((table) => table.of.some((name) => publications.includes(name)));
  return {
    tables:
      others === null
        ? []
        : published.filter((table) => !known.has(keyOf(table)) && !besides.has(keyOf(table))),
    columns: published.flatMap((table) => {
      const own = known.get(keyOf(table));
      // One that is subscribed to: of a table that only a publication of this node names, its columns are those that are sent.
      if (own?.of.includes(edge.name) !== true) return [];
      const names = new Set(own.columns.map(({ name }) => name));
      const lacks = table.columns.filter(({ name }) => !names.has(name));
      return lacks.length === 0 ? [] : [{ table, lacks }];
    }),
  };
}

/** Names may hold dots. */
function keyOf({ schema, name }: TableName): string {
  return JSON.stringify([schema, name]);
}

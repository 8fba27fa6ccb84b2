import type { RelationFacts } from '../plan/nodeCatalog';
import type { CaptureTable } from './edgeObjects';

/**
 * What a capture trigger on a table is told. A type that only looks like a plain one is told to travel as text, which is right for
 * every type; the other way round would not be.
 * @param relation with its primary key
 */
export function captureTableOf(relation: RelationFacts): CaptureTable {
  const { schema, name, columns } = relation;
  return {
    schema,
    name,
    key: relation.primaryKey ?? [],
    textColumns: columns.filter(({ type }) => !isPlainType(type)).map((column) => column.name),
    columns: columns.map((column) => column.name),
  };
}

/** Whether `to_jsonb()` carries every value of a type, named as format_type() does. @see PLAIN_TYPES */
export function isPlainType(type: string): boolean {
  return PLAIN.test(type);
}

const PLAIN =
  /^(?:boolean|smallint|integer|bigint|numeric(?:\(-?\d+,-?\d+\))?|text|character varying(?:\(\d+\))?|character\(\d+\)|bpchar|uuid|date|timestamp(?:\(\d\))? with(?:out)? time zone|bytea)$/u;

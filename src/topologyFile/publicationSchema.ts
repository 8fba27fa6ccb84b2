import * as z from 'zod/mini';
import { say } from '../core/say';
import { documented } from './documentation';

const PAIR = say`Expected "schema.table" or ["schema", "table"].`;

/** A table's name: `"schema.table"`, or `["schema", "table"]` for names with dots. */
export const tableNameSchema = z.union(
  [z.string(), z.array(z.string()).check(z.minLength(2, PAIR), z.maxLength(2, PAIR))],
  PAIR,
);

const tableSchema = documented(
  z.union(
    [
      z.string(),
      z.array(z.string()).check(z.minLength(2, PAIR), z.maxLength(2, PAIR)),
      z.object({
        table: documented(tableNameSchema, 'The table: `"schema.table"` or `["schema", "table"]`.'),
        columns: z.exactOptional(
          documented(
            z.array(z.string()).check(z.minLength(1, say`Expected at least one column.`)),
            'Only these columns are published (Postgres 15 and newer).',
          ),
        ),
        rowFilter: z.exactOptional(
          documented(
            z.string(),
            'Only rows for which this expression is true are published (Postgres 15 and newer).',
            { examples: ["region = 'eu'"] },
          ),
        ),
      }),
    ],
    say`Expected "schema.table", ["schema", "table"] or an object with \`table\`.`,
  ),
  'A table: `"schema.table"`, `["schema", "table"]` for names with dots, or an object with `table`, `columns` and `rowFilter`.',
  {
    examples: ['public.users'],
    defaultSnippets: [
      { label: 'table', body: '${1:public}.${2:table}' },
      {
        label: 'table with columns',
        body: { table: '${1:public}.${2:table}', columns: ['${3:id}'] },
      },
    ],
  },
);

/** One entry of a node's `publications`. */
export const publicationSchema = documented(
  z.object({
    tables: z.exactOptional(documented(z.array(tableSchema), 'The published tables.')),
    allTables: z.exactOptional(
      documented(z.boolean(), 'Publishes every table of the database, those made later included.'),
    ),
    schemas: z.exactOptional(
      documented(
        z.array(z.string()),
        'Publishes every table of these schemas (Postgres 15 and newer).',
      ),
    ),
    operations: z.exactOptional(
      documented(
        z.array(
          z.enum(
            ['insert', 'update', 'delete', 'truncate'],
            say`Expected insert, update, delete or truncate.`,
          ),
        ),
        'Which changes are published. Default: all.',
      ),
    ),
    viaPartitionRoot: z.exactOptional(
      documented(z.boolean(), 'Publishes changes of partitions as changes of their root table.'),
    ),
    generatedColumns: z.exactOptional(
      documented(
        z.enum(['none', 'stored'], say`Expected none or stored.`),
        'Whether stored generated columns are published (Postgres 18 and newer).',
      ),
    ),
  }),
  'A publication of this node’s database: its tables and options.',
  {
    defaultSnippets: [
      { label: 'publication of tables', body: { tables: ['${1:public}.${2:table}'] } },
      { label: 'publication of all tables', body: { allTables: true } },
    ],
  },
);

import * as z from 'zod/mini';
import { documentation } from './documentation';
import { topologyFileSchema } from './fileSchema';

/**
 * The schema that editors check topology files by, as draft-07, which every supported VS Code reads. Additional
 * properties stay open, since unknown keys are warnings of our own; comments and trailing commas are allowed, else VS Code
 * would mark them in files with the ending `.json`.
 */
export function topologyJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(topologyFileSchema, {
    target: 'draft-7',
    io: 'input',
    metadata: documentation,
  });
  return {
    $schema,
    title: 'Postgres topology',
    allowComments: true,
    allowTrailingCommas: true,
    ...schema,
  };
}

import * as z from 'zod/mini';

/** What the JSON schema says of a key beyond its type; VS Code shows it in completion and hover. */
export interface Documentation {
  readonly [key: string]: unknown;
  readonly description: string;
  readonly markdownDescription: string;
}

/** The words that go with each schema, kept beside the schema they describe. */
export const documentation = z.registry<Documentation>();

/** Attaches words to a schema. `markdown` is finished Markdown text; `extra` holds schema keywords such as `examples`. */
export function documented<Schema extends z.core.$ZodType>(
  schema: Schema,
  markdown: string,
  extra: Readonly<Record<string, unknown>> = {},
): Schema {
  documentation.add(schema, {
    description: markdown.replaceAll('`', '').replaceAll('**', ''),
    markdownDescription: markdown,
    ...extra,
  });
  return schema;
}

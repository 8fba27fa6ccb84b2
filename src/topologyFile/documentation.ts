import * as z from 'zod/mini';

/** What the JSON schema says of a key beyond its type; VS Code shows it in completion and hover. */
export interface Documentation {
  readonly [key: string]: unknown;
  readonly description: string;
  readonly markdownDescription: string;
}

/** The words that go with each schema, kept beside the schema they describe. */
export const documentation = z.registry<Documentation>();

/**
 * Gives a schema words, in a copy: what is used in several places says something else in each. `markdown` is finished
 * Markdown text; `extra` holds schema keywords such as `examples`.
 */
export function documented<Schema extends z.core.$ZodType>(
  schema: Schema,
  markdown: string,
  extra: Readonly<Record<string, unknown>> = {},
): Schema {
  const copy = z.clone(schema);
  documentation.add(copy, {
    description: plainOf(markdown),
    markdownDescription: markdown,
    ...extra,
  });
  return copy;
}

/** For what shows no Markdown. */
export function plainOf(markdown: string): string {
  return markdown.replaceAll('`', '').replaceAll('**', '');
}

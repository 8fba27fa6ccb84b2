/** The text of an array of ids or numbers: nothing in them needs quotes. Made here, since `pg` looks at each letter of each element. */
export function arrayText(values: readonly (string | bigint)[]): string {
  return `{${values.join(',')}}`;
}

/** JSON documents as one: the server reads it at once, and gives each back as it was. */
export function jsonArray(documents: readonly string[]): string {
  return `[${documents.join(',')}]`;
}

/** Joins the parts of a row's id; a name may hold a slash. */
export function rowPath(...parts: readonly string[]): string {
  return parts.map((part) => encodeURIComponent(part)).join('/');
}

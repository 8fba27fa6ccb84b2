const UNDECLARED = 'undeclared/';

/** What people call a node, consumer, or a reader that is not in the file. */
export function displayName(id: string): string {
  return id.startsWith(UNDECLARED) ? id.slice(UNDECLARED.length) : id;
}

/** Names come from servers: what Markdown would take for markup is written out. */
export function markdownCell(text: string): string {
  return text.replace(/[\\`*_[\]<>|]/g, '\\$&').replace(/\s+/g, ' ');
}

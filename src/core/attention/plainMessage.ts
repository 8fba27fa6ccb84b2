import { showEscaped } from '../visibleText';

/**
 * Text for a notification, which VS Code takes for text with links: what a server or a file named `[x](command:y)` must stay a name.
 */
export function plainMessage(text: string): string {
  return showEscaped(text).replace(/\](?=\()/gu, '] ');
}

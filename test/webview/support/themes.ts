import { readFile } from 'node:fs/promises';

export const THEMES = ['dark', 'light', 'hc-dark', 'hc-light'] as const;
export type Theme = (typeof THEMES)[number];

/** What VS Code puts on a webview's body. */
export const THEME_CLASSES: Readonly<Record<Theme, string>> = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  'hc-dark': 'vscode-high-contrast',
  'hc-light': 'vscode-high-contrast vscode-high-contrast-light',
};

export const THEME_KINDS: Readonly<Record<Theme, string>> = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  'hc-dark': 'vscode-high-contrast',
  'hc-light': 'vscode-high-contrast-light',
};

/** Variables of a theme, as VS Code sets them on the root element of a webview. */
export async function themeVariables(theme: Theme): Promise<Record<string, string>> {
  const text = await readFile(new URL(`../themes/${theme}.css`, import.meta.url), 'utf8');
  const found = text.matchAll(/(--vscode-[\w-]+|color-scheme):\s*([^;]+);/g);
  return Object.fromEntries([...found].map(([, name, value]) => [name ?? '', value ?? '']));
}

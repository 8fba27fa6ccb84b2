import { l10n } from 'vscode';
import type { Words } from '../core/words';

/** The language that the editor was started with: VS Code has read `l10n/bundle.l10n.<language>.json` before it loads this module. */
export const WORDS: Words | null = l10n.bundle ?? null;

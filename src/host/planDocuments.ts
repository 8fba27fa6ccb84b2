import {
  TabInputText,
  Uri,
  ViewColumn,
  commands,
  languages,
  window,
  workspace,
  type TextDocument,
  type TextDocumentContentProvider,
} from 'vscode';
import type { Disposable } from '../core/ports/disposable';
import { say } from '../core/say';
import { DisposableStore } from './disposableStore';

/** Documents with this scheme are made by us, can only be read, and are gone with the window. */
export const PLAN_SCHEME = 'pg-topology';

const GONE = say`-- This was made in an earlier window and is gone. Run the command again to see it anew.\n`;

type DocumentKind = 'sql' | 'markdown' | 'jsonc' | 'plaintext';

/** What a name gets at its end; that of a topology file has it already. */
const ENDINGS: Readonly<Record<DocumentKind, string>> = {
  sql: '.sql',
  markdown: '.md',
  jsonc: '',
  plaintext: '.txt',
};

/** One side of a comparison. */
export interface ComparedText {
  /** Becomes the name of its file. */
  readonly name: string;
  readonly text: string;
}

/** Text to read: plans before they run, reports of what became of them, what differs, and rows that were read. */
export class PlanDocuments implements TextDocumentContentProvider, Disposable {
  readonly #texts = new Map<string, string>();
  readonly #store = new DisposableStore();
  #made = 0;

  constructor() {
    this.#store.add(workspace.registerTextDocumentContentProvider(PLAN_SCHEME, this));
    this.#store.add(
      workspace.onDidCloseTextDocument(({ uri }) => void this.#texts.delete(uri.toString())),
    );
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.#texts.get(uri.toString()) ?? GONE;
  }

  /**
   * Opens text beside what the user works on, without taking the focus.
   * @param name becomes the tab's label
   */
  async show(name: string, text: string, kind: DocumentKind = 'sql'): Promise<TextDocument> {
    const uri = this.#make(`${name}${ENDINGS[kind]}`, text);
    const document = await workspace.openTextDocument(uri);
    // The name ends as such files do, but what counts as one is a setting of the user.
    const shown = await languages.setTextDocumentLanguage(document, kind);
    await window.showTextDocument(shown, {
      viewColumn: freeColumn(),
      preserveFocus: true,
      preview: true,
    });
    return shown;
  }

  /**
   * Opens two texts side by side in the editor's own comparison.
   * @param right a text of ours, which can only be read, or a document to edit
   */
  async showDifference(
    title: string,
    left: ComparedText,
    right: ComparedText | Uri,
  ): Promise<void> {
    const uris = [left, right].map((side) =>
      side instanceof Uri ? side : this.#make(side.name, side.text),
    );
    await commands.executeCommand('vscode.diff', ...uris, title, { preview: true });
  }

  /** The same text as a new file that is the user's own, for another SQL tool to run. */
  async openAsFile(text: string): Promise<void> {
    const document = await workspace.openTextDocument({ language: 'sql', content: text });
    await window.showTextDocument(document, { preview: false });
  }

  dispose(): void {
    this.#store.dispose();
    this.#texts.clear();
  }

  /** @param name of the file, which tells its language */
  #make(name: string, text: string): Uri {
    this.#made += 1;
    const label = name.replaceAll(/[\p{Cc}/\\]/gu, '_');
    const uri = Uri.from({ scheme: PLAN_SCHEME, path: `/${this.#made}/${label}` });
    this.#texts.set(uri.toString(), text);
    return uri;
  }
}

/** Beside what the user works on; where that is nothing, or another document of ours, in its place. */
function freeColumn(): ViewColumn {
  const { activeTab } = window.tabGroups.activeTabGroup;
  if (activeTab === undefined) return ViewColumn.Active;
  const { input } = activeTab;
  const isOurs = input instanceof TabInputText && input.uri.scheme === PLAN_SCHEME;
  return isOurs ? ViewColumn.Active : ViewColumn.Beside;
}

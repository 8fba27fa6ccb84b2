import * as vscode from 'vscode';
import { spokenWords } from '../core/say';
import { dashboardHtml, type PageKind } from './dashboardHtml';

/** Loads the dashboard's page, or another that its script draws, into a webview, which may run its script and read its own files, and nothing else. */
export function fillWebview(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  kind: PageKind = 'dashboard',
): void {
  const built = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const file = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(built, name)).toString();
  webview.options = {
    enableScripts: true,
    enableCommandUris: false,
    localResourceRoots: [built],
  };
  webview.html = dashboardHtml({
    kind,
    cspSource: webview.cspSource,
    scriptUri: file('dashboard.js'),
    styleUris: [file('dashboard.css')],
    language: vscode.env.language,
    words: spokenWords(),
  });
}

import * as vscode from 'vscode';
import { escapeMarkdownOfDialog } from '../core/describe/escapeMarkdown';
import type { Disposable } from '../core/ports/disposable';
import type { Log } from '../core/ports/log';
import { DisposableStore } from '../host/disposableStore';
import type { Preparation, ToolDesk } from './toolDesk';
import { TOOL_NAMES, type ToolName } from './toolInputs';

const PREFIX = 'pgTopology_';

/**
 * Offers the tools to whatever model the user talks to in the editor. Nothing of them is loaded before one is called.
 * @param load makes the desk, once
 */
export function registerTools(load: () => Promise<ToolDesk>, log: Log): Disposable {
  const store = new DisposableStore();
  // Editors that are built without chat have no such part, whatever the types say.
  const lm = vscode.lm as Partial<typeof vscode.lm> | undefined;
  if (lm?.registerTool === undefined) return store;
  let desk: Promise<ToolDesk> | null = null;
  const open = async () => (desk ??= load());
  for (const tool of TOOL_NAMES) {
    try {
      store.add(lm.registerTool(`${PREFIX}${tool}`, new Tool(tool, open)));
    } catch (error) {
      log.warn(`The tool ${tool} could not be offered to language models: ${String(error)}`);
    }
  }
  return store;
}

class Tool implements vscode.LanguageModelTool<unknown> {
  constructor(
    private readonly tool: ToolName,
    private readonly open: () => Promise<ToolDesk>,
  ) {}

  async prepareInvocation({
    input,
  }: vscode.LanguageModelToolInvocationPrepareOptions<unknown>): Promise<vscode.PreparedToolInvocation> {
    const desk = await this.open();
    const preparation = desk.prepare(this.tool, input);
    return {
      invocationMessage: plain(preparation.doing),
      confirmationMessages: { title: preparation.title, message: questionOf(preparation) },
    };
  }

  async invoke(
    { input }: vscode.LanguageModelToolInvocationOptions<unknown>,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    const cancel = new AbortController();
    const cancelled = token.onCancellationRequested(() => cancel.abort());
    try {
      const desk = await this.open();
      const text = await desk.invoke(this.tool, input, cancel.signal);
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
    } finally {
      cancelled.dispose();
    }
  }
}

/** Names in it come from the file and from what the model asked for: nothing of it is a link or a command. */
function questionOf({ question, sql }: Preparation): vscode.MarkdownString {
  const markdown = plain(question);
  return sql === null ? markdown : markdown.appendCodeblock(sql, 'sql');
}

function plain(text: string): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(escapeMarkdownOfDialog(text));
  markdown.isTrusted = false;
  markdown.supportHtml = false;
  markdown.supportThemeIcons = false;
  return markdown;
}

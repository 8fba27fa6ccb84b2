import {
  CodeAction,
  CodeActionKind,
  WorkspaceEdit,
  languages,
  type CodeActionProvider,
  type Diagnostic,
  type Range,
  type TextDocument,
} from 'vscode';
import type { Disposable } from '../core/ports/disposable';
import { TOPOLOGY_FILE_GLOB } from '../host/topologyFileWatcher';
import type { Problem, ProblemFix } from '../topologyFile/problem';
import { DIAGNOSTIC_SOURCE, type LiveProblems } from './diagnostics';
import { LineIndex } from '../host/lineIndex';
import type { TopologyFiles } from './topologyFiles';

/** Offers what puts a problem right: edits of the file, undoable, that keep comments and formatting. */
export class QuickFixes implements CodeActionProvider, Disposable {
  readonly #registration: Disposable;

  constructor(
    private readonly files: TopologyFiles,
    private readonly live: Pick<LiveProblems, 'of'>,
  ) {
    this.#registration = languages.registerCodeActionsProvider(
      { pattern: TOPOLOGY_FILE_GLOB },
      this,
      { providedCodeActionKinds: [CodeActionKind.QuickFix] },
    );
  }

  provideCodeActions(document: TextDocument, range: Range): CodeAction[] {
    const file = this.files.find(document.uri.toString());
    const shown = file?.shown;
    // Ranges count characters of the text that was read; for any other text they are wrong.
    if (file === null || shown?.text !== document.getText()) return [];
    const lines = new LineIndex(shown.text);
    return [...shown.parsed.problems, ...this.live.of(file)]
      .filter((problem) => lines.rangeOf(problem.range).intersection(range) !== undefined)
      .flatMap((problem) => problem.fixes.map((fix) => toAction(fix, problem, document, lines)));
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

function toAction(
  fix: ProblemFix,
  problem: Problem,
  document: TextDocument,
  lines: LineIndex,
): CodeAction {
  const action = new CodeAction(fix.title, CodeActionKind.QuickFix);
  if (fix.command !== null) {
    const topologyId = document.uri.toString();
    const node = problem.path?.[1];
    // A secret is stored first and only then taken out: that command makes the edits itself.
    const target =
      fix.command === 'moveSecret'
        ? { topologyId, nodeId: node }
        : { topologyId, subject: fix.subject ?? node };
    const command = `pgTopology.${fix.command}`;
    action.command = { command, title: fix.title, arguments: [target] };
  } else {
    action.edit = new WorkspaceEdit();
    for (const edit of fix.edits) action.edit.replace(document.uri, lines.rangeOf(edit), edit.text);
  }
  action.diagnostics = diagnosticsOf(document, problem, lines);
  // Which is right, the file or the server, only a person knows.
  action.isPreferred = problem.fixes.length === 1 && !problem.isLive;
  return action;
}

function diagnosticsOf(document: TextDocument, problem: Problem, lines: LineIndex): Diagnostic[] {
  const range = lines.rangeOf(problem.range);
  return languages
    .getDiagnostics(document.uri)
    .filter(({ source, code }) => source === DIAGNOSTIC_SOURCE && code === problem.code)
    .filter((diagnostic) => diagnostic.range.isEqual(range));
}

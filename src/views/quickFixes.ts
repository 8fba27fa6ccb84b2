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
import { DIAGNOSTIC_SOURCE } from './diagnostics';
import { LineIndex } from '../host/lineIndex';
import type { TopologyFiles } from './topologyFiles';

/** Offers what puts a problem right: edits of the file, undoable, that keep comments and formatting. */
export class QuickFixes implements CodeActionProvider, Disposable {
  readonly #registration: Disposable;

  constructor(private readonly files: TopologyFiles) {
    this.#registration = languages.registerCodeActionsProvider(
      { pattern: TOPOLOGY_FILE_GLOB },
      this,
      { providedCodeActionKinds: [CodeActionKind.QuickFix] },
    );
  }

  provideCodeActions(document: TextDocument, range: Range): CodeAction[] {
    const shown = this.files.find(document.uri.toString())?.shown;
    // Ranges count characters of the text that was read; for any other text they are wrong.
    if (shown?.text !== document.getText()) return [];
    const lines = new LineIndex(shown.text);
    return shown.parsed.problems
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
  if (fix.command === 'moveSecret') {
    // The command stores the password first and only then takes it out.
    const target = { topologyId: document.uri.toString(), nodeId: problem.path?.[1] };
    action.command = { command: 'pgTopology.moveSecret', title: fix.title, arguments: [target] };
  } else {
    action.edit = new WorkspaceEdit();
    for (const edit of fix.edits) action.edit.replace(document.uri, lines.rangeOf(edit), edit.text);
  }
  action.diagnostics = diagnosticsOf(document, problem, lines);
  action.isPreferred = problem.fixes.length === 1;
  return action;
}

function diagnosticsOf(document: TextDocument, problem: Problem, lines: LineIndex): Diagnostic[] {
  const range = lines.rangeOf(problem.range);
  return languages
    .getDiagnostics(document.uri)
    .filter(({ source, code }) => source === DIAGNOSTIC_SOURCE && code === problem.code)
    .filter((diagnostic) => diagnostic.range.isEqual(range));
}

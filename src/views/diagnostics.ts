import {
  Diagnostic,
  DiagnosticRelatedInformation,
  DiagnosticSeverity,
  Location,
  Range,
  languages,
  type DiagnosticCollection,
} from 'vscode';
import type { Disposable } from '../core/ports/disposable';
import { say } from '../core/say';
import { DisposableStore } from '../host/disposableStore';
import type { Problem } from '../topologyFile/problem';
import { LineIndex } from '../host/lineIndex';
import type { TopologyFile, TopologyFiles } from './topologyFiles';

export const DIAGNOSTIC_SOURCE = 'Postgres Topology';

/** Findings that only the servers can show, with their place in a file. */
export interface LiveProblems {
  of(file: TopologyFile): readonly Problem[];
  onDidChange(listener: () => void): Disposable;
}

/** Publishes what is wrong with each topology file, as typed. What VS Code marks by the schema is not said twice. */
export class TopologyDiagnostics implements Disposable {
  readonly #store = new DisposableStore();
  readonly #collection: DiagnosticCollection;

  constructor(
    private readonly files: TopologyFiles,
    private readonly live: LiveProblems,
  ) {
    this.#collection = this.#store.add(languages.createDiagnosticCollection('pgTopology'));
    this.#store.add(files.onDidChange(() => this.#publish()));
    this.#store.add(live.onDidChange(() => this.#publish()));
  }

  dispose(): void {
    this.#store.dispose();
  }

  #publish(): void {
    const files = this.files.current();
    const ids = new Set(files.map((file) => file.id));
    for (const file of files) this.#collection.set(file.uri, this.#diagnosticsOf(file));
    this.#collection.forEach((uri) => {
      if (!ids.has(uri.toString())) this.#collection.delete(uri);
    });
  }

  #diagnosticsOf(file: TopologyFile): Diagnostic[] {
    const { shown } = file;
    if (shown === null) return [refused(file.refusal ?? say`${file.name} cannot be read.`)];
    const lines = new LineIndex(shown.text);
    return [...shown.parsed.problems, ...this.live.of(file)]
      .filter((problem) => !problem.publishedBySchema)
      .map((problem) => toDiagnostic(problem, file, lines));
  }
}

function refused(reason: string): Diagnostic {
  const diagnostic = new Diagnostic(new Range(0, 0, 0, 0), reason, DiagnosticSeverity.Error);
  diagnostic.source = DIAGNOSTIC_SOURCE;
  diagnostic.code = 'unreadable';
  return diagnostic;
}

const SEVERITIES: Readonly<Record<Problem['severity'], DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
};

function toDiagnostic(problem: Problem, file: TopologyFile, lines: LineIndex): Diagnostic {
  const severity = SEVERITIES[problem.severity];
  const diagnostic = new Diagnostic(lines.rangeOf(problem.range), problem.message, severity);
  diagnostic.source = DIAGNOSTIC_SOURCE;
  diagnostic.code = problem.code;
  diagnostic.relatedInformation = problem.related.map(
    ({ message, range }) =>
      new DiagnosticRelatedInformation(new Location(file.uri, lines.rangeOf(range)), message),
  );
  return diagnostic;
}

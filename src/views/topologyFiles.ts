import type { Uri } from 'vscode';
import type { FileCondition } from '../core/describe/viewState';
import type { Clock } from '../core/ports/clock';
import type { Disposable } from '../core/ports/disposable';
import type { TopologyEntry } from '../core/ports/topologyMonitor';
import { say } from '../core/say';
import type { Topology } from '../core/topology';
import { fileName, type WatchedFile } from '../host/fileText';
import type { Positions } from '../topologyFile/positions';
import type { Problem } from '../topologyFile/problem';

/** What a topology file's text was found to say. */
export interface ParsedFile {
  /** `null` when a problem blocks it. */
  readonly topology: Topology | null;
  readonly problems: readonly Problem[];
  readonly positions: Positions;
}

/** Text with what was found in it; the two belong together, since ranges count characters. */
export interface ReadFile {
  readonly text: string;
  readonly parsed: ParsedFile;
}

/** One topology file: what it said when it was last valid, and what it says now. */
export interface TopologyFile {
  /** The URI, as text. */
  readonly id: string;
  readonly uri: Uri;
  readonly name: string;
  /** From the stored text, as last valid; `null` when it never was. */
  readonly topology: Topology | null;
  readonly lastValidAtMs: number | null;
  /** What an editor shows, else what is stored; `null` when the file was refused. */
  readonly shown: ReadFile | null;
  /** Why it was not read, as a sentence. */
  readonly refusal: string | null;
  /** Whether the stored text is valid now. */
  readonly isValid: boolean;
}

interface Source {
  current(): readonly WatchedFile[];
  onDidChange(listener: () => void): Disposable;
}

/** Every topology file of the workspace, parsed. A file that turns invalid keeps the topology it had. */
export class TopologyFiles implements Disposable {
  #files: readonly TopologyFile[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #subscription: Disposable;
  #hasLooked = false;

  constructor(
    private readonly source: Source,
    private readonly parse: (text: string, fallbackName: string) => ParsedFile,
    private readonly clock: Clock,
  ) {
    this.#subscription = source.onDidChange(() => this.#update());
  }

  current(): readonly TopologyFile[] {
    return this.#files;
  }

  /** Whether the workspace was searched once, so that "none" is known. */
  get hasLooked(): boolean {
    return this.#hasLooked;
  }

  find(id: string): TopologyFile | null {
    return this.#files.find((file) => file.id === id) ?? null;
  }

  /** Topologies to watch: of every file that is or was valid. */
  entries(): readonly TopologyEntry[] {
    return this.#files.flatMap(({ id, topology }) => (topology === null ? [] : [{ id, topology }]));
  }

  conditions(): readonly FileCondition[] {
    return this.#files.map((file) => ({
      name: file.name,
      error: file.isValid ? null : (file.refusal ?? firstError(file)),
      lastValidAtMs: file.lastValidAtMs,
    }));
  }

  onDidChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#listeners.clear();
  }

  #update(): void {
    this.#hasLooked = true;
    const before = new Map(this.#files.map((file) => [file.id, file]));
    this.#files = this.source
      .current()
      .map((file) => this.#read(file, before.get(file.uri.toString())));
    for (const listener of this.#listeners) listener();
  }

  #read(file: WatchedFile, before: TopologyFile | undefined): TopologyFile {
    const { uri, stored, unsaved } = file;
    const base = { id: uri.toString(), uri, name: fileName(uri) };
    const last = {
      topology: before?.topology ?? null,
      lastValidAtMs: before?.lastValidAtMs ?? null,
    };
    if (stored.kind === 'refused') {
      return { ...base, ...last, shown: null, refusal: stored.reason, isValid: false };
    }
    const saved = this.#readText(stored.text, uri, before);
    const shown = unsaved === null ? saved : this.#readText(unsaved, uri, before);
    const { topology } = saved.parsed;
    const valid = topology === null ? last : { topology, lastValidAtMs: this.clock.nowMs() };
    // The same object while nothing changed, so that the monitor has nothing to do.
    const kept =
      topology !== null && before?.topology !== null && before?.topology !== undefined
        ? { ...valid, topology: sameTopology(before.topology, topology) }
        : valid;
    return { ...base, ...kept, shown, refusal: null, isValid: topology !== null };
  }

  #readText(text: string, uri: Uri, before: TopologyFile | undefined): ReadFile {
    if (before?.shown?.text === text) return before.shown;
    return { text, parsed: this.parse(text, folderName(uri)) };
  }
}

/** Names a topology whose file does not. */
function folderName(uri: Uri): string {
  return uri.path.split('/').at(-2) ?? say`Topology`;
}

function sameTopology(before: Topology, after: Topology): Topology {
  return JSON.stringify(before) === JSON.stringify(after) ? before : after;
}

function firstError(file: TopologyFile): string {
  const problem = file.shown?.parsed.problems.find((found) => found.blocks);
  if (problem === undefined) return say`it has errors.`;
  const line = (file.shown?.text.slice(0, problem.range.offset).split('\n').length ?? 1).toString();
  // The first sentence; the others are hints, which the Problems panel shows.
  const [sentence = ''] = problem.message.split(/[.?](?:\s|$)/u);
  return say`${sentence} in line ${line}.`;
}

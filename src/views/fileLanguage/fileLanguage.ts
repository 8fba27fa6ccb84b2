import {
  CodeLens,
  CompletionItem,
  CompletionItemKind,
  Hover,
  InlayHint,
  InlayHintKind,
  Location,
  WorkspaceEdit,
  type Position,
  type Range,
  type TextDocument,
} from 'vscode';
import { hoverOf } from '../../core/describe/fileHover';
import { nodeLenses } from '../../core/describe/nodeLens';
import { SnapshotIndex } from '../../core/describe/snapshotIndex';
import type { Clock } from '../../core/ports/clock';
import type { TopologyMonitor } from '../../core/ports/topologyMonitor';
import { say } from '../../core/say';
import { declaredRolesOfAll } from '../../core/topology';
import { LineIndex } from '../../host/lineIndex';
import { nodeNameAt, nodeNames, refuseNodeName, renameNode } from '../../topologyFile/nodeNames';
import { subjectAt } from '../../topologyFile/subjectAt';
import { catalogWantedAt, suggestionsAt, type KnownCatalog } from '../../topologyFile/suggestions';
import { writtenAt } from '../../topologyFile/writtenAt';
import { rowMarkdown } from '../tooltipMarkdown';
import type { TopologyFiles } from '../topologyFiles';

export interface FileLanguageDeps {
  readonly files: Pick<TopologyFiles, 'find'>;
  readonly monitor: Pick<TopologyMonitor, 'current'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly areLensesShown: () => boolean;
  /** Tables and roles of a node that is connected; `null` where it is not, or cannot be read. Never asks, never rejects. */
  readonly catalogOf: (topologyId: string, nodeId: string) => Promise<KnownCatalog | null>;
}

/** What an editor asks about a topology file. Answers from what the monitor has seen, and makes edits that keep comments. */
export class FileLanguage {
  constructor(private readonly deps: FileLanguageDeps) {}

  lenses(document: TextDocument): CodeLens[] {
    const index = this.#indexOf(document);
    if (index === null || !this.deps.areLensesShown()) return [];
    const lines = new LineIndex(document.getText());
    const topologyId = document.uri.toString();
    return nodeNames(document.getText())
      .filter(({ isDeclaration }) => isDeclaration)
      .flatMap(({ name, range }) =>
        nodeLenses(name, index).map(
          ({ title, tooltip, command }) =>
            new CodeLens(lines.rangeOf(range), {
              title,
              tooltip,
              command: `pgTopology.${command}`,
              arguments: [{ topologyId, subject: name }],
            }),
        ),
      );
  }

  hover(document: TextDocument, position: Position): Hover | null {
    const index = this.#indexOf(document);
    const shown = this.deps.files.find(document.uri.toString())?.shown;
    // Positions are those of the text that was read.
    if (index === null || shown?.text !== document.getText()) return null;
    const path = shown.parsed.positions.pathAtOffset(document.offsetAt(position));
    if (path === null) return null;
    const subject = subjectAt(path, shown.parsed.topology ?? index.snapshot.topology);
    const tooltip = subject === null ? null : hoverOf(subject, index);
    return tooltip === null ? null : new Hover(rowMarkdown(tooltip));
  }

  definition(document: TextDocument, position: Position): Location | null {
    return this.#places(document, position).find(({ isDeclaration }) => isDeclaration)?.at ?? null;
  }

  references(document: TextDocument, position: Position, withDeclaration: boolean): Location[] {
    return this.#places(document, position)
      .filter(({ isDeclaration }) => withDeclaration || !isDeclaration)
      .map(({ at }) => at);
  }

  /** @throws Error with a finished sentence, which the editor shows */
  prepareRename(document: TextDocument, position: Position): { range: Range; placeholder: string } {
    const place = nodeNameAt(document.getText(), document.offsetAt(position));
    if (place === null) throw new Error('Only names of nodes can be renamed here.');
    const lines = new LineIndex(document.getText());
    return { range: lines.rangeOf(place.range), placeholder: place.name };
  }

  /** @throws Error with a finished sentence, which the editor shows */
  rename(document: TextDocument, position: Position, newName: string): WorkspaceEdit {
    const text = document.getText();
    const place = nodeNameAt(text, document.offsetAt(position));
    if (place === null) throw new Error('Only names of nodes can be renamed here.');
    const refusal = refuseNodeName(text, place.name, newName);
    if (refusal !== null) throw new Error(refusal);
    const lines = new LineIndex(text);
    const edit = new WorkspaceEdit();
    for (const one of renameNode(text, place.name, newName)) {
      edit.replace(document.uri, lines.rangeOf(one), one.text);
    }
    return edit;
  }

  /** Roles, which the file implies and nowhere says. */
  hints(document: TextDocument, within: Range): InlayHint[] {
    const shown = this.deps.files.find(document.uri.toString())?.shown;
    const topology = shown?.parsed.topology ?? null;
    if (topology === null || shown?.text !== document.getText()) return [];
    const roles = declaredRolesOfAll(topology);
    const lines = new LineIndex(shown.text);
    return nodeNames(shown.text)
      .filter(({ isDeclaration }) => isDeclaration)
      .flatMap(({ name, range }) => {
        const at = lines.positionOf(range.offset + range.length + 1);
        const words = roles.get(name)?.join(', ') ?? '';
        if (words === '' || !within.contains(at)) return [];
        const hint = new InlayHint(at, words, InlayHintKind.Type);
        hint.paddingLeft = true;
        hint.tooltip = say`Role by this file. Servers are held against it.`;
        return [hint];
      });
  }

  async completions(document: TextDocument, position: Position): Promise<CompletionItem[]> {
    const snapshot = this.#indexOf(document)?.snapshot;
    if (snapshot === undefined) return [];
    const text = document.getText();
    const { path, isKey, range: written } = writtenAt(text, document.offsetAt(position));
    const isTableOfQueue = path[2] === 'pendingSync' && path[3] === 'tables';
    if (isKey !== isTableOfQueue) return [];
    const nodeId = catalogWantedAt(path);
    const catalog = nodeId === null ? null : await this.deps.catalogOf(snapshot.id, nodeId);
    const lines = new LineIndex(text);
    const range = lines.rangeOf(written);
    return suggestionsAt(path, snapshot, catalog).map(({ value, detail }) => {
      const item = new CompletionItem(value, CompletionItemKind.Reference);
      item.detail = detail;
      item.range = range;
      item.insertText = JSON.stringify(value);
      item.filterText = item.insertText;
      // Before what the schema offers, which knows nothing of servers.
      item.sortText = `0${value}`;
      return item;
    });
  }

  #places(
    document: TextDocument,
    position: Position,
  ): readonly { readonly isDeclaration: boolean; readonly at: Location }[] {
    const text = document.getText();
    const place = nodeNameAt(text, document.offsetAt(position));
    if (place === null) return [];
    const lines = new LineIndex(text);
    return nodeNames(text)
      .filter(({ name }) => name === place.name)
      .map(({ isDeclaration, range }) => ({
        isDeclaration,
        at: new Location(document.uri, lines.rangeOf(range)),
      }));
  }

  #indexOf({ uri }: TextDocument): SnapshotIndex | null {
    const snapshot = this.deps.monitor.current().find(({ id }) => id === uri.toString());
    return snapshot === undefined ? null : new SnapshotIndex(snapshot, this.deps.clock.nowMs());
  }
}

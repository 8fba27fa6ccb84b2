import {
  EventEmitter,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  type CancellationToken,
  type Command,
  type Event,
  type TreeDataProvider,
} from 'vscode';
import type { Disposable } from '../core/ports/disposable';
import { say } from '../core/say';
import type { Row, RowKind } from './row';
import { changedRows } from './rowDiff';
import { rowMarkdown } from './tooltipMarkdown';

/** What VS Code holds of a row, and what a command on it receives. The same object for as long as the row exists. */
export interface RowHandle {
  readonly rowId: string;
  readonly topologyId: string;
  readonly subject: string | null;
}

/** Maps rows to tree items, and tells VS Code the smallest part that changed. Holds no opinion of its own. */
export class ExplorerProvider implements TreeDataProvider<RowHandle>, Disposable {
  readonly #emitter = new EventEmitter<RowHandle | RowHandle[] | undefined>();
  readonly #handles = new Map<string, RowHandle>();
  #rows = new Map<string, Row>();
  #parents = new Map<string, string>();
  #roots: readonly Row[] = [];

  /** @param onUnfolded called for a row that wants something read, each time that its children are asked for */
  constructor(private readonly onUnfolded: (row: Row) => void = () => undefined) {}

  readonly onDidChangeTreeData: Event<RowHandle | RowHandle[] | undefined> = this.#emitter.event;

  /** Shows these rows from now on. */
  show(roots: readonly Row[]): void {
    const changed = changedRows(this.#roots, roots);
    this.#roots = roots;
    this.#index(roots);
    if (changed === null) this.#emitter.fire(undefined);
    else if (changed.length > 0) this.#emitter.fire(changed.map((id) => this.#handleOf(id)));
  }

  getTreeItem(handle: RowHandle): TreeItem {
    const row = this.#rows.get(handle.rowId);
    return row === undefined ? new TreeItem('') : toTreeItem(row);
  }

  getChildren(handle?: RowHandle): RowHandle[] {
    if (handle === undefined) return this.#roots.map((row) => this.#handleOf(row.id));
    const row = this.#rows.get(handle.rowId);
    if (row?.reads !== undefined) this.onUnfolded(row);
    return (row?.children ?? []).map((child) => this.#handleOf(child.id));
  }

  /** What a handle stands for; `undefined` once it is gone. */
  rowOf(handle: RowHandle): Row | undefined {
    return this.#rows.get(handle.rowId);
  }

  getParent(handle: RowHandle): RowHandle | undefined {
    const parent = this.#parents.get(handle.rowId);
    return parent === undefined ? undefined : this.#handleOf(parent);
  }

  resolveTreeItem(item: TreeItem, handle: RowHandle, _token: CancellationToken): TreeItem {
    const tooltip = this.#rows.get(handle.rowId)?.tooltip() ?? null;
    item.tooltip = tooltip === null ? '' : rowMarkdown(tooltip);
    return item;
  }

  /** The row that stands for a subject, to reveal it; `undefined` when none does. */
  find(topologyId: string, subject: string | null): RowHandle | undefined {
    for (const row of this.#rows.values()) {
      const isSubject = row.topologyId === topologyId && row.subject === subject;
      if (isSubject && !OF_OTHERS.has(row.kind)) return this.#handleOf(row.id);
    }
    return undefined;
  }

  dispose(): void {
    this.#emitter.dispose();
  }

  #index(roots: readonly Row[]): void {
    this.#rows = new Map();
    this.#parents = new Map();
    const visit = (row: Row, parent: string | null): void => {
      this.#rows.set(row.id, row);
      if (parent !== null) this.#parents.set(row.id, parent);
      for (const child of row.children) visit(child, row.id);
    };
    for (const root of roots) visit(root, null);
    for (const id of this.#handles.keys()) if (!this.#rows.has(id)) this.#handles.delete(id);
  }

  #handleOf(id: string): RowHandle {
    const known = this.#handles.get(id);
    if (known !== undefined) return known;
    const row = this.#rows.get(id);
    const handle: RowHandle = {
      rowId: id,
      topologyId: row?.topologyId ?? '',
      subject: row?.subject ?? null,
    };
    this.#handles.set(id, handle);
    return handle;
  }
}

/** Rows that tell of a subject which is not their own. */
const OF_OTHERS: ReadonlySet<RowKind> = new Set<RowKind>([
  'failure',
  'group',
  'check',
  'setup',
  'setupItem',
  'route',
]);

function toTreeItem(row: Row): TreeItem {
  const { text } = row;
  const item = new TreeItem(text.label, collapsibleState(row));
  item.id = row.id;
  item.description = text.description;
  item.iconPath =
    text.icon.themeColor === null
      ? new ThemeIcon(text.icon.codicon)
      : new ThemeIcon(text.icon.codicon, new ThemeColor(text.icon.themeColor));
  item.contextValue = text.contextValue;
  item.accessibilityInformation = { label: text.accessibleLabel };
  const command = commandOf(row);
  if (command !== null) item.command = command;
  return item;
}

function collapsibleState(row: Row): TreeItemCollapsibleState {
  if (row.children.length === 0) return TreeItemCollapsibleState.None;
  return row.isExpanded ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
}

/** A click opens details; on a failure it runs the command that helps. */
function commandOf(row: Row): Command | null {
  const target = { topologyId: row.topologyId, subject: row.subject };
  if (row.fix === 'manageTrust') {
    return { command: 'workbench.trust.manage', title: row.text.description };
  }
  if (row.fix !== null) {
    const title = row.text.description;
    return { command: `pgTopology.${row.fix}`, title, arguments: [target] };
  }
  if (row.kind === 'setupItem') {
    return { command: 'pgTopology.showSetupReport', title: say`Show Report`, arguments: [target] };
  }
  if (row.kind === 'queueOperation') {
    const isConflict = row.text.contextValue.includes('conflict');
    return isConflict
      ? { command: 'pgTopology.showConflict', title: say`Show Conflict`, arguments: [target] }
      : {
          command: 'pgTopology.showDeadOperation',
          title: say`Show Operation`,
          arguments: [target],
        };
  }
  if (row.kind === 'group' || row.kind === 'table' || row.kind === 'setup') return null;
  return { command: 'pgTopology.showDetails', title: say`Show Details`, arguments: [target] };
}

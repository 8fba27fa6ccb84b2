import { EventEmitter, languages, workspace, type TextDocument } from 'vscode';
import type { Disposable } from '../../core/ports/disposable';
import type { TopologyMonitor } from '../../core/ports/topologyMonitor';
import type { Clock } from '../../core/ports/clock';
import { DisposableStore } from '../../host/disposableStore';
import { DrawPace } from '../../host/drawPace';
import { TOPOLOGY_FILE_GLOB } from '../../host/topologyFileWatcher';
import type { FileLanguage } from './fileLanguage';

export interface FileLanguageParts {
  readonly monitor: Pick<TopologyMonitor, 'onDidChange'>;
  readonly clock: Clock;
  /** Called with the first thing that an editor asks; loads it. */
  readonly load: () => Promise<FileLanguage>;
}

const LENS_DELAY_MS = 1_000;
/** A lens tells durations in words that change by the minute. */
const LENS_REDRAW_MS = 60_000;

/** Makes the topology file a place to work in. Nothing of it is loaded before an editor shows such a file, and nothing asks a server by itself. */
export function registerFileLanguage({ monitor, clock, load }: FileLanguageParts): Disposable {
  const store = new DisposableStore();
  const lensesChanged = store.add(new EventEmitter<void>());
  const pace = store.add(
    new DrawPace(clock, LENS_DELAY_MS, LENS_REDRAW_MS, () => lensesChanged.fire()),
  );
  store.add(
    monitor.onDidChange(() => {
      if (workspace.textDocuments.some(isShown)) pace.request();
    }),
  );
  const files = { pattern: TOPOLOGY_FILE_GLOB };
  store.add(
    languages.registerCodeLensProvider(files, {
      onDidChangeCodeLenses: lensesChanged.event,
      provideCodeLenses: async (document) => (await load()).lenses(document),
    }),
  );
  store.add(
    languages.registerHoverProvider(files, {
      provideHover: async (document, position) => (await load()).hover(document, position),
    }),
  );
  store.add(
    languages.registerDefinitionProvider(files, {
      provideDefinition: async (document, position) =>
        (await load()).definition(document, position),
    }),
  );
  store.add(
    languages.registerReferenceProvider(files, {
      provideReferences: async (document, position, { includeDeclaration }) =>
        (await load()).references(document, position, includeDeclaration),
    }),
  );
  store.add(
    languages.registerRenameProvider(files, {
      prepareRename: async (document, position) => (await load()).prepareRename(document, position),
      provideRenameEdits: async (document, position, name) =>
        (await load()).rename(document, position, name),
    }),
  );
  store.add(
    languages.registerInlayHintsProvider(files, {
      provideInlayHints: async (document, range) => (await load()).hints(document, range),
    }),
  );
  store.add(
    languages.registerCompletionItemProvider(
      files,
      {
        provideCompletionItems: async (document, position) =>
          (await load()).completions(document, position),
      },
      '"',
    ),
  );
  return store;
}

function isShown({ uri }: TextDocument): boolean {
  return uri.path.endsWith('pg-topology.json');
}

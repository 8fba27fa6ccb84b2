import { QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import { readStartingPoint } from '../../core/discovery/startingPoint';
import type { StartingEnvironment, StartingPoint } from '../../core/discovery/startingPointOf';
import { DisposableStore } from '../../host/disposableStore';
import { askText } from '../../host/prompts';

/** Something to begin with that stands somewhere already: the environment, a file of the workspace. */
export interface StartSource {
  /** With its icon: `$(file) .env`. */
  readonly label: string;
  /** What is in it, without a secret. */
  readonly description: string;
}

/** What a person said to begin with: a connection, or one of the sources. */
export type Start<S extends StartSource> =
  | { readonly kind: 'connection'; readonly start: StartingPoint }
  | { readonly kind: 'source'; readonly source: S };

type Choice<S> =
  | { readonly kind: 'typed'; readonly start: StartingPoint }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'paste' }
  | { readonly kind: 'environment'; readonly start: StartingPoint }
  | { readonly kind: 'source'; readonly source: S };

interface StartItem<S> extends QuickPickItem {
  readonly choice: Choice<S>;
}

export const TITLE = 'Discover Topology';

/** Variables of libpq of which one at least must be set to begin with the environment. */
const TELLING = ['PGHOST', 'PGHOSTADDR', 'PGSERVICE', 'PGPORT', 'PGDATABASE'] as const;

/**
 * Asks for a connection: one that stands in the environment or the workspace, or one that is typed or pasted into the pick
 * itself. Opens nothing.
 * @returns `null` when it was dismissed
 */
export async function askStart<S extends StartSource>(
  environment: StartingEnvironment,
  sources: readonly S[],
): Promise<Start<S> | null> {
  const choice = await pickStart(environment, sources);
  if (choice === null) return null;
  if (choice.kind === 'source') return choice;
  if (choice.kind === 'environment' || choice.kind === 'typed') {
    return { kind: 'connection', start: choice.start };
  }
  const start = await pasteStart(environment);
  return start === null ? null : { kind: 'connection', start };
}

/** The same by a field of its own. */
async function pasteStart(environment: StartingEnvironment): Promise<StartingPoint | null> {
  const answer = await askText({
    place: { title: TITLE, step: 1, totalSteps: 1, canGoBack: false },
    prompt: 'A URI, "host=… dbname=… user=…", "service=…", a JDBC URL or a psql command line.',
    placeholder: 'postgresql://monitor@db.example.com:5432/app',
    value: '',
    validate: (text) =>
      text.trim() === '' ? 'A connection is needed.' : wrongWith(read(text, environment)),
  });
  return answer === null || answer === 'back' ? null : read(answer, environment);
}

async function pickStart<S extends StartSource>(
  environment: StartingEnvironment,
  sources: readonly S[],
): Promise<Exclude<Choice<S>, { kind: 'wrong' }> | null> {
  const store = new DisposableStore();
  const pick = store.add(window.createQuickPick<StartItem<S>>());
  pick.title = TITLE;
  pick.placeholder = 'Which connection? Choose one, or paste it here';
  pick.ignoreFocusOut = true;
  pick.matchOnDescription = true;
  const offered = [...offeredItems(environment, sources), pasteItem<S>()];
  pick.items = offered;
  store.add(
    pick.onDidChangeValue((text) => {
      pick.items = text.trim() === '' ? offered : [typedItem<S>(text, environment), ...offered];
    }),
  );
  try {
    return await new Promise((resolve) => {
      store.add(
        pick.onDidAccept(() => {
          const choice = chosen(pick.value, pick.activeItems[0], environment);
          if (choice !== null && choice.kind !== 'wrong') resolve(choice);
        }),
      );
      store.add(pick.onDidHide(() => resolve(null)));
      pick.show();
    });
  } finally {
    store.dispose();
  }
}

/** What was typed counts also where its line has not come up yet. */
function chosen<S>(
  text: string,
  active: StartItem<S> | undefined,
  environment: StartingEnvironment,
): Choice<S> | null {
  const isOther = active !== undefined && !['typed', 'wrong'].includes(active.choice.kind);
  if (isOther || text.trim() === '') return active?.choice ?? null;
  return typedItem<S>(text, environment).choice;
}

function typedItem<S>(text: string, environment: StartingEnvironment): StartItem<S> {
  const start = read(text, environment);
  const wrong = wrongWith(start);
  if (wrong !== null) {
    return { label: `$(warning) ${wrong}`, alwaysShow: true, choice: { kind: 'wrong' } };
  }
  return {
    label: '$(plug) Use This Connection',
    description: placeOf(start),
    alwaysShow: true,
    choice: { kind: 'typed', start },
  };
}

function offeredItems<S extends StartSource>(
  environment: StartingEnvironment,
  sources: readonly S[],
): readonly StartItem<S>[] {
  const items = sources.map((source): StartItem<S> => ({
    label: source.label,
    description: source.description,
    choice: { kind: 'source', source },
  }));
  const set = TELLING.find((name) => (environment.variables[name] ?? '') !== '');
  if (set === undefined) return items;
  const start = readStartingPoint('', environment);
  if (start.params === null) return items;
  return [
    ...items,
    {
      label: '$(terminal) Environment',
      description: `${set}=${environment.variables[set] ?? ''}`,
      choice: { kind: 'environment', start },
    },
  ];
}

function pasteItem<S>(): StartItem<S> {
  return {
    label: '$(edit) Paste a connection string…',
    kind: QuickPickItemKind.Default,
    choice: { kind: 'paste' },
  };
}

function read(text: string, environment: StartingEnvironment): StartingPoint {
  return readStartingPoint(text, environment);
}

/** The first thing that is wrong with it; `null`: it will do. */
function wrongWith({ params, problems }: StartingPoint): string | null {
  if (params !== null) return null;
  return problems.find(({ severity }) => severity === 'error')?.message ?? 'This is no connection.';
}

/** Where it leads, without a secret. */
function placeOf({ params }: StartingPoint): string {
  const { host, hostaddr, port, dbname, service } = params ?? {};
  if (service !== undefined) return `service ${service}`;
  const server = `${host ?? hostaddr ?? 'localhost'}${port === undefined ? '' : `:${port}`}`;
  return dbname === undefined ? server : `${server} · ${dbname}`;
}

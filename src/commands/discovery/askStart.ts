import { window, type QuickPickItem } from 'vscode';
import { readStartingPoint } from '../../core/discovery/startingPoint';
import type { StartingEnvironment, StartingPoint } from '../../core/discovery/startingPointOf';
import { say } from '../../core/say';
import { DisposableStore } from '../../host/disposableStore';
import { askText } from '../../host/prompts';
import { placeOf } from './serverWords';

/** A connection that stands in a file of the workspace already. */
export interface StartSource {
  /** With its icon: `$(file) .env`. */
  readonly label: string;
  /** Where it leads, without a secret. */
  readonly description: string;
  readonly start: StartingPoint;
}

type Choice =
  | { readonly kind: 'start'; readonly start: StartingPoint }
  | { readonly kind: 'typed'; readonly start: StartingPoint }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'paste' };

interface StartItem extends QuickPickItem {
  readonly choice: Choice;
}

export const TITLE = say`Discover Topology`;

/** Variables of libpq of which one at least must be set to begin with the environment. */
const TELLING = ['PGHOST', 'PGHOSTADDR', 'PGSERVICE', 'PGPORT', 'PGDATABASE'] as const;

/**
 * Asks for a connection: one that stands in the environment or the workspace, or one that is typed or pasted into the pick
 * itself. Opens nothing.
 * @param sources come into the list once they were found
 * @returns `null` when it was dismissed
 */
export async function askStart(
  environment: StartingEnvironment,
  sources: Promise<readonly StartSource[]>,
): Promise<StartingPoint | null> {
  const choice = await pickStart(environment, sources);
  if (choice === null) return null;
  return choice.kind === 'paste' ? pasteStart(environment) : choice.start;
}

/** The same by a field of its own. */
async function pasteStart(environment: StartingEnvironment): Promise<StartingPoint | null> {
  const answer = await askText({
    place: { title: TITLE, step: 1, totalSteps: 1, canGoBack: false },
    prompt: say`A URI, "host=… dbname=… user=…", "service=…", a JDBC URL or a psql command line.`,
    placeholder: 'postgresql://monitor@db.example.com:5432/app',
    value: '',
    validate: (text) =>
      text.trim() === '' ? say`A connection is needed.` : wrongWith(read(text, environment)),
  });
  return answer === null || answer === 'back' ? null : read(answer, environment);
}

async function pickStart(
  environment: StartingEnvironment,
  sources: Promise<readonly StartSource[]>,
): Promise<Exclude<Choice, { kind: 'wrong' }> | null> {
  const store = new DisposableStore();
  const pick = store.add(window.createQuickPick<StartItem>());
  pick.title = TITLE;
  pick.placeholder = say`Which connection? Choose one, or paste it here`;
  pick.ignoreFocusOut = true;
  pick.matchOnDescription = true;
  let offered: readonly StartItem[] = [...environmentItems(environment), PASTE];
  const draw = (): void => {
    const text = pick.value;
    pick.items = text.trim() === '' ? offered : [typedItem(text, environment), ...offered];
  };
  draw();
  store.add(pick.onDidChangeValue(draw));
  let isOpen = true;
  store.defer(() => (isOpen = false));
  pick.busy = true;
  // What cannot be looked through is what *Import Topology…* tells of.
  void sources
    .catch(() => [])
    .then((found) => {
      if (!isOpen) return;
      offered = [...found.map(sourceItem), ...offered];
      pick.busy = false;
      draw();
    });
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
function chosen(
  text: string,
  active: StartItem | undefined,
  environment: StartingEnvironment,
): Choice | null {
  const isOther = active !== undefined && !['typed', 'wrong'].includes(active.choice.kind);
  if (isOther || text.trim() === '') return active?.choice ?? null;
  return typedItem(text, environment).choice;
}

function typedItem(text: string, environment: StartingEnvironment): StartItem {
  const start = read(text, environment);
  const wrong = wrongWith(start);
  if (wrong !== null) {
    return { label: `$(warning) ${wrong}`, alwaysShow: true, choice: { kind: 'wrong' } };
  }
  return {
    label: say`$(plug) Use This Connection`,
    description: placeOf(start.params ?? {}),
    alwaysShow: true,
    choice: { kind: 'typed', start },
  };
}

function sourceItem({ label, description, start }: StartSource): StartItem {
  return { label, description, choice: { kind: 'start', start } };
}

function environmentItems(environment: StartingEnvironment): readonly StartItem[] {
  const set = TELLING.find((name) => (environment.variables[name] ?? '') !== '');
  if (set === undefined) return [];
  const start = readStartingPoint('', environment);
  if (start.params === null) return [];
  const description = `${set}=${environment.variables[set] ?? ''}`;
  return [{ label: say`$(terminal) Environment`, description, choice: { kind: 'start', start } }];
}

const PASTE: StartItem = {
  label: say`$(edit) Paste a connection string…`,
  choice: { kind: 'paste' },
};

function read(text: string, environment: StartingEnvironment): StartingPoint {
  return readStartingPoint(text, environment);
}

/** The first thing that is wrong with it; `null`: it will do. */
function wrongWith({ params, problems }: StartingPoint): string | null {
  if (params !== null) return null;
  return (
    problems.find(({ severity }) => severity === 'error')?.message ?? say`This is no connection.`
  );
}

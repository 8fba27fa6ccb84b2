import {
  QuickInputButtons,
  window,
  type Event,
  type InputBox,
  type QuickInput,
  type QuickInputButton,
  type QuickPick,
  type QuickPickItem,
} from 'vscode';
import { DisposableStore } from './disposableStore';
import type { Answer, StepPlace } from './multiStep';

type Value = object | string;

export interface PickItem<T extends Value> extends QuickPickItem {
  /** `null` for a separator. */
  readonly value: T | null;
}

interface PickOptions<T extends Value> {
  readonly place: StepPlace;
  /** A short question. */
  readonly placeholder: string;
  readonly items: readonly PickItem<T>[];
}

/** Asks for one of several. @param isPresent marks what was chosen before */
export async function askOne<T extends Value>(
  options: PickOptions<T> & { readonly isPresent?: (value: T) => boolean },
): Promise<Answer<T>> {
  const pick = makePick(options);
  const present = options.items.find(
    ({ value }) => value !== null && options.isPresent?.(value) === true,
  );
  if (present !== undefined) pick.activeItems = [present];
  return settle(pick, () => pick.selectedItems[0]?.value ?? undefined);
}

interface ManyOptions<T extends Value> extends PickOptions<T> {
  readonly isTicked: (value: T) => boolean;
  /** Whether nothing ticked is an answer as well. */
  readonly mayBeEmpty?: boolean;
  /** Corrects what is ticked, as when one item stands for all others. Gives the same list when nothing is to be corrected. */
  readonly correct?: (ticked: readonly T[], before: readonly T[]) => readonly T[];
}

/** Asks for several; nothing ticked is no answer, unless said otherwise. */
export async function askMany<T extends Value>(
  options: ManyOptions<T>,
): Promise<Answer<readonly T[]>> {
  const pick = makePick(options);
  pick.canSelectMany = true;
  const valuesOf = (items: readonly PickItem<T>[]) =>
    items.flatMap(({ value }) => (value === null ? [] : [value]));
  pick.selectedItems = options.items.filter(
    ({ value }) => value !== null && options.isTicked(value),
  );
  let before = valuesOf(pick.selectedItems);
  const { correct } = options;
  if (correct !== undefined) {
    pick.onDidChangeSelection((items) => {
      const ticked = valuesOf(items);
      const wanted = correct(ticked, before);
      before = [...wanted];
      const isSame =
        wanted.length === ticked.length && wanted.every((value) => ticked.includes(value));
      if (isSame) return;
      pick.selectedItems = options.items.filter(
        ({ value }) => value !== null && wanted.includes(value),
      );
    });
  }
  return settle(pick, () => {
    const ticked = valuesOf(pick.selectedItems);
    return ticked.length === 0 && options.mayBeEmpty !== true ? undefined : ticked;
  });
}

interface TextOptions {
  readonly place: StepPlace;
  /** May follow what is being typed. */
  readonly prompt: string | ((text: string) => string);
  readonly placeholder?: string;
  readonly value: string;
  readonly isPassword?: boolean;
  /** @returns a finished sentence about what is wrong, or `null` */
  readonly validate: (text: string) => string | null;
}

/** Asks for text. */
export async function askText(options: TextOptions): Promise<Answer<string>> {
  const input: InputBox = window.createInputBox();
  prepare(input, options.place);
  input.placeholder = options.placeholder ?? '';
  input.value = options.value;
  input.password = options.isPassword ?? false;
  let isTouched = false;
  const { prompt } = options;
  const check = () => {
    input.prompt = typeof prompt === 'string' ? prompt : prompt(input.value);
    const problem = options.validate(input.value);
    // An empty field that nobody has touched is not yet wrong.
    input.validationMessage = isTouched && problem !== null ? problem : undefined;
    return problem === null;
  };
  check();
  input.onDidChangeValue(() => {
    isTouched = true;
    check();
  });
  return settle(input, () => {
    isTouched = true;
    return check() ? input.value : undefined;
  });
}

function makePick<T extends Value>({
  place,
  placeholder,
  items,
}: PickOptions<T>): QuickPick<PickItem<T>> {
  const pick = window.createQuickPick<PickItem<T>>();
  prepare(pick, place);
  pick.placeholder = placeholder;
  pick.items = items;
  pick.matchOnDescription = true;
  return pick;
}

/** What quick picks and input boxes have in common. */
type StepInput = QuickInput & {
  buttons: readonly QuickInputButton[];
  readonly onDidAccept: Event<void>;
  readonly onDidTriggerButton: Event<QuickInputButton>;
};

function prepare(input: StepInput, place: StepPlace): void {
  input.title = place.title;
  // A single question needs no number.
  if (place.totalSteps > 1) {
    input.step = place.step;
    input.totalSteps = place.totalSteps;
  }
  input.ignoreFocusOut = true;
  input.buttons = place.canGoBack ? [QuickInputButtons.Back] : [];
}

/** Shows it until it is answered, dismissed, or left by the back button. @param read `undefined`: not yet an answer */
async function settle<T>(input: StepInput, read: () => T | undefined): Promise<Answer<T>> {
  const store = new DisposableStore();
  store.add(input);
  try {
    return await new Promise<Answer<T>>((resolve) => {
      store.add(
        input.onDidAccept(() => {
          const answer = read();
          if (answer !== undefined) resolve(answer);
        }),
      );
      store.add(
        input.onDidTriggerButton((button) => {
          if (button === QuickInputButtons.Back) resolve('back');
        }),
      );
      store.add(input.onDidHide(() => resolve(null)));
      input.show();
    });
  } finally {
    store.dispose();
  }
}

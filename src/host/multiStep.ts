/** Where a question stands among those of its command; VS Code writes it as `Create Publication (2/3)`. */
export interface StepPlace {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
  readonly canGoBack: boolean;
}

/** An answer, the button that goes one question back, or `null` for Escape. */
export type Answer<T> = T | 'back' | null;

/** One question of several. */
export interface Step<State> {
  /** Whether it is asked, by what was answered before it. Always, when it is not given. */
  readonly applies?: (state: State) => boolean;
  /** Asks, and gives the state with the answer in it. The state holds what was answered here before, when the user came back. */
  readonly ask: (state: State, place: StepPlace) => Promise<Answer<State>>;
}

/**
 * Asks one question after the other, with a way back.
 * @returns the state after the last one; `null` when the user dismissed any of them
 */
export async function askSteps<State extends object>(
  title: string,
  steps: readonly Step<State>[],
  start: State,
): Promise<State | null> {
  let state = start;
  let at = nextOf(steps, state, 0);
  while (at < steps.length) {
    const step = steps[at];
    if (step === undefined) break;
    const asked = indexesOf(steps, state);
    const answer = await step.ask(state, {
      title,
      step: asked.indexOf(at) + 1,
      totalSteps: asked.length,
      canGoBack: asked.indexOf(at) > 0,
    });
    if (answer === null) return null;
    if (answer === 'back') {
      at = asked[asked.indexOf(at) - 1] ?? at;
    } else {
      state = answer;
      at = nextOf(steps, state, at + 1);
    }
  }
  return state;
}

function indexesOf<State>(steps: readonly Step<State>[], state: State): readonly number[] {
  return [...steps.keys()].filter((index) => steps[index]?.applies?.(state) ?? true);
}

function nextOf<State>(steps: readonly Step<State>[], state: State, from: number): number {
  return indexesOf(steps, state).find((index) => index >= from) ?? steps.length;
}

import { say } from '../../core/say';
import { askNewConnection, alterBy } from '../plans/alterQuestions';
import { pickSubscription } from '../plans/pickSubscription';
import type { Change } from './change';

const TITLE = say`Rotate Password`;

/** Gives a subscription a new password, or another connection, tried first, by a plan. */
export const rotatePassword: Change = async (deps, target) => {
  const chosen = await pickSubscription(deps, target, {
    title: TITLE,
    placeholder: say`Which subscription should get a new password?`,
    lack: say`Rotate Password needs a subscription.`,
    fits: () => true,
  });
  if (chosen === null) return;
  const connection = await askNewConnection(deps, chosen, TITLE, true);
  if (connection !== null) await alterBy(deps, TITLE, chosen, connection);
};

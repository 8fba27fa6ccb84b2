import { escapeIdentifier } from '../sql';
import type { Leftover } from './leftover';
import type { Plan } from './plan';
import { leftoversOfDrop } from './planDropSubscription';
import type { PlanContext } from './requests';
import { shownSql } from './sqlText';

/**
 * The slots that the subscriptions which a plan drops among other things would leave on publishers, to be remembered before
 * it runs, as `leftoversOfDrop` does for one.
 * @param nowMs when the plan was made
 */
export function leftoversOfDrops(
  { steps }: Plan,
  context: PlanContext,
  nowMs: number,
): readonly Leftover[] {
  return [...context.catalogs.values()].flatMap(({ nodeId, subscriptions }) =>
    subscriptions
      .filter(({ name }) => {
        const drop = `DROP SUBSCRIPTION ${escapeIdentifier(name)}`;
        return steps.some(
          (step) =>
            step.nodeId === nodeId &&
            step.statements.some((statement) => shownSql(statement) === drop),
        );
      })
      .flatMap(({ name }) => leftoversOfDrop({ nodeId, name, keepsSlot: false }, context, nowMs)),
  );
}

import { formatTableName } from '../../core/tableName';
import { planResyncTable } from '../../core/plan/planResyncTable';
import { holderName } from '../../core/plan/resyncHolder';
import { isSameTable } from '../../core/plan/tableLookup';
import type { PublicationFacts } from '../../core/facts';
import { say } from '../../core/say';
import type { TableName } from '../../core/topology';
import { askOne } from '../../host/prompts';
import type { CommandDeps } from '../commandDeps';
import { readForChange } from '../plans/changeSubscription';
import { sayNoNode } from '../plans/pickNode';
import { pickSubscription, type SubscriptionChoice } from '../plans/pickSubscription';
import type { Change } from './change';

const TITLE = say`Resync Table`;

/** Copies one table of a subscription anew, by a plan. A row of the tree gives the subscription; the table is asked for. */
export const resyncTable: Change = async (deps, target) => {
  const chosen = await pickSubscription(deps, target, {
    title: TITLE,
    placeholder: say`Which subscription takes the table?`,
    lack: say`Resync Table needs an enabled subscription.`,
    fits: (found) => found === null || found.isEnabled,
  });
  if (chosen === null) return;
  const { topologyId, nodeId, name } = chosen;
  const table = await askTable(deps, chosen);
  if (table === null) return;
  await deps.plans.begin(TITLE, topologyId).carryOut({
    ...readForChange(deps, chosen),
    // All of them: any may point at it by a foreign key.
    definitionsOf: { [nodeId]: null },
    plan: (context) => planResyncTable({ nodeId, subscription: name, table }, context),
  });
};

async function askTable(
  deps: Pick<CommandDeps, 'monitor' | 'runCommand'>,
  { topologyId, nodeId, name, publisherId }: SubscriptionChoice,
): Promise<TableName | null> {
  const snapshot = deps.monitor.current().find(({ id }) => id === topologyId);
  const sampleOf = (id: string | null) => snapshot?.nodes.find((node) => node.id === id)?.sample;
  const { fast, slow } = sampleOf(nodeId) ?? {};
  const tables = slow?.subscriptionTables.filter(({ subscription }) => subscription === name) ?? [];
  const takes = fast?.subscriptions.find((found) => found.name === name)?.publications ?? [];
  const left = leftTables(sampleOf(publisherId)?.slow?.publications ?? [], takes).filter(
    (table) => !tables.some((taken) => isSameTable(taken, table)),
  );
  if (tables.length + left.length === 0) {
    sayNoNode(deps, say`No table of ${name} on ${nodeId} is known.`);
    return null;
  }
  const picked = await askOne<TableName>({
    place: { title: TITLE, step: 1, totalSteps: 1, canGoBack: false },
    placeholder: say`Which table of ${name} should be emptied on ${nodeId} and copied again?`,
    items: [
      ...left.map((table) => ({
        label: `$(table) ${formatTableName(table)}`,
        description: say`not taken yet, or left by a plan that stopped`,
        value: table,
      })),
      ...tables.map((table) => ({
        label: `$(table) ${formatTableName(table)}`,
        description: table.state === 'r' ? say`ready` : say`copying`,
        value: { schema: table.schema, name: table.name },
      })),
    ],
  });
  return picked === 'back' ? null : picked;
}

/** What these publications send, and what a plan took out of one of them for a while. */
function leftTables(
  publications: readonly PublicationFacts[],
  takes: readonly string[],
): readonly TableName[] {
  const holders = takes.map(holderName);
  return publications
    .filter(({ name }) => takes.includes(name) || holders.includes(name))
    .flatMap(({ tables }) => tables.map(({ schema, name }) => ({ schema, name })));
}

import { GUARD_TRIGGER } from '../../queue/queueNames';
import { say } from '../../say';
import { formatTableName } from '../../tableName';
import type { TableName } from '../../topology';
import type { Finding } from '../finding';
import { warningFinding } from '../findingParts';
import { isSameTable } from '../tableLookup';
import type { EdgePair } from './edgeTableFindings';
import { isOurs } from './edgeTables';

/**
 * Triggers of the user's that fire twice for one applied row: for the worker's INSERT, then for the guard's, since triggers fire in
 * the order of their names. @param guarded tables that have a guard, or get one
 */
export function guardFindings(
  guarded: readonly TableName[],
  { edge: { nodeId }, edgeFacts }: EdgePair,
): readonly Finding[] {
  return edgeFacts.triggers
    .filter((one) => !isOurs(one) && (one.fires === 'replica' || one.fires === 'always'))
    .filter(({ name, definition }) => name < GUARD_TRIGGER && BEFORE_INSERT.test(definition))
    .filter(({ table }) => guarded.some((one) => isSameTable(one, table)))
    .map(({ name, table }) =>
      warningFinding(
        'firingTrigger',
        nodeId,
        say`The trigger ${name} of ${formatTableName(table)} on ${nodeId} fires for applied rows, and before the echo guard, which writes the row once more: it fires twice for each.`,
        say`Rename it to sort behind ${GUARD_TRIGGER}, or let it do no harm when it fires twice.`,
      ),
    );
}

/** pg_get_triggerdef() names INSERT first. */
const BEFORE_INSERT = /^CREATE TRIGGER (?:"(?:[^"]|"")*"|[^" ]+) BEFORE INSERT\b.* FOR EACH ROW /su;

import { DECODING_ON_STANDBY_VERSION } from '../optionVersions';
import { say } from '../say';
import { formatTableName } from '../tableName';
import type { Finding } from './finding';
import { errorFinding, listNames, noteFinding, warningFinding } from './findingParts';
import { majorOf, primaryOf } from './nodeFindings';
import type { NodeCatalog } from './nodeCatalog';
import type { PlanContext } from './requests';
import { isSameDatabase, isSameServer } from './sameServer';
import type { SubscribedTable } from './subscribedTables';
import { isSameTable } from './tableLookup';

/** What follows from publisher and subscriber being one server. */
export function sameServerFindings(
  publisher: NodeCatalog,
  subscriber: NodeCatalog,
): readonly Finding[] {
  const [from, to] = [publisher.nodeId, subscriber.nodeId];
  if (isSameDatabase(publisher, subscriber)) {
    return [
      errorFinding(
        'sameServer',
        to,
        say`${from} and ${to} are one database: a subscription would send its own changes back to itself.`,
        say`Choose another publisher.`,
      ),
    ];
  }
  if (!isSameServer(publisher, subscriber)) return [];
  return [
    noteFinding(
      'sameServer',
      to,
      say`${from} and ${to} are one server: a subscription that makes its slot would wait for itself, so the slot is made first, in a step of its own.`,
    ),
  ];
}

/** A standby serves subscriptions from 16 on, and only when its primary helps. */
export function standbyPublisherFindings(
  context: PlanContext,
  publisher: NodeCatalog,
): readonly Finding[] {
  const { nodeId, server } = publisher;
  if (!server.isInRecovery) return [];
  if (server.versionNum < DECODING_ON_STANDBY_VERSION) {
    return [
      errorFinding(
        'standby',
        nodeId,
        say`${nodeId} is a standby on Postgres ${majorOf(publisher)}: a standby as publisher needs 16 or newer.`,
        say`Subscribe to its primary.`,
      ),
    ];
  }
  const primary = primaryOf(context, nodeId);
  return [
    warningFinding(
      'standby',
      // Where what is offered to copy has to run.
      primary,
      say`${nodeId} is a standby: making a slot there waits until its primary has logged its running transactions, also for each table that is copied.`,
      {
        text: say`Run this on ${primary ?? say`the primary`} while the plan waits, and keep hot_standby_feedback on.`,
        copy: 'SELECT pg_catalog.pg_log_standby_snapshot();',
      },
    ),
  ];
}

/** A table that two subscriptions bring into one database is applied twice. */
export function tableTwiceFindings(
  tables: readonly SubscribedTable[],
  subscriber: NodeCatalog,
): readonly Finding[] {
  return subscriber.subscriptions.flatMap((other) => {
    const shared = tables.filter((table) =>
      other.tables.some((taken) => isSameTable(taken, table)),
    );
    if (shared.length === 0) return [];
    return [
      warningFinding(
        'tableTwice',
        subscriber.nodeId,
        say`${other.name} on ${subscriber.nodeId} takes ${listNames(shared.map(formatTableName))} already: where both bring the same row, the second stops with a duplicate key.`,
        say`Take each table by one subscription, unless they bring different rows.`,
      ),
    ];
  });
}

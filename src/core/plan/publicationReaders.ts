import { say } from '../say';
import { escapeIdentifier, escapeLiteral } from '../sql';
import type { Finding } from './finding';
import { errorFinding, ownerFix, warningFinding } from './findingParts';
import {
  subscribersOfPublication,
  subscriberWords,
  type Subscriber,
} from './impacts/subscribersOfPublication';
import type { CatalogPublication, CatalogSubscription, NodeCatalog } from './nodeCatalog';
import { majorOf } from './nodeFindings';
import type { PlanCondition, PlanStep } from './plan';
import type { PlanContext } from './requests';
import { sqlStatement } from './sqlText';
import { subscriptionOwnerFix } from './subscriptionFindings';

/** A subscription that takes a publication and can be changed: its server was read. */
export interface PublicationReader {
  readonly catalog: NodeCatalog;
  readonly subscription: CatalogSubscription;
}

/** Everybody who takes a publication, by what can be done about them. */
export interface PublicationReaders {
  readonly readers: readonly PublicationReader[];
  /** Known to take it, but their servers were not read. */
  readonly unread: readonly Subscriber[];
  /** Take it from a standby of the publisher: when that has a change nobody can wait for here, so no step is made for them. */
  readonly throughStandbys: readonly Subscriber[];
  /** Slots of somebody who is in no file, or is declared as a consumer, and may take it. */
  readonly strangers: readonly string[];
}

/** First version that goes on without a publication that is gone, and loses its rows; those before stop for ever. */
export const LOSES_ROWS_MAJOR = 18;

export function publicationReaders(
  context: PlanContext,
  publisherId: string,
  publication: string,
): PublicationReaders {
  const found = subscribersOfPublication(context, publisherId, publication);
  const all = found.filter(({ through }) => through === null);
  const consumers = context.topology.consumers.filter(({ node }) => node === publisherId);
  return {
    readers: all.flatMap(({ catalog, found }) =>
      catalog === null || found === null ? [] : [{ catalog, subscription: found }],
    ),
    unread: all.filter(({ nodeId, catalog }) => nodeId !== null && catalog === null),
    throughStandbys: found.filter(({ through }) => through !== null),
    strangers: [
      ...all.flatMap(({ nodeId, subscription }) => (nodeId === null ? [subscription] : [])),
      ...consumers.map(({ slot }) => slot),
    ],
  };
}

/** `jobs_sub on edge` */
export function readerWords({ catalog, subscription }: PublicationReader): string {
  return say`${subscription.name} on ${catalog.nodeId}`;
}

/** What keeps a publication from being taken from everybody who reads it. */
export function readerFindings(
  publication: string,
  publisher: NodeCatalog,
  { readers, unread, throughStandbys, strangers }: PublicationReaders,
): readonly Finding[] {
  const { nodeId } = publisher;
  return [
    ...throughStandbys.map((one) =>
      errorFinding(
        'stillTaken',
        one.nodeId,
        say`${subscriberWords(one)} takes ${publication} from ${one.through ?? ''}, a standby of ${nodeId}. Without ${publication}: ${withoutPublication(publisher, publication)}`,
        say`Let it take another publication first, or drop it.`,
      ),
    ),
    ...unread.map((one) =>
      errorFinding(
        'unknownServer',
        one.nodeId,
        say`${one.subscription} on ${one.nodeId ?? ''} takes ${publication}, and ${one.nodeId ?? ''} could not be read.`,
        say`Connect to ${one.nodeId ?? ''} first, so that the plan can change the subscription.`,
      ),
    ),
    ...readers.flatMap((reader) => readerRightFindings(reader)),
    ...strangers.map((slot) =>
      warningFinding(
        'unknownServer',
        nodeId,
        say`Somebody reads the slot ${slot} on ${nodeId} whose publications are not known here. If ${publication} is among them: ${withoutPublication(publisher, publication)}`,
        say`Find out who it is, and let it take another publication first.`,
      ),
    ),
  ];
}

/** What becomes of a subscription whose publication is gone, by version: finished sentence. */
export function withoutPublication(publisher: NodeCatalog, publication: string): string {
  return majorOf(publisher) < LOSES_ROWS_MAJOR
    ? say`it stops with publication "${publication}" does not exist (42704), also when one of that name is made again.`
    : say`what is written from then on never arrives there, with a mere warning in the server log.`;
}

function readerRightFindings({ catalog, subscription }: PublicationReader): readonly Finding[] {
  const { role, nodeId } = catalog;
  if (role.isSuperuser || subscription.isOwned) return [];
  return [
    errorFinding(
      'privilege',
      nodeId,
      say`${subscription.name} on ${nodeId} belongs to ${subscription.owner}, and ${role.name} may not change it (42501).`,
      subscriptionOwnerFix(catalog, subscription.owner),
    ),
  ];
}

/** Whom changing, renaming or dropping a publication needs. */
export function publicationOwnerFindings(
  publication: CatalogPublication,
  { role, nodeId }: NodeCatalog,
): readonly Finding[] {
  if (role.isSuperuser || publication.isOwned) return [];
  return [
    errorFinding(
      'privilege',
      nodeId,
      say`${publication.name} on ${nodeId} belongs to ${publication.owner}, and ${role.name} may not change it (42501).`,
      ownerFix(publication.owner, role.name),
    ),
  ];
}

/** Seeing what others' walsenders run takes pg_read_all_stats: without it nobody can tell when a reader has let go. */
export function mustSeeReaders(
  { role, nodeId }: NodeCatalog,
  { readers }: PublicationReaders,
): readonly Finding[] {
  const sees = ['pg_read_all_stats', 'pg_monitor'].some((name) => role.memberOf.includes(name));
  if (role.isSuperuser || sees || readers.length === 0) return [];
  return [
    errorFinding(
      'privilege',
      nodeId,
      say`${role.name} may not see on ${nodeId} what its subscribers run, so it cannot tell when they have let go of the publication.`,
      {
        text: say`Let a superuser grant it, or name one as "adminUser" in the file.`,
        copy: `GRANT pg_read_all_stats TO ${escapeIdentifier(role.name)};`,
      },
    ),
  ];
}

const WAIT_LIMIT_MS = 120_000;

/** Waits until what all these readers confirmed lies behind now: then they read the catalog as it is, not as it was. */
export function passedStep(
  publisher: NodeCatalog,
  readers: readonly PublicationReader[],
  publication: string,
): PlanStep {
  const { nodeId } = publisher;
  const names = readers.map(readerWords).join(', ');
  const sql = passedSql(readers.map(({ subscription }) => subscription.slotName));
  return waitStep(nodeId, {
    title: say`Wait until subscribers have passed the making of ${publication}`,
    effect: say`${names} asks for ${publication} only after that: earlier, the publisher would look for it in the past and not find it.`,
    sql,
    otherwise: say`${names} lags behind ${nodeId}, or is stopped. Run the plan again when it has caught up.`,
  });
}

/** Asks whether what the readers of these slots confirmed lies behind a moment ago. No slot: yes. */
export function passedSql(slots: readonly (string | null)[]): string {
  // The sleep stands between reading the position and asking who has come there.
  return `SELECT COALESCE((SELECT pg_catalog.bool_and(s.confirmed_flush_lsn >= l.lsn)
    FROM pg_catalog.pg_replication_slots AS s WHERE s.slot_name IN (${slotNames(slots)})), true)
  FROM (SELECT pg_catalog.pg_current_wal_lsn() AS lsn OFFSET 0) AS l
  CROSS JOIN LATERAL (SELECT pg_catalog.pg_sleep(1) WHERE l.lsn IS NOT NULL OFFSET 0) AS w`;
}

/** Waits until no walsender of these readers was started for the publication. */
export function releasedStep(
  publisher: NodeCatalog,
  readers: readonly PublicationReader[],
  publication: string,
): PlanStep {
  const { nodeId } = publisher;
  const names = readers.map(readerWords).join(', ');
  return waitStep(nodeId, {
    title: say`Wait until subscribers have let go of ${publication}`,
    effect: say`${names} has started anew without ${publication}; dropped earlier, rows on their way would be lost or stop it.`,
    ...releasedCheck(publisher, readers, publication),
  });
}

/** That no walsender of these readers was started for the publication. */
export function releasedCheck(
  { nodeId }: NodeCatalog,
  readers: readonly PublicationReader[],
  publication: string,
): PlanCondition {
  // As the subscriber's server writes it into START_REPLICATION: an identifier within a literal.
  const quoted = escapeIdentifier(publication).replaceAll("'", "''").replaceAll('\\', '\\\\');
  return {
    sql: `SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_replication_slots AS s
    JOIN pg_catalog.pg_stat_activity AS a ON a.pid = s.active_pid
   WHERE s.slot_name IN (${slotList(readers)})
     AND pg_catalog.strpos(a.query, ${escapeLiteral(quoted)}) > 0)`,
    otherwise: say`A subscriber still reads ${publication} from ${nodeId}. Run the plan again in a moment.`,
  };
}

/** A step that changes nothing and waits until `sql` says true. */
export function waitStep(
  nodeId: string,
  {
    title,
    effect,
    sql,
    otherwise,
  }: PlanCondition & { readonly title: string; readonly effect: string },
): PlanStep {
  return {
    nodeId,
    title,
    effect,
    risk: 'safe',
    // Changes nothing; by hand it is run until it says true.
    statements: [sqlStatement(sql)],
    isTransactional: false,
    statementLimitMs: null,
    precondition: null,
    effectCheck: null,
    settle: { sql, otherwise, limitMs: WAIT_LIMIT_MS },
    undo: [],
    undoNote: null,
  };
}

function slotList(readers: readonly PublicationReader[]): string {
  return slotNames(readers.map(({ subscription }) => subscription.slotName));
}

function slotNames(names: readonly (string | null)[]): string {
  const slots = names.flatMap((name) => name ?? []);
  return slots.length === 0 ? 'NULL' : slots.map(escapeLiteral).join(', ');
}

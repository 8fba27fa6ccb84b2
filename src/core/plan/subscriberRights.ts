import { say } from '../say';
import { escapeIdentifier } from '../sql';
import { formatTableName } from '../tableName';
import type { Finding } from './finding';
import { errorFinding, listNames } from './findingParts';
import { majorOf, roleWords } from './nodeFindings';
import type { NodeCatalog } from './nodeCatalog';
import { holdsPassword } from './publisherLogin';
import type { CreateSubscriptionRequest } from './requests';
import type { SubscribedTable } from './subscribedTables';
import { relationOf } from './tableLookup';

/** First version in which others than superusers may create subscriptions. */
const DELEGATED = 16;

/** What the role that runs the plan must be allowed on the subscriber, by version. */
export function subscriberRightFindings(
  request: CreateSubscriptionRequest,
  subscriber: NodeCatalog,
  tables: readonly SubscribedTable[],
): readonly Finding[] {
  const { role, nodeId } = subscriber;
  if (role.isSuperuser) return [];
  if (majorOf(subscriber) < DELEGATED) {
    return [
      errorFinding(
        'privilege',
        nodeId,
        say`On Postgres ${majorOf(subscriber)} only a superuser may create a subscription, and ${role.name} on ${nodeId} is none (42501).`,
        say`Name a superuser as "adminUser" in the file.`,
      ),
    ];
  }
  return [
    ...membershipFindings(subscriber),
    ...passwordFindings(request, subscriber),
    ...(request.options['runAsOwner'] === true ? [] : ownerFindings(subscriber, tables)),
  ];
}

/** Whom the step on the subscriber runs as, and what it must be allowed to do. */
export function subscriberPrivilege(subscriber: NodeCatalog): string {
  const { nodeId, server } = subscriber;
  const needs =
    majorOf(subscriber) < DELEGATED
      ? say`must be a superuser`
      : say`must be a superuser, or a member of pg_create_subscription that may create in the database ${server.database} and set its role to the owner of each target table`;
  return say`${nodeId}: the role ${needs}. It runs as ${roleWords(subscriber)}.`;
}

function membershipFindings({ role, nodeId, server }: NodeCatalog): readonly Finding[] {
  const name = escapeIdentifier(role.name);
  return [
    ...(role.canCreateSubscription
      ? []
      : [
          errorFinding(
            'privilege',
            nodeId,
            say`${role.name} on ${nodeId} is neither a superuser nor a member of pg_create_subscription (42501).`,
            {
              text: say`Let a superuser grant it.`,
              copy: `GRANT pg_create_subscription TO ${name};`,
            },
          ),
        ]),
    ...(role.canCreateInDatabase
      ? []
      : [
          errorFinding(
            'privilege',
            nodeId,
            say`${role.name} may not create anything in the database ${server.database} on ${nodeId} (42501).`,
            {
              text: say`Grant it.`,
              copy: `GRANT CREATE ON DATABASE ${escapeIdentifier(server.database)} TO ${name};`,
            },
          ),
        ]),
  ];
}

function passwordFindings(
  request: CreateSubscriptionRequest,
  { role, nodeId }: NodeCatalog,
): readonly Finding[] {
  if (request.options['passwordRequired'] === false) {
    return [
      errorFinding(
        'privilege',
        nodeId,
        say`Only a superuser may set password_required = false, and ${role.name} on ${nodeId} is none (42501).`,
        say`Leave the option out, or name a superuser as "adminUser" in the file.`,
      ),
    ];
  }
  if (holdsPassword(request)) return [];
  return [
    errorFinding(
      'privilege',
      nodeId,
      say`${role.name} on ${nodeId} is no superuser: the connection must hold a password, and ${request.publisherId} must ask for it.`,
      say`Give a password, or name a superuser as "adminUser" in the file.`,
    ),
  ];
}

/** Changes are applied in the role of each table's owner. */
function ownerFindings(
  subscriber: NodeCatalog,
  tables: readonly SubscribedTable[],
): readonly Finding[] {
  const { role, nodeId } = subscriber;
  const foreign = tables
    .flatMap((table) => relationOf(subscriber, table) ?? [])
    .filter(({ owner }) => !role.memberOf.includes(owner));
  if (foreign.length === 0) return [];
  const owners = [...new Set(foreign.map(({ owner }) => owner))];
  return [
    errorFinding(
      'privilege',
      nodeId,
      say`${role.name} cannot take the role of ${listNames(owners)}, who owns ${listNames(foreign.map(formatTableName))} on ${nodeId}: the subscription would stop at the first row (42501).`,
      {
        text: say`Grant ${owners.length === 1 ? say`that role` : say`those roles`} to ${role.name}, or use the option runAsOwner.`,
        copy: owners
          .map((owner) => `GRANT ${escapeIdentifier(owner)} TO ${escapeIdentifier(role.name)};`)
          .join('\n'),
      },
    ),
  ];
}

import { say } from '../say';
import { isOpenSecret, unfitValueFindings } from './connectionValues';
import type { Finding } from './finding';
import { errorFinding, noteFinding, warningFinding } from './findingParts';
import type { NodeCatalog } from './nodeCatalog';
import type { ConnectionTest, SubscriptionRequest } from './requests';
import type { ConninfoItem } from './sqlText';

/** A new connection for a subscription that exists. */
export interface NewConnection extends SubscriptionRequest {
  readonly publisherId: string | null;
  readonly connection: readonly ConninfoItem[];
  readonly connectionTest: ConnectionTest;
}

/** What speaks against giving a subscription this connection: with one that does not work it stops. */
export function newConnectionFindings(
  request: NewConnection,
  publisher: NodeCatalog | null,
  subscriber: NodeCatalog,
): readonly Finding[] {
  const { connection, nodeId } = request;
  const isOpen = connection.some(isOpenSecret);
  return [
    ...(isOpen
      ? [
          errorFinding(
            'wrongConninfo',
            nodeId,
            say`The connection holds a password as text.`,
            say`Give the password when it is asked for.`,
          ),
        ]
      : []),
    ...unfitValueFindings(nodeId, connection),
    ...testFindings(request, publisher),
    ...placeFindings(request, publisher),
    ...passwordFindings(request, subscriber),
  ];
}

function testFindings(
  { name, nodeId, connectionTest: test, publisherId }: NewConnection,
  publisher: NodeCatalog | null,
): readonly Finding[] {
  const from = publisherId ?? say`its publisher`;
  switch (test.kind) {
    case 'failed':
      return [
        errorFinding(
          'wrongConninfo',
          nodeId,
          say`The new connection to ${from} does not work: ${test.failure.text}`,
          test.failure.advice,
        ),
      ];
    case 'notTried':
      return [
        warningFinding(
          'untestedConninfo',
          nodeId,
          say`The new connection to ${from} was not tried: ${test.why}`,
          say`When it does not work, ${name} stops until it gets one that does; nothing is lost meanwhile.`,
        ),
      ];
    case 'passed': {
      const expected = publisher?.server.systemIdentifier ?? test.systemIdentifier;
      if (test.systemIdentifier === expected) return [];
      return [
        errorFinding(
          'wrongConninfo',
          nodeId,
          say`The new connection leads to another server than ${from}: its system identifier is ${test.systemIdentifier}, that of ${from} is ${expected}.`,
          say`Correct host and port of the connection.`,
        ),
      ];
    }
  }
}

/** The slot of the subscription is in one database. */
function placeFindings(
  { connection, nodeId }: NewConnection,
  publisher: NodeCatalog | null,
): readonly Finding[] {
  const dbname = connection.find(({ keyword }) => keyword === 'dbname')?.value;
  if (publisher === null || typeof dbname !== 'string') return [];
  if (dbname === publisher.server.database) return [];
  return [
    errorFinding(
      'wrongConninfo',
      nodeId,
      say`The new connection leads to the database ${dbname}, but ${publisher.nodeId} is ${publisher.server.database}.`,
      say`Write dbname=${publisher.server.database}.`,
    ),
  ];
}

/** Where a password in a subscription can be read. */
function passwordFindings(
  { connection }: NewConnection,
  { nodeId, role }: NodeCatalog,
): readonly Finding[] {
  if (!connection.some(({ keyword }) => keyword === 'password')) return [];
  const stored = say`The password is stored in clear in pg_subscription of ${nodeId}, where superusers and members of pg_read_all_data can read it, and pg_dump writes it out.`;
  const fix = say`A passfile or service on the host of ${nodeId} keeps it out (passfile=…, service=…).`;
  if (role.isSuperuser) return [noteFinding('passwordExposed', nodeId, stored, fix)];
  return [
    warningFinding(
      'passwordExposed',
      nodeId,
      say`${stored} If ALTER SUBSCRIPTION fails, the server also writes it to its log, which only a superuser's session can prevent.`,
      say`Let a superuser change it ("adminUser" in the file).`,
    ),
  ];
}

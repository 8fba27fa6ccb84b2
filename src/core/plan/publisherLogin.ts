import { say } from '../say';
import { escapeIdentifier } from '../sql';
import { formatTableName } from '../tableName';
import { isOpenSecret, unfitValueFindings } from './connectionValues';
import type { Finding } from './finding';
import { errorFinding, listNames, noteFinding, warningFinding } from './findingParts';
import type { NodeCatalog, RelationFacts } from './nodeCatalog';
import type { CreateSubscriptionRequest } from './requests';
import type { SubscribedTable } from './subscribedTables';

/** The role that the subscription logs in as; `null` when the connection does not say. */
export function loginRoleOf(request: CreateSubscriptionRequest): string | null {
  const user = request.connection.find(({ keyword }) => keyword === 'user')?.value;
  return typeof user === 'string' && user !== '' ? user : null;
}

/** Whether the connection carries a password, which a person gives when the plan runs. */
export function holdsPassword(request: CreateSubscriptionRequest): boolean {
  return request.connection.some(({ keyword }) => keyword === 'password');
}

/** What came of trying the address, and what is known of it without trying. */
export function connectionFindings(
  request: CreateSubscriptionRequest,
  publisher: NodeCatalog,
  subscriber: NodeCatalog,
): readonly Finding[] {
  const { connectionTest: test, publisherId, nodeId } = request;
  const findings: Finding[] = [];
  if (request.connection.some(isOpenSecret)) {
    findings.push(
      errorFinding(
        'wrongConninfo',
        nodeId,
        say`The connection holds a password as text.`,
        say`Give the password when it is asked for.`,
      ),
    );
  }
  findings.push(...unfitValueFindings(nodeId, request.connection));
  if (test.kind === 'failed') {
    const { failure } = test;
    findings.push(
      errorFinding(
        'wrongConninfo',
        nodeId,
        say`The connection to ${publisherId} does not work: ${failure.text}`,
        failure.advice,
      ),
    );
  }
  if (test.kind === 'notTried') {
    findings.push(
      warningFinding(
        'untestedConninfo',
        nodeId,
        say`The connection to ${publisherId} was not tried: ${test.why}`,
        say`When it does not work, nothing is created on ${nodeId}, and the server says why.`,
      ),
    );
  }
  if (test.kind === 'passed' && test.systemIdentifier !== publisher.server.systemIdentifier) {
    findings.push(
      errorFinding(
        'wrongConninfo',
        nodeId,
        say`The connection leads to another server than ${publisherId}: its system identifier is ${test.systemIdentifier}, that of ${publisherId} is ${publisher.server.systemIdentifier}.`,
        say`Correct host and port of the connection.`,
      ),
    );
  }
  return [...findings, ...databaseFindings(request, publisher), ...exposure(request, subscriber)];
}

/** A publisher's publications are those of one database. */
function databaseFindings(
  request: CreateSubscriptionRequest,
  publisher: NodeCatalog,
): readonly Finding[] {
  const dbname = request.connection.find(({ keyword }) => keyword === 'dbname')?.value;
  if (typeof dbname !== 'string' || dbname === publisher.server.database) return [];
  return [
    errorFinding(
      'wrongConninfo',
      request.nodeId,
      say`The connection leads to the database ${dbname}, but ${publisher.nodeId} is ${publisher.server.database}.`,
      say`Write dbname=${publisher.server.database}.`,
    ),
  ];
}

/** Where a password in a subscription can be read. */
function exposure(
  request: CreateSubscriptionRequest,
  { nodeId, role }: NodeCatalog,
): readonly Finding[] {
  if (!holdsPassword(request)) return [];
  const stored = say`The password is stored in clear in pg_subscription of ${nodeId}, where superusers and members of pg_read_all_data can read it, and pg_dump writes it out.`;
  const fix = say`A passfile or service on the host of ${nodeId} keeps it out (passfile=…, service=…).`;
  if (role.isSuperuser) return [noteFinding('passwordExposed', nodeId, stored, fix)];
  return [
    warningFinding(
      'passwordExposed',
      nodeId,
      say`${stored} If CREATE SUBSCRIPTION fails, the server also writes it to its log, which only a superuser's session can prevent.`,
      say`Let a superuser create it ("adminUser" in the file).`,
    ),
  ];
}

/** What the role that the subscription logs in as must be allowed on the publisher. */
export function loginRoleFindings(
  request: CreateSubscriptionRequest,
  publisher: NodeCatalog,
  tables: readonly SubscribedTable[],
): readonly Finding[] {
  const { nodeId } = publisher;
  const name = loginRoleOf(request);
  if (name === null) {
    return [
      noteFinding(
        'privilege',
        nodeId,
        say`The connection does not say which role logs in on ${nodeId}; it needs REPLICATION, and SELECT on each table.`,
      ),
    ];
  }
  const role = publisher.roles.find((candidate) => candidate.name === name);
  if (role === undefined) {
    return [
      errorFinding(
        'privilege',
        nodeId,
        say`${nodeId} has no role ${name} that may log in (28000).`,
        {
          text: say`Create it on ${nodeId}, with a password if the server asks for one.`,
          copy: `CREATE ROLE ${escapeIdentifier(name)} LOGIN REPLICATION;`,
        },
      ),
    ];
  }
  if (role.isSuperuser) return [];
  return [
    ...(role.isReplication
      ? []
      : [
          errorFinding(
            'privilege',
            nodeId,
            say`${name} on ${nodeId} lacks the attribute REPLICATION, so the subscription cannot stream (42501).`,
            {
              text: say`Give it to ${name}.`,
              copy: `ALTER ROLE ${escapeIdentifier(name)} REPLICATION;`,
            },
          ),
        ]),
    ...(request.copyData ? unreadableTableFindings(name, nodeId, tables) : []),
  ];
}

/** Without SELECT the subscription is created, and every table stays in its first copy for ever. */
export function unreadableTableFindings(
  role: string,
  nodeId: string,
  tables: readonly SubscribedTable[],
): readonly Finding[] {
  const closed = tables
    .map(({ relation }) => relation)
    .filter((relation) => relation !== null)
    .filter(({ notReadableBy }) => notReadableBy.includes(role));
  if (closed.length === 0) return [];
  return [
    errorFinding(
      'privilege',
      nodeId,
      say`${role} may not read ${listNames(closed.map(formatTableName))} on ${nodeId}: the copy would fail again and again (42501).`,
      { text: say`Grant it on ${nodeId}.`, copy: grants(role, closed) },
    ),
  ];
}

function grants(role: string, tables: readonly RelationFacts[]): string {
  const to = escapeIdentifier(role);
  const schemas = [...new Set(tables.map(({ schema }) => schema))];
  return [
    ...schemas.map((schema) => `GRANT USAGE ON SCHEMA ${escapeIdentifier(schema)} TO ${to};`),
    `GRANT SELECT ON ${tables
      .map((table) => `${escapeIdentifier(table.schema)}.${escapeIdentifier(table.name)}`)
      .join(', ')} TO ${to};`,
  ].join('\n');
}

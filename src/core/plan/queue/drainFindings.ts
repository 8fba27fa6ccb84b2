import { escapeIdentifier, qualifiedName } from '../../sql';
import { formatTableName } from '../../tableName';
import type { TableName } from '../../topology';
import type { Finding } from '../finding';
import { NO_CHARACTERS, noCharactersSentence } from '../../queue/noCharacters';
import { say } from '../../say';
import { errorFinding, noteFinding, warningFinding } from '../findingParts';
import type { NodeCatalog, RelationFacts } from '../nodeCatalog';
import { isSameTable } from '../tableLookup';
import type { QueueFacts } from './queueFacts';
import type { SetUpEdgeRequest } from './setUpEdgeRequest';

/** Both ends of a queue. */
interface DrainedPair {
  readonly edge: NodeCatalog;
  readonly primary: NodeCatalog;
  readonly edgeFacts: QueueFacts;
  readonly primaryFacts: QueueFacts;
}

/** Times decide by what the primary holds, so its column counts; without a zone it tells no time that two servers share. */
export function policyFindings(
  table: SetUpEdgeRequest['tables'][number],
  there: RelationFacts,
  { nodeId }: NodeCatalog,
  isOfApplication: boolean,
): readonly Finding[] {
  const name = formatTableName(table);
  const column = there.columns.find((one) => one.name === 'updated_at');
  if (column !== undefined && /^timestamp(?:\(\d\))? with time zone$/u.test(column.type)) return [];
  if (table.policy === 'newest-wins') {
    return [
      errorFinding(
        'missingColumn',
        nodeId,
        column === undefined
          ? say`${name} on ${nodeId} has no column updated_at, so "newest-wins" cannot tell what is newer.`
          : say`updated_at of ${name} on ${nodeId} is ${column.type}, so "newest-wins" cannot tell what is newer.`,
        column === undefined
          ? say`Give it one of type timestamptz, or choose another policy.`
          : {
              text: say`Make it timestamptz, with the zone that it was written in for UTC, or choose another policy.`,
              copy: `ALTER TABLE ${qualifiedName(table)} ALTER COLUMN updated_at TYPE timestamptz USING updated_at AT TIME ZONE 'UTC';`,
            },
      ),
    ];
  }
  const usesTime = table.policy === 'merge' || isOfApplication;
  if (!usesTime || column?.type.includes('without time zone') !== true) return [];
  return [
    warningFinding(
      'columnType',
      nodeId,
      say`updated_at of ${name} on ${nodeId} is ${column.type}, which tells no time that two servers share: it is not looked at, so more writes become conflicts.`,
      {
        text: say`Make it timestamptz, with the zone that it was written in for UTC.`,
        copy: `ALTER TABLE ${qualifiedName(table)} ALTER COLUMN updated_at TYPE timestamptz USING updated_at AT TIME ZONE 'UTC';`,
      },
    ),
  ];
}

/** What the drainer would not see there, and so would take for gone. */
export function rowSecurityFindings(
  { drainer }: SetUpEdgeRequest,
  table: TableName,
  { nodeId, role }: NodeCatalog,
  { rowSecurity }: QueueFacts,
): readonly Finding[] {
  const secured = rowSecurity?.find((one) => isSameTable(one, table));
  const name = drainer?.name ?? role.name;
  if (secured === undefined || secured.exempt.includes(name)) return [];
  return [
    warningFinding(
      'privilege',
      nodeId,
      say`${formatTableName(table)} on ${nodeId} has row-level security, which holds for ${name} too: a drain stops there (42501), since it would not see every row.`,
      {
        text: say`Let ${name} pass it once it exists; only a superuser may.`,
        copy: `ALTER ROLE ${escapeIdentifier(name)} BYPASSRLS;`,
      },
    ),
  ];
}

/** A server that does not know which characters its bytes are sends them as they are, and one byte that is no UTF-8 stops a drain. */
export function encodingFindings({
  edge,
  primary,
  edgeFacts,
  primaryFacts,
}: DrainedPair): readonly Finding[] {
  if (edgeFacts.encoding === NO_CHARACTERS) {
    return [errorFinding('columnType', edge.nodeId, noCharactersSentence(edge.nodeId), null)];
  }
  const there = primaryFacts.encoding;
  if (there === NO_CHARACTERS) {
    return [
      warningFinding(
        'columnType',
        primary.nodeId,
        say`The database on ${primary.nodeId} is SQL_ASCII, which knows no characters: what meets a text there that is not UTF-8 is dead (22021).`,
        say`Move it into a database with the encoding UTF8.`,
      ),
    ];
  }
  if (there === undefined || there === 'UTF8' || there === edgeFacts.encoding) return [];
  return [
    noteFinding(
      'columnType',
      primary.nodeId,
      say`The database on ${primary.nodeId} is ${there}, the one on ${edge.nodeId} ${edgeFacts.encoding ?? say`another`}: a character that ${there} does not have makes its write dead (22P05).`,
      null,
    ),
  ];
}

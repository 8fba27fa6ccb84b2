import * as z from 'zod/mini';
import { ServerFailure } from '../../../core/failure';
import { describeFailure } from '../../../core/failureText';
import type { NodeCatalog } from '../../../core/plan/nodeCatalog';
import type { CancelSignal } from '../../../core/ports/cancelSignal';
import type { SqlSession, SqlStatement } from '../../../core/ports/sqlSession';
import type { FailureSubject } from '../../errors/toFailure';
import type { ServerProbe } from '../features';
import type { ServerFeatures } from '../part';
import { identityPart } from './identity';
import { checkedRolesPart } from './checkedRoles';
import { loginRolesPart } from './loginRoles';
import { planPublicationsPart } from './publications';
import { readRelation, relationsStatement } from './relations';
import { planRolePart } from './role';
import { schemasPart } from './schemas';
import { planSettingsPart } from './settings';
import { planSlotsPart } from './slots';
import { planSubscriptionsPart } from './subscriptions';
import { userTypesPart } from './types';
import { writersPart } from './writers';

export interface CatalogRequest {
  readonly subject: FailureSubject;
  readonly probe: Pick<ServerProbe, 'features'>;
  readonly rolesToCheck: readonly string[];
}

/** Reads what planners need of a node, in two statements. @throws ServerFailure */
export async function readNodeCatalog(
  session: Pick<SqlSession, 'query'>,
  request: CatalogRequest,
  signal?: CancelSignal,
): Promise<NodeCatalog> {
  const { subject, probe, rolesToCheck } = request;
  const readAtMs = Date.now();
  const rows = await session.query(serverStatement(probe.features, rolesToCheck), signal);
  const server = parsed(subject, () => readServer(rows.rows[0]));
  const names = server.checkedRoles.map(({ name }) => name);
  const relations = await session.query(relationsStatement(names), signal);
  return parsed(subject, () => ({
    nodeId: subject.nodeId,
    readAtMs,
    ...server,
    relations: relations.rows.map(readRelation),
  }));
}

function parsed<T>(subject: FailureSubject, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ServerFailure(
      describeFailure('other', { ...subject, detail: 'its catalog could not be read' }),
      { cause: error },
    );
  }
}

function serverStatement(features: ServerFeatures, rolesToCheck: readonly string[]): SqlStatement {
  return {
    text: `
SELECT ${identityPart.sql(features)} AS "server",
  ${planRolePart.sql(features)} AS "role",
  ${planSettingsPart.sql(features)} AS "settings",
  ${schemasPart.sql(features)} AS "schemas",
  ${planPublicationsPart.sql(features)} AS "publications",
  ${planSubscriptionsPart.sql(features)} AS "subscriptions",
  ${planSlotsPart.sql(features)} AS "slots",
  ${loginRolesPart.sql(features)} AS "roles",
  ${checkedRolesPart.sql(features)} AS "checkedRoles",
  ${writersPart.sql(features)} AS "writers",
  ${userTypesPart.sql(features)} AS "userTypes"`,
    values: [rolesToCheck],
  };
}

const rowSchema = z.object({
  server: identityPart.schema,
  role: planRolePart.schema,
  settings: planSettingsPart.schema,
  schemas: schemasPart.schema,
  publications: planPublicationsPart.schema,
  subscriptions: planSubscriptionsPart.schema,
  slots: planSlotsPart.schema,
  roles: loginRolesPart.schema,
  checkedRoles: checkedRolesPart.schema,
  writers: writersPart.schema,
  userTypes: userTypesPart.schema,
});

function readServer(row: unknown): Omit<NodeCatalog, 'nodeId' | 'readAtMs' | 'relations'> {
  const raw = rowSchema.parse(row);
  return {
    server: identityPart.normalise(raw.server),
    role: planRolePart.normalise(raw.role),
    settings: planSettingsPart.normalise(raw.settings),
    schemas: schemasPart.normalise(raw.schemas),
    publications: planPublicationsPart.normalise(raw.publications),
    subscriptions: planSubscriptionsPart.normalise(raw.subscriptions),
    slots: planSlotsPart.normalise(raw.slots),
    roles: loginRolesPart.normalise(raw.roles),
    checkedRoles: checkedRolesPart.normalise(raw.checkedRoles),
    writers: writersPart.normalise(raw.writers),
    userTypes: userTypesPart.normalise(raw.userTypes),
  };
}

import { planCreateSubscription } from '../../../../src/core/plan/planCreateSubscription';
import type { CreateSubscriptionRequest } from '../../../../src/core/plan/requests';
import { catalog, context, publication, table, type CatalogChange } from './catalogs';

/** As the usual request has it. */
export const CONNECTION = [
  { keyword: 'host', value: 'central.internal' },
  { keyword: 'dbname', value: 'app' },
  { keyword: 'user', value: 'replication_user' },
];
/** The first step where something is made before the subscription. */
export const PROBE = [
  `edge: CREATE SUBSCRIPTION "pgtopology_probe"
  CONNECTION 'host=''central.internal'' dbname=''app'' user=''replication_user'''
  PUBLICATION "pgtopology_probe"
  WITH (connect = true, enabled = false, create_slot = false, slot_name = NONE, copy_data = false)`,
  'edge: DROP SUBSCRIPTION "pgtopology_probe"',
];
/** One that is asked for when the plan runs. */
export const PASSWORD = { keyword: 'password', value: { secret: 'publisherPassword' } };

/** The usual request but for what is given. */
export function request(
  change: Partial<CreateSubscriptionRequest> = {},
): CreateSubscriptionRequest {
  return {
    nodeId: 'edge',
    name: 'jobs_sub',
    publisherId: 'central',
    publications: ['jobs_pub'],
    connection: CONNECTION,
    connectionTest: { kind: 'passed', systemIdentifier: 'system of central' },
    slotName: 'jobs_sub',
    usesExistingSlot: false,
    copyData: true,
    options: {},
    ...change,
  };
}

/** Two servers that the usual request fits. */
export function contextOf(central: CatalogChange = {}, edge: CatalogChange = {}) {
  return context([
    catalog('central', {
      relations: [table('jobs')],
      publications: [publication('jobs_pub', ['jobs'])],
      ...central,
    }),
    catalog('edge', { relations: [table('jobs')], ...edge }),
  ]);
}

/** The plan of a request that differs, on servers that differ. */
export function planOf(
  change: Partial<CreateSubscriptionRequest> = {},
  central: CatalogChange = {},
  edge: CatalogChange = {},
) {
  return planCreateSubscription(request(change), contextOf(central, edge));
}

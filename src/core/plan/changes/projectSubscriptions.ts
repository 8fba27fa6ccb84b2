import type { TableName } from '../../topology';
import type { CatalogSlot, CatalogSubscription, NodeCatalog, ServerSettings } from '../nodeCatalog';
import type { CreateSubscriptionRequest } from '../requests';
import { isSameTable } from '../tableLookup';

/** The subscriber once a subscription was made there; its tables are about to be copied. */
export function withSubscription(
  catalog: NodeCatalog,
  request: CreateSubscriptionRequest,
  tables: readonly TableName[],
): NodeCatalog {
  const { role, settings } = catalog;
  const { enabled, ...options } = request.options;
  const made: CatalogSubscription = {
    name: request.name,
    owner: role.name,
    isOwned: true,
    isOwnerSuperuser: role.isSuperuser,
    isEnabled: enabled !== false,
    slotName: request.slotName,
    publications: request.publications,
    tables: listed(tables, request.copyData ? 'i' : 'r'),
    oid: 0,
    options: Object.fromEntries(
      Object.entries(options).filter(
        (entry): entry is [string, boolean | string] =>
          typeof entry[1] === 'boolean' || typeof entry[1] === 'string',
      ),
    ),
    skipLsn: null,
  };
  return {
    ...catalog,
    subscriptions: [...catalog.subscriptions, made].sort((a, b) => (a.name < b.name ? -1 : 1)),
    settings: {
      ...settings,
      logicalWorkersUsed: more(settings.logicalWorkersUsed),
      replicationOriginsUsed: more(settings.replicationOriginsUsed),
    },
  };
}

/** The publisher once a subscription took a slot there, which is made where it was not. */
export function withReader(catalog: NodeCatalog, slotName: string): NodeCatalog {
  const { settings } = catalog;
  const isThere = catalog.slots.some(({ name }) => name === slotName);
  return {
    ...catalog,
    slots: isThere
      ? catalog.slots.map((slot) => (slot.name === slotName ? { ...slot, isActive: true } : slot))
      : [...catalog.slots, slotOf(catalog, slotName)].sort(byName),
    settings: { ...settings, walSendersUsed: more(settings.walSendersUsed) },
  };
}

/** The upstream once a physical slot was made there. */
export function withPhysicalSlot(catalog: NodeCatalog, slotName: string): NodeCatalog {
  const slot = slotOf(catalog, slotName);
  return {
    ...catalog,
    slots: [
      ...catalog.slots,
      { ...slot, type: 'physical' as const, plugin: null, database: null, isActive: false },
    ].sort(byName),
  };
}

/** The subscriber once a subscription was changed. Members that `change` leaves out stay. */
export function withChangedSubscription(
  catalog: NodeCatalog,
  name: string,
  change: Partial<Pick<CatalogSubscription, 'publications' | 'isEnabled' | 'options'>>,
): NodeCatalog {
  return {
    ...catalog,
    subscriptions: catalog.subscriptions.map((subscription) =>
      subscription.name === name ? { ...subscription, ...change } : subscription,
    ),
  };
}

/** The subscriber once a subscription was refreshed: it takes exactly these tables, new ones about to be copied. */
export function withRefreshedSubscription(
  catalog: NodeCatalog,
  name: string,
  tables: readonly TableName[],
): NodeCatalog {
  return {
    ...catalog,
    subscriptions: catalog.subscriptions.map((subscription) => {
      if (subscription.name !== name) return subscription;
      const kept = subscription.tables.filter((taken) =>
        tables.some((table) => isSameTable(table, taken)),
      );
      const fresh = tables.filter(
        (table) => !subscription.tables.some((taken) => isSameTable(taken, table)),
      );
      return { ...subscription, tables: [...kept, ...listed(fresh, 'i')] };
    }),
  };
}

/** The subscriber once a subscription is gone. */
export function withoutSubscription(catalog: NodeCatalog, name: string): NodeCatalog {
  return {
    ...catalog,
    subscriptions: catalog.subscriptions.filter((subscription) => subscription.name !== name),
  };
}

function byName(a: CatalogSlot, b: CatalogSlot): number {
  return a.name < b.name ? -1 : 1;
}

function listed(tables: readonly TableName[], state: string): CatalogSubscription['tables'] {
  return tables.map(({ schema, name }) => ({ schema, name, state }));
}

function more(used: ServerSettings['walSendersUsed']): number | null {
  return used === null ? null : used + 1;
}

function slotOf({ server }: NodeCatalog, name: string): CatalogSlot {
  return {
    name,
    type: 'logical',
    plugin: 'pgoutput',
    database: server.database,
    isTemporary: false,
    isActive: true,
    reader: null,
    walStatus: 'reserved',
    restartLsn: null,
    confirmedFlushLsn: null,
    retainedWalBytes: null,
    safeWalBytes: null,
    isTwoPhase: false,
    inactiveSinceMs: null,
    invalidationReason: null,
    isFailover: null,
    isSynced: null,
  };
}

import { say } from '../say';
import { formatTableName } from '../tableName';
import type { TableName } from '../topology';
import { onlyColumns } from './changes/onlyColumns';
import { republished } from './changes/projectPublications';
import { withCopiedTable } from './changes/projectRelations';
import { copyTables } from './copyTables';
import type { Finding } from './finding';
import { errorFinding, listNames } from './findingParts';
import type { NodeCatalog } from './nodeCatalog';
import type { PlanStep } from './plan';
import { planRefreshSubscription } from './planRefreshSubscription';
import type { PublicationReader } from './publicationReaders';
import { readGrantFindings, readGrantStep } from './readGrantStep';
import type { AlterPublicationRequest, PlanContext } from './requests';
import { subscribedTables, type SubscribedTable } from './subscribedTables';
import { loginOf } from './subscriptionLogin';
import { isSameTable, relationOf } from './tableLookup';
import { targetTableFindings } from './targetTableFindings';

/** What a change of a publication asks of those who take it: before it on both sides, and after it. */
export interface ReaderSteps {
  readonly before: readonly PlanStep[];
  readonly after: readonly PlanStep[];
  readonly findings: readonly Finding[];
  /** `[node id, table]` that the plan makes. */
  readonly made: readonly (readonly [string, TableName])[];
  /** `[node id, subscription]` that the plan refreshes. */
  readonly refreshed: readonly (readonly [string, string])[];
}

/**
 * Tables are made downstream and opened to the role that copies them before the publication changes, and each
 * subscription is refreshed after it.
 * @param publisher as it will be
 * @param widened tables of which more columns are sent than before
 */
export function readerSteps(
  request: AlterPublicationRequest,
  context: PlanContext,
  publisher: NodeCatalog,
  readers: readonly PublicationReader[],
  widened: readonly TableName[],
): ReaderSteps {
  const work = new ReaderWork(request, context, publisher);
  for (const reader of readers) work.add(reader, widened);
  return work.steps();
}

class ReaderWork {
  readonly #before: PlanStep[] = [];
  readonly #after: PlanStep[] = [];
  readonly #findings: Finding[] = [];
  readonly #made: (readonly [string, TableName])[] = [];
  readonly #refreshed: (readonly [string, string])[] = [];
  readonly #catalogs: Map<string, NodeCatalog>;

  constructor(
    private readonly request: AlterPublicationRequest,
    private readonly context: PlanContext,
    publisher: NodeCatalog,
  ) {
    this.#catalogs = new Map(context.catalogs).set(publisher.nodeId, publisher);
  }

  steps(): ReaderSteps {
    return {
      before: this.#before,
      after: this.#after,
      findings: this.#findings,
      made: this.#made,
      refreshed: this.#refreshed,
    };
  }

  add(reader: PublicationReader, widened: readonly TableName[]): void {
    const { nodeId } = reader.catalog;
    const { subscription } = reader;
    const publisher = this.#publisher();
    const tables = subscribedTables(publisher, subscription.publications);
    const fresh = tables.filter(
      (table) => !subscription.tables.some((taken) => isSameTable(taken, table)),
    );
    if (this.request.createsMissingTables) this.#makeTables(reader, fresh);
    this.#letRead({ nodeId, name: subscription.name }, fresh);
    this.#findings.push(
      ...targetTableFindings(
        tables.filter((table) => widened.some((one) => isSameTable(one, table))),
        publisher,
        this.#catalog(nodeId) ?? reader.catalog,
        false,
      ),
    );
    this.#refresh(reader);
  }

  #makeTables({ catalog, subscription }: PublicationReader, fresh: readonly SubscribedTable[]) {
    const { nodeId } = catalog;
    const target = this.#catalog(nodeId) ?? catalog;
    const source = this.#publisher();
    const missing = fresh.filter((table) => relationOf(target, table) === null);
    const all = this.context.definitions.get(source.nodeId) ?? [];
    const definitions = all.map((definition) => {
      const list = fresh.find((table) => isSameTable(table, definition))?.columnList ?? null;
      return list === null ? definition : onlyColumns(definition, list);
    });
    const unknown = missing.filter(
      (table) => !all.some((definition) => isSameTable(definition, table)),
    );
    if (unknown.length > 0) {
      this.#findings.push(
        errorFinding(
          'subscriberLacks',
          nodeId,
          say`${nodeId} lacks ${listNames(unknown.map(formatTableName))}, and how it is made on ${source.nodeId} was not read.`,
          say`Create it on ${nodeId} first.`,
        ),
      );
    }
    const known = missing.filter((table) => !unknown.includes(table));
    if (known.length === 0) return;
    const owner = subscription.owner === target.role.name ? null : subscription.owner;
    const copied = copyTables(known, definitions, target, owner);
    this.#before.push(...copied.steps);
    this.#findings.push(...copied.findings);
    for (const table of copied.tables) {
      this.#made.push([nodeId, table]);
      this.#project(nodeId, table, definitions, owner);
    }
  }

  /** From now on the table counts as there. */
  #project(
    nodeId: string,
    table: TableName,
    definitions: readonly (TableName & {
      readonly columns: readonly { readonly name: string }[];
    })[],
    owner: string | null,
  ): void {
    const catalog = this.#catalog(nodeId);
    const like = relationOf(this.#publisher(), table);
    const definition = definitions.find((one) => isSameTable(one, table));
    if (catalog === undefined || like === null || definition === undefined) return;
    const columns = like.columns.filter(({ name }) =>
      definition.columns.some((column) => column.name === name),
    );
    const made = withCopiedTable(catalog, { ...like, columns }, owner);
    this.#catalogs.set(nodeId, republished(made, this.context.definitions.get(nodeId) ?? []));
  }

  /** The first copy reads the tables as the role that the subscription logs in as. */
  #letRead(
    subscription: { readonly nodeId: string; readonly name: string },
    fresh: readonly SubscribedTable[],
  ): void {
    const role = loginOf(this.context, subscription);
    if (role === null) return;
    const publisher = this.#publisher();
    const closed = fresh
      .flatMap((table) => relationOf(publisher, table) ?? [])
      .filter(({ notReadableBy }) => notReadableBy.includes(role));
    if (closed.length === 0) return;
    this.#before.push(readGrantStep(publisher, role, closed));
    this.#findings.push(...readGrantFindings(publisher, role, closed));
    this.#catalogs.set(publisher.nodeId, {
      ...publisher,
      relations: publisher.relations.map((relation) =>
        closed.includes(relation)
          ? { ...relation, notReadableBy: relation.notReadableBy.filter((name) => name !== role) }
          : relation,
      ),
    });
  }

  #refresh({ catalog, subscription }: PublicationReader): void {
    const { nodeId } = catalog;
    const { name } = subscription;
    const target = this.#catalog(nodeId) ?? catalog;
    const enabled = {
      ...target,
      subscriptions: target.subscriptions.map((one) =>
        one.name === name ? { ...one, isEnabled: true } : one,
      ),
    };
    const catalogs = new Map(this.#catalogs).set(nodeId, enabled);
    const plan = planRefreshSubscription({ nodeId, name }, { ...this.context, catalogs });
    this.#findings.push(
      ...plan.findings.filter(
        (found) =>
          found.code !== 'nothingToDo' &&
          // Of the publication itself, where it is an error.
          (found.code !== 'noReplicaIdentity' || found.nodeId === nodeId),
      ),
    );
    // A disabled one cannot be refreshed; its impact says so.
    if (!subscription.isEnabled || this.request.refreshesSubscribers === false) return;
    this.#after.push(...plan.steps);
    if (plan.steps.length > 0) this.#refreshed.push([nodeId, name]);
  }

  #publisher(): NodeCatalog {
    const { nodeId } = this.request;
    const publisher = this.#catalogs.get(nodeId);
    if (publisher === undefined) throw new Error(`The catalog of ${nodeId} is missing.`);
    return publisher;
  }

  #catalog(nodeId: string): NodeCatalog | undefined {
    return this.#catalogs.get(nodeId);
  }
}

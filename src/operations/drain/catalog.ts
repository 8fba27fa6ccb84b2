import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { DrainSession } from '../../core/ports/drainGateway';
import { WaveTexts } from '../../core/queue/applyStatements';
import type { QueueOperation } from '../../core/queue/operation';
import { OperationShapes } from '../../core/queue/operationShapes';
import { tablesByName } from '../../core/queue/waves';
import { spelledTables, tablesMeant } from '../../core/queue/tableMeant';
import type { TargetTable } from '../../core/queue/targetTable';
import { formatTableName } from '../../core/tableName';
import type { ConflictPolicy, DeclaredQueue, TableName } from '../../core/topology';

/** A table that operations name, as the primary has it. */
export interface Target {
  /** `null`: the primary has none of that name, or it may be several. */
  readonly table: TargetTable | null;
  /** As the primary has it, or would. */
  readonly name: TableName;
  /** It may be one of these as well. */
  readonly others: readonly TableName[];
}

interface NamedTarget extends Target {
  readonly named: TableName;
}

/** What is known of the primary's tables that operations name; a table that comes up later is read then. */
export class Catalog {
  readonly #wanted = new Map<string, TableName & { readonly policy: ConflictPolicy }>();
  #byName: ReadonlyMap<string, TargetTable> = new Map();
  /** What was asked for last: rows of one table follow each other. */
  #last: { readonly named: TableName; readonly table: TargetTable | null } | null = null;
  #lastMeant: NamedTarget | null = null;
  readonly texts = new WaveTexts();
  readonly shapes = new OperationShapes();

  constructor(
    private readonly session: DrainSession,
    private readonly queue: DeclaredQueue,
  ) {}

  /** By `formatTableName`. */
  get byName(): ReadonlyMap<string, TargetTable> {
    return this.#byName;
  }

  get tables(): readonly TargetTable[] {
    return [...this.#byName.values()];
  }

  /** `null`: the primary has none of that name. */
  find(table: TableName): TargetTable | null {
    if (this.#last === null || !isSame(this.#last.named, table)) {
      this.#last = { named: table, table: this.#byName.get(formatTableName(table)) ?? null };
    }
    return this.#last.table;
  }

  /** What the table of an operation is on the primary. A trigger names it exactly. */
  targetOf({ table: named, writtenBy }: Pick<QueueOperation, 'table' | 'writtenBy'>): Target {
    if (writtenBy === 'trigger') return { table: this.find(named), name: named, others: [] };
    if (this.#lastMeant === null || !isSame(this.#lastMeant.named, named)) {
      this.#lastMeant = { ...this.#meant(named), named };
    }
    return this.#lastMeant;
  }

  #meant(named: TableName): Target {
    const exists = (table: TableName): boolean => this.#byName.has(formatTableName(table));
    const [name, ...others] = tablesMeant(named, this.queue.tables, exists);
    return { table: others.length === 0 ? this.find(name) : null, name, others };
  }

  policyOf(table: TableName): ConflictPolicy {
    const declared = this.queue.tables.find(
      ({ schema, name }) => schema === table.schema && name === table.name,
    );
    return declared?.policy ?? 'primary-wins';
  }

  /** Makes sure that these were looked for. @throws ServerFailure */
  async know(tables: readonly TableName[], signal: CancelSignal): Promise<void> {
    const named = distinct(tables).filter((table) => !this.#wanted.has(formatTableName(table)));
    const missing = named.flatMap((table) => [table, ...spelledTables(table.name)]);
    if (missing.length === 0) return;
    for (const table of missing) {
      const { schema, name } = table;
      this.#wanted.set(formatTableName(table), { schema, name, policy: this.policyOf(table) });
    }
    await this.read(signal);
  }

  /** Reads everything again: something has changed there. @throws ServerFailure */
  async read(signal: CancelSignal): Promise<void> {
    const tables = await this.session.readTargetTables([...this.#wanted.values()], signal);
    this.#byName = tablesByName(tables);
    this.#last = null;
    this.#lastMeant = null;
    this.texts.clear();
    this.shapes.clear();
  }
}

function isSame(one: TableName, other: TableName): boolean {
  return one.name === other.name && one.schema === other.schema;
}

/** Without those that only repeat the one before them. */
function distinct(tables: readonly TableName[]): readonly TableName[] {
  return tables.filter((table, index) => {
    const before = tables[index - 1];
    return before === undefined || !isSame(before, table);
  });
}

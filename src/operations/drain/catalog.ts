import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { DrainSession } from '../../core/ports/drainGateway';
import { WaveTexts } from '../../core/queue/applyStatements';
import { OperationShapes } from '../../core/queue/operationShapes';
import { tablesByName } from '../../core/queue/waves';
import type { TargetTable } from '../../core/queue/targetTable';
import { formatTableName } from '../../core/tableName';
import type { ConflictPolicy, DeclaredQueue, TableName } from '../../core/topology';

/** What is known of the primary's tables that operations name; a table that comes up later is read then. */
export class Catalog {
  readonly #wanted = new Map<string, TableName & { readonly policy: ConflictPolicy }>();
  #byName: ReadonlyMap<string, TargetTable> = new Map();
  /** What was asked for last: rows of one table follow each other. */
  #last: { readonly named: TableName; readonly table: TargetTable | null } | null = null;
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

  policyOf(table: TableName): ConflictPolicy {
    const declared = this.queue.tables.find(
      ({ schema, name }) => schema === table.schema && name === table.name,
    );
    return declared?.policy ?? 'primary-wins';
  }

  /** Makes sure that these were looked for. @throws ServerFailure */
  async know(tables: readonly TableName[], signal: CancelSignal): Promise<void> {
    const missing = distinct(tables).filter((table) => !this.#wanted.has(formatTableName(table)));
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

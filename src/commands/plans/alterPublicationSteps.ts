import { isOffered, tableChoice } from '../../core/describe/tableChoice';
import type { CatalogPublication, NodeCatalog, RelationFacts } from '../../core/plan/nodeCatalog';
import type { AlterPublicationRequest, PublishedOperation } from '../../core/plan/requests';
import { isSameTable, relationOf } from '../../core/plan/tableLookup';
import { say } from '../../core/say';
import { formatTableName } from '../../core/tableName';
import type { DeclaredTable } from '../../core/topology';
import type { Answer, Step, StepPlace } from '../../host/multiStep';
import { askMany, askOne, type PickItem } from '../../host/prompts';
import type { PublicationPart } from './publicationAnswers';
import { operationItems, tableItems } from './publicationSteps';
import { askLimits, limitWords } from './tableLimits';

/** What of a publication is changed; one thing at a time, so that its plan says one thing. */
type Topic = 'tables' | 'limits' | 'operations' | 'viaPartitionRoot' | 'generatedColumns';

/** What was answered; `request` holds the change once it was asked for. */
export interface AlterAnswers {
  readonly topic: Topic | null;
  readonly table: DeclaredTable | null;
  readonly request: AlterPublicationRequest | null;
}

const LISTS_FROM = 150_000;
const GENERATED_FROM = 180_000;

/** What to change, then how it shall be, with what is so now ticked. */
export function alterPublicationSteps(
  catalog: NodeCatalog,
  present: CatalogPublication,
): readonly Step<AlterAnswers>[] {
  const asks = new AlterQuestions(catalog, present);
  const isOn = (topic: Topic) => (state: AlterAnswers) => state.topic === topic;
  return [
    { ask: async (state, place) => asks.topic(state, place) },
    { applies: isOn('tables'), ask: async (state, place) => asks.tables(state, place) },
    { applies: isOn('limits'), ask: async (state, place) => asks.table(state, place) },
    { applies: isOn('limits'), ask: async (state, place) => asks.limits(state, place) },
    { applies: isOn('operations'), ask: async (state, place) => asks.operations(state, place) },
  ];
}

class AlterQuestions {
  constructor(
    private readonly catalog: NodeCatalog,
    private readonly present: CatalogPublication,
  ) {}

  async topic(state: AlterAnswers, place: StepPlace): Promise<Answer<AlterAnswers>> {
    const topic = await askOne<Topic>({
      place,
      placeholder: say`What should change about ${this.present.name}?`,
      items: this.#topics(),
      isPresent: (value) => value === state.topic,
    });
    if (topic === null || topic === 'back') return topic;
    return { topic, table: null, request: this.#switched(topic) };
  }

  async tables(state: AlterAnswers, place: StepPlace): Promise<Answer<AlterAnswers>> {
    const { catalog, present } = this;
    const offered = catalog.relations.filter(isOffered);
    const isUnfit = (part: PublicationPart) =>
      part.kind === 'table' && tableChoice(part.table, catalog.nodeId).fitness === 'unfit';
    const parts = await askMany<PublicationPart>({
      place,
      placeholder: say`Which tables?`,
      items: tableItems(catalog, offered).filter(({ value }) => value?.kind !== 'all'),
      isTicked: (part) =>
        part.kind === 'schema'
          ? present.schemas.includes(part.name)
          : part.kind === 'table' &&
            present.namedTables.some((table) => isSameTable(table, part.table)),
      correct: (ticked) => ticked.filter((part) => !isUnfit(part)),
    });
    if (parts === null || parts === 'back') return parts;
    // Tables of this extension are offered nowhere, and stay.
    const kept = present.namedTables.filter(
      (table) => !offered.some((relation) => isSameTable(relation, table)),
    );
    const picked = parts.flatMap((part) => (part.kind === 'table' ? [part.table] : []));
    return {
      ...state,
      request: this.#request({
        tables: [...picked.map((table) => this.#named(table)), ...kept],
        schemas: parts.flatMap((part) => (part.kind === 'schema' ? [part.name] : [])),
      }),
    };
  }

  async table(state: AlterAnswers, place: StepPlace): Promise<Answer<AlterAnswers>> {
    const table = await askOne<DeclaredTable>({
      place,
      placeholder: say`Of which table?`,
      items: this.present.namedTables
        .filter((one) => relationOf(this.catalog, one) !== null)
        .map((one) => ({ label: formatTableName(one), description: limitWords(one), value: one })),
      isPresent: (one) => state.table !== null && isSameTable(one, state.table),
    });
    return table === null || table === 'back' ? table : { ...state, table };
  }

  async limits(state: AlterAnswers, place: StepPlace): Promise<Answer<AlterAnswers>> {
    const { table } = state;
    const relation = table === null ? null : relationOf(this.catalog, table);
    if (table === null || relation === null) return null;
    const limited = await askLimits(place, table, relation);
    if (limited === null || limited === 'back') return limited;
    const tables = this.present.namedTables.map((one) =>
      isSameTable(one, limited) ? limited : one,
    );
    return { ...state, request: this.#request({ tables }) };
  }

  async operations(state: AlterAnswers, place: StepPlace): Promise<Answer<AlterAnswers>> {
    const { operations, tables } = this.present;
    const { nodeId } = this.catalog;
    const isBare = tables.some((table) => {
      const relation = relationOf(this.catalog, table);
      return relation !== null && tableChoice(relation, nodeId).fitness === 'insertsOnly';
    });
    const picked = await askMany<PublishedOperation>({
      place,
      placeholder: say`Which changes are published?`,
      items: operationItems(nodeId, isBare),
      isTicked: (operation) => operations.includes(operation),
    });
    if (picked === null || picked === 'back') return picked;
    return { ...state, request: this.#request({ operations: picked }) };
  }

  #topics(): readonly PickItem<Topic>[] {
    const { allTables, namedTables, viaPartitionRoot, generatedColumns, operations } = this.present;
    const { versionNum } = this.catalog.server;
    const isGenerated = generatedColumns === 'stored';
    return [
      ...(allTables
        ? []
        : [
            {
              label: say`$(table) Tables…`,
              description: say`add and remove`,
              value: 'tables',
            } as const,
          ]),
      ...(namedTables.length > 0 && versionNum >= LISTS_FROM
        ? [
            {
              label: say`$(filter) Columns and Rows of a Table…`,
              description: say`column list, row filter`,
              value: 'limits',
            } as const,
          ]
        : []),
      { label: say`$(edit) Operations…`, description: operations.join(', '), value: 'operations' },
      {
        label: viaPartitionRoot
          ? say`$(type-hierarchy) Publish Partitions as Themselves`
          : say`$(type-hierarchy) Publish Partitions as Their Root`,
        description: viaPartitionRoot ? say`now: as their root` : say`now: as themselves`,
        value: 'viaPartitionRoot',
      },
      ...(versionNum >= GENERATED_FROM
        ? [
            {
              label: isGenerated
                ? say`$(symbol-operator) Stop Publishing Generated Columns`
                : say`$(symbol-operator) Publish Stored Generated Columns`,
              description: isGenerated ? say`now: stored ones` : say`now: none`,
              value: 'generatedColumns',
            } as const,
          ]
        : []),
    ];
  }

  /** An option that is on or off needs no other question. */
  #switched(topic: Topic): AlterPublicationRequest | null {
    const { viaPartitionRoot, generatedColumns } = this.present;
    if (topic === 'viaPartitionRoot') {
      return this.#request({ viaPartitionRoot: !viaPartitionRoot });
    }
    if (topic !== 'generatedColumns') return null;
    return this.#request({ generatedColumns: generatedColumns === 'stored' ? 'none' : 'stored' });
  }

  #request(change: Partial<AlterPublicationRequest>): AlterPublicationRequest {
    return {
      nodeId: this.catalog.nodeId,
      name: this.present.name,
      tables: null,
      schemas: null,
      operations: null,
      viaPartitionRoot: null,
      generatedColumns: null,
      createsMissingTables: true,
      ...change,
    };
  }

  #named({ schema, name }: RelationFacts): DeclaredTable {
    const before = this.present.namedTables.find((table) => isSameTable(table, { schema, name }));
    return before ?? { schema, name, columns: null, rowFilter: null };
  }
}

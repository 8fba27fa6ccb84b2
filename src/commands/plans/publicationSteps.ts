import { QuickPickItemKind } from 'vscode';
import { isOffered, tableChoice } from '../../core/describe/tableChoice';
import type { NodeCatalog, RelationFacts } from '../../core/plan/nodeCatalog';
import type { CreatePublicationRequest, PublishedOperation } from '../../core/plan/requests';
import { isSameTable } from '../../core/plan/tableLookup';
import { say } from '../../core/say';
import { askMany, askText, type PickItem } from '../../host/prompts';
import type { Answer, Step, StepPlace } from '../../host/multiStep';
import type { CommandDeps } from '../commandDeps';
import type { CatalogSource } from './catalogSource';
import { suggestName, validateName } from './names';
import { askNode, takesChanges } from './pickNode';
import type { PublicationAnswers, PublicationOption, PublicationPart } from './publicationAnswers';
import { askAllLimits, optionItems, wholeTable } from './publicationOptions';

const OPERATIONS: readonly PublishedOperation[] = ['insert', 'update', 'delete', 'truncate'];

/** Publications of whole schemas, column lists and row filters came with Postgres 15. */
const SCHEMAS_FROM = 150_000;

/** Node, tables, operations, name. */
export function publicationSteps(
  deps: Pick<CommandDeps, 'monitor' | 'clock' | 'runCommand'>,
  source: CatalogSource,
): readonly Step<PublicationAnswers>[] {
  return [
    {
      applies: ({ given }) => given === null,
      ask: async (state, place) => {
        const node = await askNode(deps, place, {
          placeholder: say`On which node?`,
          lack: say`Create Publication needs a node that takes changes, and every one is a standby.`,
          fits: takesChanges,
          topologyId: state.topologyId,
          present: state.node,
        });
        if (node === null || node === 'back') return node;
        const isSame = node.nodeId === state.node?.nodeId;
        return {
          ...state,
          node,
          ...(isSame ? {} : { parts: [], operations: null, options: [], limits: [], name: null }),
        };
      },
    },
    { ask: async (state, place) => withCatalog(state, source, place, askTables) },
    { ask: async (state, place) => withCatalog(state, source, place, askOperations) },
    {
      applies: ({ options }) => options.includes('limits'),
      ask: async (state, place) => askAllLimits(state, place),
    },
    { ask: async (state, place) => withCatalog(state, source, place, askName) },
  ];
}

/** The request that the answers make, once all were given. */
export function toPublicationRequest(answers: PublicationAnswers): CreatePublicationRequest | null {
  const { node, parts, operations, options, limits, name } = answers;
  if (node === null || operations === null || name === null) return null;
  return {
    nodeId: node.nodeId,
    name,
    allTables: parts.some(({ kind }) => kind === 'all'),
    schemas: parts.flatMap((part) => (part.kind === 'schema' ? [part.name] : [])),
    tables: parts.flatMap((part) =>
      part.kind === 'table'
        ? [limits.find((table) => isSameTable(table, part.table)) ?? wholeTable(part.table)]
        : [],
    ),
    operations,
    viaPartitionRoot: options.includes('viaPartitionRoot'),
    ...(options.includes('generatedColumns') ? { generatedColumns: 'stored' } : {}),
  };
}

async function withCatalog(
  state: PublicationAnswers,
  source: CatalogSource,
  place: StepPlace,
  ask: (
    state: PublicationAnswers,
    place: StepPlace,
    catalog: NodeCatalog,
  ) => Promise<Answer<PublicationAnswers>>,
): Promise<Answer<PublicationAnswers>> {
  const catalog = state.node === null ? null : await source.catalog(state.node);
  return catalog === null ? null : ask(state, place, catalog);
}

async function askTables(
  state: PublicationAnswers,
  place: StepPlace,
  catalog: NodeCatalog,
): Promise<Answer<PublicationAnswers>> {
  const { nodeId } = catalog;
  const tables = catalog.relations.filter(isOffered);
  const isUnfit = (part: PublicationPart) =>
    part.kind === 'table' && tableChoice(part.table, nodeId).fitness === 'unfit';
  const parts = await askMany<PublicationPart>({
    place,
    placeholder: say`Which tables?`,
    items: tableItems(catalog, tables),
    isTicked: (part) => state.parts.some((before) => isSamePart(before, part)),
    correct: (ticked, before) => {
      const fit = ticked.filter((part) => !isUnfit(part));
      const all = fit.find(({ kind }) => kind === 'all');
      if (all === undefined) return fit;
      // The one that was ticked last wins: all tables leave nothing to choose.
      const hadAll = before.some(({ kind }) => kind === 'all');
      return hadAll && fit.length > 1 ? fit.filter((part) => part !== all) : [all];
    },
  });
  if (parts === null || parts === 'back') return parts;
  return { ...state, parts, operations: null, options: [], limits: [], name: null };
}

/** What a publication of this node may hold, worded for picking. */
export function tableItems(
  catalog: NodeCatalog,
  tables: readonly RelationFacts[],
): readonly PickItem<PublicationPart>[] {
  const schemas = [...new Set(tables.map(({ schema }) => schema))];
  return [
    {
      label: say`All tables`,
      description: say`those made later included`,
      value: { kind: 'all' },
    },
    ...(catalog.server.versionNum >= SCHEMAS_FROM
      ? schemas.map((name): PickItem<PublicationPart> => {
          const count = tables.filter(({ schema }) => schema === name).length;
          const now = count === 1 ? say`1 table now` : say`${count} tables now`;
          return {
            label: say`All tables of schema ${name}`,
            description: say`${now}, those made later included`,
            value: { kind: 'schema', name },
          };
        })
      : []),
    { label: say`Tables`, kind: QuickPickItemKind.Separator, value: null },
    ...tables.map((table): PickItem<PublicationPart> => {
      const { label, description, fitness } = tableChoice(table, catalog.nodeId);
      return {
        label: fitness === 'fit' ? label : `$(warning) ${label}`,
        description,
        value: { kind: 'table', table },
      };
    }),
  ];
}

async function askOperations(
  state: PublicationAnswers,
  place: StepPlace,
  catalog: NodeCatalog,
): Promise<Answer<PublicationAnswers>> {
  const { nodeId } = catalog;
  const bare = state.parts.some(
    (part) => part.kind === 'table' && tableChoice(part.table, nodeId).fitness === 'insertsOnly',
  );
  const operations = state.operations ?? OPERATIONS.filter((name) => !bare || !needsKey(name));
  const ticked: readonly (PublishedOperation | PublicationOption)[] = [
    ...operations,
    ...state.options,
  ];
  const picked = await askMany<PublishedOperation | PublicationOption>({
    place,
    placeholder: say`Which changes are published?`,
    items: [...operationItems(nodeId, bare), ...optionItems(state.parts, catalog)],
    isTicked: (one) => ticked.includes(one),
  });
  if (picked === null || picked === 'back') return picked;
  const options = picked.filter((one) => !isOperation(one));
  return {
    ...state,
    operations: picked.filter(isOperation),
    options,
    limits: options.includes('limits') ? state.limits : [],
  };
}

function isOperation(one: PublishedOperation | PublicationOption): one is PublishedOperation {
  return OPERATIONS.some((operation) => operation === one);
}

/** @param isBare whether a table among them has nothing to find a row by */
export function operationItems(
  nodeId: string,
  isBare: boolean,
): readonly PickItem<PublishedOperation>[] {
  return OPERATIONS.map((operation) => ({
    label: operation.toUpperCase(),
    description:
      isBare && needsKey(operation) ? say`would fail on ${nodeId} for a chosen table` : '',
    value: operation,
  }));
}

function needsKey(operation: PublishedOperation): boolean {
  return operation === 'update' || operation === 'delete';
}

async function askName(
  state: PublicationAnswers,
  place: StepPlace,
  catalog: NodeCatalog,
): Promise<Answer<PublicationAnswers>> {
  const taken = catalog.publications.map(({ name }) => name);
  const name = await askText({
    place,
    prompt: say`Name of the publication`,
    placeholder: say`Letters, digits and _ · at most 63 bytes`,
    value: state.name ?? suggestName(stemOf(state), 'pub', taken),
    validate: (text) =>
      validateName(text) ??
      (taken.includes(text)
        ? say`${catalog.nodeId} has a publication ${text} already. Choose another name.`
        : null),
  });
  return name === null || name === 'back' ? name : { ...state, name };
}

/** One table lends its name, one schema too; anything else is named after its node. */
function stemOf({ parts, node }: PublicationAnswers): string {
  const [only] = parts;
  if (parts.length === 1 && only?.kind === 'table') return only.table.name;
  if (parts.length === 1 && only?.kind === 'schema') return only.name;
  return node?.nodeId ?? 'all';
}

function isSamePart(a: PublicationPart, b: PublicationPart): boolean {
  if (a.kind === 'all' || b.kind === 'all') return a.kind === b.kind;
  if (a.kind === 'schema' || b.kind === 'schema') {
    return a.kind === 'schema' && b.kind === 'schema' && a.name === b.name;
  }
  return a.table.schema === b.table.schema && a.table.name === b.table.name;
}

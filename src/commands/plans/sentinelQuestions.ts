import { window } from 'vscode';
import { facts } from '../../core/describe/rowText';
import { formatCounted } from '../../core/format';
import type { CatalogPublication, NodeCatalog } from '../../core/plan/nodeCatalog';
import type { Plan } from '../../core/plan/plan';
import type { PlanContext } from '../../core/plan/requests';
import { sentinelTable } from '../../core/plan/sentinelNames';
import type { SentinelRequest } from '../../core/plan/sentinelScope';
import { say } from '../../core/say';
import type { TableName } from '../../core/topology';
import { askSteps, type Answer, type StepPlace } from '../../host/multiStep';
import { askOne, type PickItem } from '../../host/prompts';
import type { CommandDeps } from '../commandDeps';
import type { Target } from '../target';
import { CatalogSource } from './catalogSource';
import { askNode, givenNode, takesChanges, type NodeChoice } from './pickNode';
import { nodesOfSentinel, rolesOfSentinel } from './sentinelReach';

export interface SentinelChange {
  readonly id: string;
  readonly title: string;
  readonly nodeQuestion: string;
  readonly publicationQuestion: string;
  /** Whether only what is installed is offered. */
  readonly needsInstalled: boolean;
  readonly plan: (request: SentinelRequest, context: PlanContext) => Plan;
}

/** What a sentinel table is for: a publication, or the standbys alone. */
interface SentinelChoice {
  readonly publication: string | null;
}

interface Answers {
  readonly given: NodeChoice | null;
  readonly topologyId: string | null;
  readonly node: NodeChoice | null;
  readonly choice: SentinelChoice | null;
}

/** Asks for the publisher and one of its publications, and brings a sentinel table in or out by a plan. */
export async function changeSentinel(
  deps: CommandDeps,
  target: Target | null,
  change: SentinelChange,
): Promise<void> {
  const { title } = change;
  const given = givenNode(deps, target, async () => deps.runCommand(change.id, null));
  if (given === 'refused') return;
  const source = new CatalogSource(deps.plans, title);
  const answers = await askSteps<Answers>(
    title,
    [
      {
        applies: (state) => state.given === null,
        ask: async (state, place) => {
          const node = await askNode(deps, place, {
            placeholder: change.nodeQuestion,
            lack: say`a sentinel table needs a node that takes changes, and every one is a standby.`,
            fits: takesChanges,
            topologyId: state.topologyId,
            present: state.node,
          });
          return node === null || node === 'back' ? node : { ...state, node, choice: null };
        },
      },
      {
        ask: async (state, place) => {
          const catalog = state.node === null ? null : await source.catalog(state.node);
          if (catalog === null) return null;
          const choice = await askPublication(deps, state, place, catalog, change);
          return choice === null || choice === 'back' ? choice : { ...state, choice };
        },
      },
    ],
    { given, topologyId: target?.topologyId ?? null, node: given, choice: null },
  );
  const node = answers?.node ?? null;
  const choice = answers?.choice ?? null;
  if (node === null || choice === null) return;
  const { topologyId, nodeId } = node;
  const snapshot = deps.monitor.current().find(({ id }) => id === topologyId);
  if (snapshot === undefined) return;
  const nodeIds = nodesOfSentinel(snapshot, nodeId);
  await source.work(topologyId).carryOut({
    nodeIds,
    rolesToCheck: rolesOfSentinel(snapshot, nodeIds),
    plan: (context) => change.plan({ nodeId, publication: choice.publication }, context),
  });
}

async function askPublication(
  deps: CommandDeps,
  { node, choice }: Answers,
  place: StepPlace,
  catalog: NodeCatalog,
  change: SentinelChange,
): Promise<Answer<SentinelChoice>> {
  const items = [
    ...catalog.publications.map((publication) => publicationItem(catalog, publication)),
    ...standbyItems(deps, node, catalog),
  ].filter(({ isInstalled }) => isInstalled || !change.needsInstalled);
  if (items.length === 0) {
    void window.showInformationMessage(
      change.needsInstalled
        ? say`No sentinel table is installed on ${catalog.nodeId}.`
        : say`${catalog.nodeId} has neither a publication nor a standby: nothing arrives from it anywhere.`,
    );
    return null;
  }
  return askOne<SentinelChoice>({
    place,
    placeholder: change.publicationQuestion,
    items: items.map(({ item }) => item),
    isPresent: ({ publication }) => choice !== null && choice.publication === publication,
  });
}

interface Offer {
  readonly item: PickItem<SentinelChoice>;
  readonly isInstalled: boolean;
}

function publicationItem(catalog: NodeCatalog, publication: CatalogPublication): Offer {
  const { name, allTables, tables } = publication;
  const own = sentinelOf(catalog, name);
  const isInstalled = hasTable(catalog, own);
  const others = tables.filter((table) => table.name !== own.name || table.schema !== own.schema);
  const size = allTables ? say`all tables` : formatCounted(others.length, 'table');
  return {
    isInstalled,
    item: {
      label: `$(broadcast) ${name}`,
      description: facts(size, isInstalled ? say`sentinel installed` : null),
      value: { publication: name },
    },
  };
}

/** Standbys have every table: one of their own is worth while only where no publication has one. */
function standbyItems(
  { monitor }: CommandDeps,
  node: NodeChoice | null,
  catalog: NodeCatalog,
): readonly Offer[] {
  const snapshot = monitor.current().find(({ id }) => id === node?.topologyId);
  const standbys = (snapshot?.edges ?? []).filter(
    ({ kind, from }) => kind === 'streaming' && from === catalog.nodeId,
  );
  const isInstalled = hasTable(catalog, sentinelOf(catalog, null));
  if (standbys.length === 0 && !isInstalled) return [];
  return [
    {
      isInstalled,
      item: {
        label: say`$(server) Standbys alone`,
        description: facts(
          formatCounted(standbys.length, 'standby'),
          isInstalled ? say`sentinel installed` : null,
        ),
        detail: say`In no publication. A standby also has the sentinel table of any publication.`,
        value: { publication: null },
      },
    },
  ];
}

function sentinelOf({ server }: NodeCatalog, publication: string | null): TableName {
  const { systemIdentifier, database } = server;
  return sentinelTable({ systemIdentifier, database, publication });
}

function hasTable({ relations }: NodeCatalog, { schema, name }: TableName): boolean {
  return relations.some((relation) => relation.schema === schema && relation.name === name);
}

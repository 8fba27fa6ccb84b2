import { planRemoveQueue } from '../../core/plan/queue/planRemoveQueue';
import { rolesOfQueue } from '../../core/plan/queue/setUpQueue';
import { isOfApplication } from '../../core/plan/queue/upgradeQueue';
import { relationOf } from '../../core/plan/tableLookup';
import { say } from '../../core/say';
import { formatTableName } from '../../core/tableName';
import { askSteps, type Step } from '../../host/multiStep';
import { askOne } from '../../host/prompts';
import { DEFAULT_QUEUE_TABLE } from '../../topologyFile/normalise';
import type { CommandDeps } from '../commandDeps';
import { CatalogSource } from '../plans/catalogSource';
import { askNode, givenNode, takesChanges, type NodeChoice } from '../plans/pickNode';
import { reachableNodes } from '../plans/reachableNodes';
import type { Change } from './change';

const TITLE = say`Remove Queue`;

interface RemoveAnswers {
  readonly given: NodeChoice | null;
  readonly topologyId: string | null;
  readonly node: NodeChoice | null;
  /** `null`: the table is ours, or was not looked at. */
  readonly dropsAddedColumns: boolean | null;
}

/** Takes everything of a queue away on both nodes by a plan; a primary that cannot be reached is left as it is. */
export const removeQueue: Change = async (deps, target) => {
  const given = givenNode(deps, target, async () => deps.runCommand('removeQueue', null));
  if (given === 'refused') return;
  const source = new CatalogSource(deps.plans, TITLE);
  if (given !== null && (await source.catalog(given)) === null) return;
  const answers = await askSteps<RemoveAnswers>(TITLE, steps(deps, source), {
    given,
    topologyId: target?.topologyId ?? null,
    node: given,
    dropsAddedColumns: null,
  });
  const node = answers?.node ?? null;
  if (answers === null || node === null) return;
  const { topologyId, nodeId } = node;
  const topology = deps.files.find(topologyId)?.topology ?? null;
  if (topology === null) return;
  const declared = queueOf(deps, node);
  const snapshot = deps.monitor.current().find(({ id }) => id === topologyId);
  const reached = reachableNodes(snapshot);
  const primaryId =
    declared !== null && reached.includes(declared.primary) ? declared.primary : null;
  const queue = declared?.table ?? DEFAULT_QUEUE_TABLE;
  const nodeIds = primaryId === null ? [nodeId] : [nodeId, primaryId];
  await source.work(topologyId).carryOut({
    nodeIds,
    rolesToCheck: Object.fromEntries(
      nodeIds.map((id) => [id, rolesOfQueue(topology, id, declared?.drainUser ?? null)]),
    ),
    queuesOf: Object.fromEntries(nodeIds.map((id) => [id, queue])),
    plan: (context) =>
      planRemoveQueue(
        { nodeId, primaryId, queue, dropsAddedColumns: answers.dropsAddedColumns === true },
        context,
      ),
  });
};

function steps(deps: CommandDeps, source: CatalogSource): readonly Step<RemoveAnswers>[] {
  return [
    {
      applies: ({ given }) => given === null,
      ask: async (state, place) => {
        const node = await askNode(deps, place, {
          placeholder: say`Which node shall no longer queue its writes?`,
          lack: say`none of them has a queue by the file.`,
          fits: (one, snapshot) =>
            takesChanges(one, snapshot) &&
            snapshot.topology.nodes.some(
              ({ id, pendingSync }) => id === one.id && pendingSync !== null,
            ),
          topologyId: state.topologyId,
          present: state.node,
        });
        if (node === null || node === 'back') return node;
        return (await source.catalog(node)) === null ? null : { ...state, node };
      },
    },
    {
      applies: ({ node }) => {
        const relation = node === null ? null : tableOf(deps, source, node);
        return relation !== null && isOfApplication(relation);
      },
      ask: async (state, place) => {
        const table = state.node === null ? null : tableOf(deps, source, state.node);
        const name = table === null ? say`The table` : formatTableName(table);
        const answer = await askOne<'keep' | 'drop'>({
          place,
          placeholder: say`${name} was made by the application and stays. What becomes of the columns that were added?`,
          items: [
            { label: say`$(check) Keep them`, description: say`they do no harm`, value: 'keep' },
            {
              label: say`$(trash) Drop them`,
              description: say`order and state of operations are lost with them`,
              value: 'drop',
            },
          ],
          isPresent: (value) => (value === 'drop') === (state.dropsAddedColumns === true),
        });
        if (answer === null || answer === 'back') return answer;
        return { ...state, dropsAddedColumns: answer === 'drop' };
      },
    },
  ];
}

function queueOf({ files }: Pick<CommandDeps, 'files'>, { topologyId, nodeId }: NodeChoice) {
  const topology = files.find(topologyId)?.topology;
  return topology?.nodes.find(({ id }) => id === nodeId)?.pendingSync ?? null;
}

function tableOf(deps: Pick<CommandDeps, 'files'>, source: CatalogSource, node: NodeChoice) {
  const catalog = source.known(node);
  return catalog === null
    ? null
    : relationOf(catalog, queueOf(deps, node)?.table ?? DEFAULT_QUEUE_TABLE);
}

import { isSameTable, isWritableTarget } from '../../core/plan/tableLookup';
import { say } from '../../core/say';
import { formatTableName } from '../../core/tableName';
import type { ConflictPolicy, TableName } from '../../core/topology';
import { askMany, askOne, askText, type PickItem } from '../../host/prompts';
import type { Answer, Step, StepPlace } from '../../host/multiStep';
import type { CommandDeps } from '../commandDeps';
import type { CatalogSource } from './catalogSource';
import { suggestName } from './names';
import { askNode, takesChanges } from './pickNode';
import { validatePassword, validateRoleName } from './roleSteps';
import type { SetUpEdgeAnswers } from './setUpEdgeAnswers';
import { signInSteps } from './signInSteps';
import { NO_ANSWERS, validateAddress, writeParams } from './subscriptionAnswers';

type Deps = Pick<CommandDeps, 'monitor' | 'clock' | 'runCommand' | 'files' | 'endpointsOf'>;
type Reply = Promise<Answer<SetUpEdgeAnswers>>;

/** Edge, primary, who fills the queue, tables, policies, subscription with its address and sign-in, role. */
export function setUpEdgeSteps(
  deps: Deps,
  source: CatalogSource,
): readonly Step<SetUpEdgeAnswers>[] {
  const asks = new SetUpEdgeQuestions(deps, source);
  const subscribes = ({ subscribes: does }: SetUpEdgeAnswers) => does === true;
  return [
    {
      applies: ({ given }) => given === null,
      ask: async (state, place) => asks.edge(state, place),
    },
    { ask: async (state, place) => asks.primary(state, place) },
    { ask: askCapture },
    { ask: async (state, place) => asks.tables(state, place) },
    { applies: ({ tables }) => tables.length > 0, ask: askPolicy },
    { applies: ({ policy }) => policy === 'each', ask: askEachPolicy },
    {
      applies: (state) => state.tables.length > 0 && !asks.isSubscribed(state),
      ask: async (state, place) => asks.wish(state, place),
    },
    { applies: subscribes, ask: async (state, place) => asks.address(state, place) },
    ...signInSteps(source).map((step): Step<SetUpEdgeAnswers> => ({
      applies: (state) => subscribes(state) && (step.applies?.(state.subscription) ?? true),
      ask: async (state, place) => {
        const subscription = await step.ask(state.subscription, place);
        return subscription === null || subscription === 'back'
          ? subscription
          : { ...state, subscription };
      },
    })),
    { ask: askRole },
    { applies: ({ role }) => role === 'named', ask: askRoleName },
    { applies: (state) => asks.makesRole(state), ask: askPasswordKind },
    {
      applies: (state) => asks.makesRole(state) && state.passwordKind === 'typed',
      ask: askPassword,
    },
  ];
}

class SetUpEdgeQuestions {
  constructor(
    private readonly deps: Deps,
    private readonly source: CatalogSource,
  ) {}

  async edge(state: SetUpEdgeAnswers, place: StepPlace): Reply {
    const node = await askNode(this.deps, place, {
      placeholder: say`Which node queues its writes while the primary is away?`,
      lack: say`an edge needs a node that takes changes, and every one is a standby.`,
      fits: takesChanges,
      topologyId: state.topologyId,
      present: state.node,
    });
    if (node === null || node === 'back') return node;
    if (node.nodeId === state.node?.nodeId) return { ...state, node };
    return { ...state, ...this.begin(node) };
  }

  /** What is known of an edge before anything else is asked. */
  begin(
    node: NonNullable<SetUpEdgeAnswers['node']>,
  ): Pick<SetUpEdgeAnswers, 'node' | 'declared' | 'primary' | 'capture' | 'tables' | 'policies'> {
    const topology = this.deps.files.find(node.topologyId)?.topology;
    const declared = topology?.nodes.find(({ id }) => id === node.nodeId)?.pendingSync ?? null;
    return {
      node,
      declared,
      primary: declared === null ? null : { topologyId: node.topologyId, nodeId: declared.primary },
      capture: declared?.capture ?? null,
      tables: declared?.tables ?? [],
      policies: declared?.tables ?? [],
    };
  }

  async primary(state: SetUpEdgeAnswers, place: StepPlace): Reply {
    const primary = await askNode(this.deps, place, {
      placeholder: say`To which node is the queue drained?`,
      lack: say`a queue needs a second node to be drained to.`,
      fits: (node, snapshot) => takesChanges(node, snapshot) && node.id !== state.node?.nodeId,
      topologyId: state.node?.topologyId ?? null,
      present: state.primary,
    });
    if (primary === null || primary === 'back') return primary;
    return (await this.source.catalog(primary)) === null ? null : { ...state, primary };
  }

  async tables(state: SetUpEdgeAnswers, place: StepPlace): Reply {
    const { node } = state;
    const catalog = node === null ? null : await this.source.catalog(node);
    if (catalog === null) return null;
    const offered = catalog.relations.filter(
      (relation) =>
        isWritableTarget(relation) &&
        relation.persistence !== 'temporary' &&
        !relation.isPartition &&
        relation.schema !== 'pgtopology',
    );
    const tables = await askMany<TableName>({
      place,
      placeholder: say`Which tables are written to while the primary is away?`,
      items: offered.map((table): PickItem<TableName> => ({
        label: formatTableName(table),
        description:
          (table.primaryKey ?? []).length === 0 ? say`no primary key · cannot be queued` : '',
        value: { schema: table.schema, name: table.name },
      })),
      isTicked: (table) => state.tables.some((one) => isSameTable(one, table)),
      mayBeEmpty: true,
    });
    return tables === null || tables === 'back' ? tables : { ...state, tables };
  }

  /** Whether the edge takes from the primary already, by the file or by the server. */
  isSubscribed({ node, primary }: SetUpEdgeAnswers): boolean {
    if (node === null || primary === null) return false;
    const topology = this.deps.files.find(node.topologyId)?.topology;
    const declared = topology?.nodes.find(({ id }) => id === node.nodeId)?.subscriptions ?? [];
    const present = this.source.known(node)?.subscriptions ?? [];
    return present.some(({ name }) =>
      declared.some((one) => one.name === name && one.publisher === primary.nodeId),
    );
  }

  async wish(state: SetUpEdgeAnswers, place: StepPlace): Reply {
    const { node, primary } = state;
    if (node === null || primary === null) return null;
    const answer = await askOne<'yes' | 'no'>({
      place,
      placeholder: say`Does ${node.nodeId} receive what is written on ${primary.nodeId}?`,
      items: [
        {
          label: say`$(rss) Subscribe`,
          description: say`a publication of these tables on ${primary.nodeId}, a subscription on ${node.nodeId}`,
          detail: say`A guard lets a row that was drained come back without stopping the subscription.`,
          value: 'yes',
        },
        { label: say`$(circle-slash) No`, description: say`it only sends`, value: 'no' },
      ],
      isPresent: (value) => (value === 'yes') === (state.subscribes === true),
    });
    if (answer === null || answer === 'back') return answer;
    if (answer === 'no') return { ...state, subscribes: false };
    const [edge, from] = [await this.source.catalog(node), await this.source.catalog(primary)];
    if (edge === null || from === null) return null;
    const taken = {
      publications: from.publications.map(({ name }) => name),
      subscriptions: edge.subscriptions.map(({ name }) => name),
    };
    const isSame = state.subscription.publisher?.nodeId === primary.nodeId;
    return {
      ...state,
      subscribes: true,
      subscription: {
        ...(isSame ? state.subscription : NO_ANSWERS),
        topologyId: node.topologyId,
        node,
        declared: 'new',
        publisher: primary,
        publications: [suggestName(node.nodeId, 'pub', taken.publications)],
        name: suggestName(`${node.nodeId}_${primary.nodeId}`, 'sub', taken.subscriptions),
      },
    };
  }

  async address(state: SetUpEdgeAnswers, place: StepPlace): Reply {
    const { node, primary, subscription } = state;
    if (node === null || primary === null) return null;
    const address = await askText({
      place,
      prompt: say`Where the server of ${node.nodeId} finds ${primary.nodeId}. Hosts and files are as that server sees them.`,
      placeholder: 'host=db.internal port=5432 dbname=app',
      value: subscription.address ?? (await this.#usualAddress(primary)),
      validate: validateAddress,
    });
    if (address === null || address === 'back') return address;
    return { ...state, subscription: { ...subscription, address } };
  }

  /** Whether a role is to be made, so that it needs a password. One that is there keeps its own. */
  makesRole({ role, roleName, node, primary }: SetUpEdgeAnswers): boolean {
    if (role !== 'named' || roleName === null) return false;
    return [node, primary].some((one) => {
      const catalog = one === null ? null : this.source.known(one);
      return catalog?.roles.some(({ name }) => name === roleName) !== true;
    });
  }

  /** Host, port and database of the primary as they are known here. */
  async #usualAddress(primary: NonNullable<SetUpEdgeAnswers['primary']>): Promise<string> {
    const topology = this.deps.files.find(primary.topologyId)?.topology;
    const node = topology?.nodes.find(({ id }) => id === primary.nodeId);
    const catalog = await this.source.catalog(primary);
    if (node === undefined || catalog === null) return '';
    const [endpoint] = await this.deps.endpointsOf(node);
    return writeParams({
      host: node.connection['host'] ?? endpoint?.host ?? '',
      port: node.connection['port'] ?? String(endpoint?.port ?? catalog.settings.port),
      dbname: catalog.server.database,
    });
  }
}

async function askCapture(state: SetUpEdgeAnswers, place: StepPlace): Reply {
  const capture = await askOne<'trigger' | 'application'>({
    place,
    placeholder: say`Who fills the queue?`,
    items: [
      {
        label: say`$(zap) A trigger`,
        description: say`every write to the chosen tables, in its own transaction`,
        value: 'trigger',
      },
      {
        label: say`$(code) The application`,
        description: say`it inserts table_name, operation and data itself`,
        detail: say`Both together would queue each write twice.`,
        value: 'application',
      },
    ],
    isPresent: (value) => value === state.capture,
  });
  return capture === null || capture === 'back' ? capture : { ...state, capture };
}

const POLICIES: readonly PickItem<ConflictPolicy>[] = [
  {
    label: say`Primary wins`,
    description: say`the primary's row stays, the edge's version is kept beside`,
    value: 'primary-wins',
  },
  {
    label: say`Newest wins`,
    description: say`the later updated_at, compared on the server`,
    value: 'newest-wins',
  },
  {
    label: say`Merge`,
    description: say`JSON key by key, other columns by the newest`,
    value: 'merge',
  },
  {
    label: say`Edge wins`,
    description: say`the edge's row replaces the primary's, whose version is kept beside`,
    value: 'edge-wins',
  },
  { label: say`By hand`, description: say`every conflict waits for a decision`, value: 'manual' },
];

async function askPolicy(state: SetUpEdgeAnswers, place: StepPlace): Reply {
  const policy = await askOne<ConflictPolicy | 'each'>({
    place,
    placeholder: say`What becomes of a row that changed on both sides?`,
    items: [
      ...POLICIES,
      ...(state.tables.length > 1
        ? [{ label: say`Each table by itself…`, description: '', value: 'each' as const }]
        : []),
    ],
    isPresent: (value) => value === (state.policy ?? state.policies[0]?.policy),
  });
  return policy === null || policy === 'back' ? policy : { ...state, policy };
}

/** One question a table; back leads to the table before. */
async function askEachPolicy(state: SetUpEdgeAnswers, place: StepPlace): Reply {
  const chosen: (TableName & { readonly policy: ConflictPolicy })[] = [];
  while (chosen.length < state.tables.length) {
    const table = state.tables[chosen.length];
    if (table === undefined) break;
    const present = state.policies.find((one) => isSameTable(one, table))?.policy;
    const policy = await askOne<ConflictPolicy>({
      place,
      placeholder: say`What becomes of a row of ${formatTableName(table)} that changed on both sides?`,
      items: POLICIES,
      isPresent: (value) => value === present,
    });
    if (policy === null) return null;
    if (policy === 'back' && chosen.length === 0) return 'back';
    if (policy === 'back') chosen.pop();
    else chosen.push({ schema: table.schema, name: table.name, policy });
  }
  return { ...state, policies: chosen };
}

async function askRole(state: SetUpEdgeAnswers, place: StepPlace): Reply {
  const role = await askOne<'none' | 'named'>({
    place,
    placeholder: say`As whom is the queue drained?`,
    items: [
      {
        label: say`$(account) A role of its own`,
        description: say`with the least rights on both nodes; one that exists gets what it lacks`,
        value: 'named',
      },
      {
        label: say`$(key) The role that changes run as`,
        description: say`"adminUser" of each node`,
        value: 'none',
      },
    ],
    isPresent: (value) => value === (state.role ?? 'named'),
  });
  return role === null || role === 'back' ? role : { ...state, role };
}

async function askRoleName(state: SetUpEdgeAnswers, place: StepPlace): Reply {
  const roleName = await askText({
    place,
    prompt: say`Name of the role, the same on both nodes`,
    placeholder: say`At most 63 bytes`,
    value: state.roleName ?? state.declared?.drainUser ?? 'queue_drainer',
    validate: validateRoleName,
  });
  return roleName === null || roleName === 'back' ? roleName : { ...state, roleName };
}

async function askPasswordKind(state: SetUpEdgeAnswers, place: StepPlace): Reply {
  const passwordKind = await askOne<NonNullable<SetUpEdgeAnswers['passwordKind']>>({
    place,
    placeholder: say`Which password?`,
    items: [
      {
        label: say`Make one`,
        description: say`it is put into the clipboard once the role is there`,
        value: 'made',
      },
      {
        label: say`Type one`,
        description: say`the servers get a SCRAM verifier alone`,
        value: 'typed',
      },
      {
        label: say`None`,
        description: say`it signs in by certificate, peer or trust`,
        value: 'none',
      },
    ],
    isPresent: (kind) => kind === state.passwordKind,
  });
  if (passwordKind === null || passwordKind === 'back') return passwordKind;
  return { ...state, passwordKind, password: null };
}

async function askPassword(state: SetUpEdgeAnswers, place: StepPlace): Reply {
  const password = await askText({
    place,
    prompt: say`Password of ${state.roleName ?? say`the role`}. It does not leave this machine`,
    placeholder: '',
    value: '',
    isPassword: true,
    validate: validatePassword,
  });
  return password === null || password === 'back' ? password : { ...state, password };
}

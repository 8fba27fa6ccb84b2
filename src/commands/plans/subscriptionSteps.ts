import { formatCounted } from '../../core/format';
import type { NodeCatalog } from '../../core/plan/nodeCatalog';
import { say } from '../../core/say';
import type { DeclaredSubscription } from '../../core/topology';
import { askMany, askOne, askText, type PickItem } from '../../host/prompts';
import type { Answer, Step, StepPlace } from '../../host/multiStep';
import type { CommandDeps } from '../commandDeps';
import type { CatalogSource } from './catalogSource';
import { suggestName, validateName } from './names';
import { askNode, sayNoNode, takesChanges, type NodeChoice } from './pickNode';
import { signInSteps } from './signInSteps';
import {
  asDeclared,
  NO_ANSWERS,
  slotNameOf,
  validateAddress,
  writeParams,
  type SubscriptionAnswers,
} from './subscriptionAnswers';
import { extraSteps } from './subscriptionExtras';

type Deps = Pick<CommandDeps, 'monitor' | 'clock' | 'runCommand' | 'files' | 'endpointsOf'>;
type Reply = Promise<Answer<SubscriptionAnswers>>;

/** Subscriber, publisher, publications, address, user, how to sign in, name, missing tables, options; what the file says already is not asked. */
export function subscriptionSteps(
  deps: Deps,
  source: CatalogSource,
): readonly Step<SubscriptionAnswers>[] {
  const asks = new SubscriptionQuestions(deps, source);
  const isNew = ({ declared }: SubscriptionAnswers) => declared === null || declared === 'new';
  return [
    {
      applies: ({ given }) => given === null,
      ask: async (state, place) => asks.subscriber(state, place),
    },
    {
      applies: (state) => asks.missing(state).length > 0,
      ask: async (state, place) => asks.declared(state, place),
    },
    { applies: isNew, ask: async (state, place) => asks.publisher(state, place) },
    { applies: isNew, ask: async (state, place) => asks.publications(state, place) },
    {
      applies: (state) => isNew(state) || !asks.saysAddress(state),
      ask: async (state, place) => asks.address(state, place),
    },
    ...signInSteps(source),
    { applies: isNew, ask: async (state, place) => asks.name(state, place) },
    {
      applies: (state) => asks.isSlotTaken(state),
      ask: async (state, place) => asks.slot(state, place),
    },
    ...extraSteps(source, isNew),
  ];
}

class SubscriptionQuestions {
  constructor(
    private readonly deps: Deps,
    private readonly source: CatalogSource,
  ) {}

  async subscriber(state: SubscriptionAnswers, place: StepPlace): Reply {
    const node = await askNode(this.deps, place, {
      placeholder: say`Which node subscribes?`,
      lack: say`Create Subscription needs a node that takes changes, and every one is a standby.`,
      fits: takesChanges,
      topologyId: state.topologyId,
      present: state.node,
    });
    if (node === null || node === 'back') return node;
    if ((await this.source.catalog(node)) === null) return null;
    if (node.nodeId === state.node?.nodeId) return { ...state, node };
    return { ...NO_ANSWERS, topologyId: state.topologyId, node };
  }

  /** Subscriptions that the file declares for the node and its database lacks. */
  missing({ node }: SubscriptionAnswers): readonly DeclaredSubscription[] {
    const catalog = node === null ? null : this.source.known(node);
    if (node === null || catalog === null) return [];
    const topology = this.deps.files.find(node.topologyId)?.topology;
    const declared = topology?.nodes.find(({ id }) => id === node.nodeId)?.subscriptions ?? [];
    return declared.filter(
      ({ name }) => !catalog.subscriptions.some((present) => present.name === name),
    );
  }

  async declared(state: SubscriptionAnswers, place: StepPlace): Reply {
    const items = this.missing(state).map((declared): PickItem<DeclaredSubscription | 'new'> => ({
      label: `$(rss) ${declared.name}`,
      description: say`as in the file`,
      detail: say`${declared.publications.join(', ')} of ${declared.publisher}`,
      value: declared,
    }));
    const other: PickItem<'new'> = { label: say`$(add) Another subscription…`, value: 'new' };
    const picked = await askOne<DeclaredSubscription | 'new'>({
      place,
      placeholder: say`Which subscription?`,
      items: [...items, other],
      isPresent: (value) => value === state.declared,
    });
    if (picked === null || picked === 'back') return picked;
    if (picked === 'new') return { ...state, declared: 'new' };
    const answers = asDeclared(state, picked);
    return (await this.#publisher(answers)) === null ? null : answers;
  }

  async publisher(state: SubscriptionAnswers, place: StepPlace): Reply {
    const publisher = await askNode(this.deps, place, {
      placeholder: say`Which node publishes?`,
      lack: say`Create Subscription needs a second node to subscribe to.`,
      fits: (node) => node.isDeclared && node.id !== state.node?.nodeId,
      topologyId: state.node?.topologyId ?? null,
      present: state.publisher,
    });
    if (publisher === null || publisher === 'back') return publisher;
    if (publisher.nodeId === state.publisher?.nodeId) return { ...state, publisher };
    return {
      ...state,
      publisher,
      publications: [],
      address: null,
      chosenUser: null,
      name: null,
      createsTables: null,
      choices: [],
    };
  }

  async publications(state: SubscriptionAnswers, place: StepPlace): Reply {
    const catalog = await this.#publisher(state);
    if (catalog === null) return null;
    if (catalog.publications.length === 0) {
      sayNoNode(this.deps, say`${catalog.nodeId} has no publication. Create one first.`);
      return null;
    }
    const publications = await askMany<string>({
      place,
      placeholder: say`Which publications?`,
      items: catalog.publications.map((publication): PickItem<string> => {
        const tables = formatCounted(publication.tables.length, 'table');
        return {
          label: publication.name,
          description: `${publication.allTables ? say`all tables, ${tables} now` : tables} · ${publication.operations.join(', ')}`,
          value: publication.name,
        };
      }),
      isTicked: (name) => state.publications.includes(name),
    });
    if (publications === null || publications === 'back') return publications;
    return { ...state, publications, name: null, createsTables: null };
  }

  saysAddress({ address }: SubscriptionAnswers): boolean {
    return address !== null && validateAddress(address) === null;
  }

  async address(state: SubscriptionAnswers, place: StepPlace): Reply {
    const { publisher, node } = state;
    if (publisher === null) return null;
    const address = await askText({
      place,
      prompt: say`Where the server of ${node?.nodeId ?? say`the subscriber`} finds ${publisher.nodeId}. Hosts and files are as that server sees them.`,
      placeholder: 'host=db.internal port=5432 dbname=app',
      value: state.address ?? (await this.#usualAddress(state, publisher)),
      validate: validateAddress,
    });
    return address === null || address === 'back' ? address : { ...state, address };
  }

  async name(state: SubscriptionAnswers, place: StepPlace): Reply {
    const { node, publisher, publications } = state;
    const catalog = node === null ? null : await this.source.catalog(node);
    if (catalog === null || publisher === null) return null;
    const taken = catalog.subscriptions.map(({ name }) => name);
    const stem = (publications[0] ?? publisher.nodeId).replace(/_pub$/u, '');
    const name = await askText({
      place,
      prompt: (text) =>
        validateName(text) === null
          ? say`Its slot on ${publisher.nodeId} will be ${slotNameOf({ ...state, name: text })}.`
          : say`Name of the subscription`,
      placeholder: say`Letters, digits and _ · at most 63 bytes`,
      value: state.name ?? suggestName(stem, 'sub', taken),
      validate: (text) =>
        validateName(text) ??
        (taken.includes(text)
          ? say`${catalog.nodeId} has a subscription ${text} already. Choose another name.`
          : null),
    });
    return name === null || name === 'back' ? name : { ...state, name, slot: null };
  }

  isSlotTaken(state: SubscriptionAnswers): boolean {
    const { publisher, name } = state;
    const catalog = publisher === null || name === null ? null : this.source.known(publisher);
    return catalog?.slots.some((slot) => slot.name === slotNameOf(state)) ?? false;
  }

  /** Attach to the slot that is there, or make another. */
  async slot(state: SubscriptionAnswers, place: StepPlace): Reply {
    const catalog = await this.#publisher(state);
    if (catalog === null) return null;
    const wanted = slotNameOf(state);
    const slots = new Map(catalog.slots.map((slot) => [slot.name, slot]));
    const present = slots.get(wanted);
    if (present === undefined) return state;
    const free = freeName(wanted, slots);
    const isReused = await askOne<'reuse' | 'other'>({
      place,
      placeholder: say`${catalog.nodeId} has a slot ${wanted} already.`,
      items: [
        { label: say`Make a slot ${free}`, value: 'other' },
        {
          label: say`Use the slot ${wanted}`,
          description: present.isActive
            ? say`somebody reads it now`
            : say`changes since its last reader`,
          value: 'reuse',
        },
      ],
    });
    if (isReused === null || isReused === 'back') return isReused;
    const slot =
      isReused === 'reuse' ? { name: wanted, isReused: true } : { name: free, isReused: false };
    return { ...state, slot };
  }

  async #publisher({ publisher, node }: SubscriptionAnswers): Promise<NodeCatalog | null> {
    if (publisher === null || node === null) return null;
    return this.source.catalog(publisher);
  }

  /** Host, port and database of the publisher as they are known here. */
  async #usualAddress(state: SubscriptionAnswers, publisher: NodeChoice): Promise<string> {
    const topology = this.deps.files.find(publisher.topologyId)?.topology;
    const node = topology?.nodes.find(({ id }) => id === publisher.nodeId);
    const catalog = await this.#publisher(state);
    if (node === undefined || catalog === null) return '';
    const [endpoint] = await this.deps.endpointsOf(node);
    return writeParams({
      host: node.connection['host'] ?? endpoint?.host ?? '',
      port: node.connection['port'] ?? String(endpoint?.port ?? catalog.settings.port),
      dbname: catalog.server.database,
    });
  }
}

function freeName(wanted: string, taken: ReadonlyMap<string, unknown>): string {
  for (let number = 2; ; number += 1) {
    const ending = `_${number}`;
    const next = `${wanted.slice(0, 63 - ending.length)}${ending}`;
    if (!taken.has(next)) return next;
  }
}

import { withoutSecrets } from '../../core/connectionString';
import { formatUri } from '../../core/connectionStringFormat';
import { SECRET_KEYWORDS } from '../../core/connectionStringKeywords';
import type {
  Evidence,
  ProposalChoices,
  ProposedEdge,
  ProposedNode,
  ProposedPublication,
  ProposedQueue,
  TopologyProposal,
} from '../../core/discovery/proposal';
import { say } from '../../core/say';
import { formatTableName, parseTableName } from '../../core/tableName';
import type { ConnectionParams, TableName } from '../../core/topology';
import { deriveSlotName } from '../../core/slotName';
import { DEFAULT_QUEUE_TABLE } from '../normalise';
import { connectionOf, nodeName, show } from './nodeKeys';
import type { NodeKeys } from './nodeKeys';
import { commentText } from './piece';
import type { Entry } from './piece';

/** What the file should say of a proposal, whatever it says already, and what of the proposal cannot be written. */
export interface ProposedEntries {
  readonly nodes: readonly Entry[];
  readonly consumers: readonly Entry[];
  /** Finished sentences. */
  readonly problems: readonly string[];
}

type EdgeOf<K extends ProposedEdge['kind']> = Extract<ProposedEdge, { readonly kind: K }>;

/** Writes the chosen nodes and what hangs on them by the file's keys, each with where it was found. */
export function proposedEntries(
  proposal: TopologyProposal,
  choices: ProposalChoices,
  { keys }: Pick<NodeKeys, 'keys'>,
): ProposedEntries {
  const problems: string[] = [];
  const nodes = upstreamsFirst(proposal).flatMap((node): Entry[] => {
    const key = keys.get(node.id);
    if (key === undefined) return [];
    const context: NodeContext = { proposal, choices, keys, problems, node, key };
    return [
      {
        key,
        comments: nodeComments(node),
        entries: nodeEntries(context),
        isApart: true,
      },
    ];
  });
  const names = new Set<string>();
  const consumers = proposal.consumers.flatMap((consumer): Entry[] => {
    const node = keys.get(consumer.node);
    const key = nodeName(consumer.id);
    if (node === undefined || names.has(key)) return [];
    names.add(key);
    const entries = [leaf('node', node), leaf('slot', consumer.slot)];
    return [{ key, comments: whence(consumer), entries }];
  });
  return { nodes, consumers, problems };
}

/** As data flows, for who reads from the top; what no edge says anything of stays where it is. */
function upstreamsFirst({ nodes, edges }: TopologyProposal): readonly ProposedNode[] {
  const sources = new Map<string, string[]>();
  for (const edge of edges) {
    // An edge drains upwards, and is below its primary all the same.
    const [above, below] = edge.kind === 'queue' ? [edge.to, edge.from] : [edge.from, edge.to];
    sources.set(below, [...(sources.get(below) ?? []), above]);
  }
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ordered = new Set<ProposedNode>();
  const visited = new Set<string>();
  const visit = (id: string): void => {
    const node = byId.get(id);
    if (node === undefined || visited.has(id)) return;
    visited.add(id);
    for (const source of sources.get(id) ?? []) visit(source);
    ordered.add(node);
  };
  for (const { id } of nodes) visit(id);
  return [...ordered];
}

interface NodeContext {
  readonly proposal: TopologyProposal;
  readonly choices: ProposalChoices;
  readonly keys: ReadonlyMap<string, string>;
  readonly problems: string[];
  readonly node: ProposedNode;
  readonly key: string;
}

function nodeEntries(context: NodeContext): readonly Entry[] {
  const { node, choices } = context;
  const upstream = streamingEntries(context);
  // A standby has the publications of its primary; said twice they would be a warning.
  const publications = upstream.length > 0 ? [] : uniqueByName(node).map(publicationEntry);
  const subscriptions = subscriptionEntries(context);
  return [
    {
      ...leaf('connection', connectionValue(connectionOf(node, choices))),
      comments: choices.addresses.has(node.id)
        ? [say`The address was entered by hand and has not been tried since.`]
        : [],
    },
    ...(node.passwordSource === undefined ? [] : [leaf('passwordSource', node.passwordSource)]),
    ...upstream,
    ...block('publications', publications),
    ...block('subscriptions', subscriptions),
    ...queueEntries(context),
  ];
}

function streamingEntries(context: NodeContext): readonly Entry[] {
  const { proposal, keys, node, key, problems } = context;
  const edges = edgesOf(proposal, 'streaming').filter(({ to }) => to === node.id);
  const edge = edges.find(({ from }) => keys.has(from));
  if (edge === undefined) return [];
  if (edges.length > 1) {
    problems.push(
      say`${show(key)} seems to stream from ${edges.map(({ from }) => show(from)).join(say` and `)}: ${show(edge.from)} was written.`,
    );
  }
  const upstream = keys.get(edge.from) ?? edge.from;
  return [
    { key: 'standbyOf', comments: whence(edge), value: upstream },
    ...(edge.slot === null ? [] : [leaf('slot', edge.slot)]),
  ];
}

function subscriptionEntries(context: NodeContext): readonly Entry[] {
  const { proposal, keys, node, key, problems } = context;
  const names = new Set<string>();
  return edgesOf(proposal, 'logical').flatMap((edge): Entry[] => {
    const publisher = keys.get(edge.from);
    if (edge.to !== node.id || publisher === undefined || names.has(edge.subscription)) return [];
    if (edge.publications.length === 0) {
      problems.push(
        say`Subscription ${show(edge.subscription)} of ${show(key)} was left out: its publications are not known.`,
      );
      return [];
    }
    names.add(edge.subscription);
    const { connection, slot, subscription } = edge;
    const entries = [
      leaf('publisher', publisher),
      leaf('publications', edge.publications),
      ...(connection === null ? [] : [leaf('connection', withoutSecrets(connection))]),
      ...(slot === null || slot === deriveSlotName(subscription) ? [] : [leaf('slotName', slot)]),
    ];
    return [{ key: subscription, comments: whence(edge), entries }];
  });
}

function queueEntries(context: NodeContext): readonly Entry[] {
  const { proposal, keys, node, key, problems } = context;
  const edge = edgesOf(proposal, 'queue').find(({ from }) => from === node.id);
  const primary = edge === undefined ? undefined : keys.get(edge.to);
  if (edge === undefined || primary === undefined) {
    if (node.queue !== null) {
      problems.push(
        say`The queue ${show(formatTableName(node.queue.table))} of ${show(key)} was left out: which node it is drained to is not known.`,
      );
    }
    return [];
  }
  const queue = node.queue;
  const comments = [...whence(edge), ...(queue === null ? [] : evidenceLines(queue.evidence))];
  const entries = [leaf('primary', primary), ...(queue === null ? [] : queueParts(context, queue))];
  return [{ key: 'pendingSync', comments: [...new Set(comments)], entries }];
}

function queueParts(context: NodeContext, queue: ProposedQueue): readonly Entry[] {
  const { table, capture } = queue;
  const isUsual =
    table.schema === DEFAULT_QUEUE_TABLE.schema && table.name === DEFAULT_QUEUE_TABLE.name;
  const tables = queue.tables.filter((entry) => {
    if (readsBack(entry)) return true;
    context.problems.push(
      say`Table ${show(formatTableName(entry))} in the queue of ${show(context.key)} was left out: its name cannot be written as a key.`,
    );
    return false;
  });
  const names = new Map(tables.map((entry) => [formatTableName(entry), entry.policy]));
  return [
    ...(isUsual ? [] : [leaf('table', tableValue(table))]),
    ...(capture === 'trigger' ? [] : [leaf('capture', capture)]),
    ...(names.size === 0 ? [] : [leaf('tables', Object.fromEntries(names))]),
  ];
}

function uniqueByName({ publications }: ProposedNode): readonly ProposedPublication[] {
  return [...new Map(publications.map((publication) => [publication.name, publication])).values()];
}

function publicationEntry(publication: ProposedPublication): Entry {
  const { name, allTables, schemas, tables, evidence } = publication;
  const entries = allTables
    ? [leaf('allTables', true)]
    : [
        ...(tables.length === 0 ? [] : [leaf('tables', tables.map(tableValue))]),
        ...(schemas.length === 0 ? [] : [leaf('schemas', schemas)]),
      ];
  return { key: name, comments: evidenceLines(evidence), entries };
}

/** As text where that reads back the same, else as a pair. */
function tableValue(table: TableName): unknown {
  return readsBack(table) ? formatTableName(table) : [table.schema, table.name];
}

function readsBack(table: TableName): boolean {
  const read = parseTableName(formatTableName(table));
  return read?.schema === table.schema && read.name === table.name;
}

/** Keywords that the object form of a connection takes, `dbname` apart. */
const OBJECT_KEYWORDS = ['host', 'port', 'user', 'service', 'sslmode', 'sslrootcert', 'passfile'];

/** As a URI where it reads well; the directory of a socket and the entry of a service file stand in an object. */
function connectionValue(connection: ConnectionParams): unknown {
  const params = Object.fromEntries(
    Object.entries(connection).filter(
      ([keyword]) => !SECRET_KEYWORDS.has(keyword) && keyword !== 'application_name',
    ),
  );
  const host = params['host'] ?? '';
  const isObject = host.startsWith('/') || host.startsWith('@') || params['service'] !== undefined;
  const isPlain = Object.keys(params).every(
    (keyword) => keyword === 'dbname' || OBJECT_KEYWORDS.includes(keyword),
  );
  if (!isObject || !isPlain) return formatUri(params);
  const { dbname, ...rest } = params;
  const ordered = OBJECT_KEYWORDS.flatMap((keyword): [string, string | number][] => {
    const value = rest[keyword];
    if (value === undefined) return [];
    return [[keyword, keyword === 'port' && /^\d+$/u.test(value) ? Number(value) : value]];
  });
  return Object.fromEntries(dbname === undefined ? ordered : [...ordered, ['database', dbname]]);
}

function nodeComments(node: ProposedNode): readonly string[] {
  return [...whence(node), ...(node.problem === null ? [] : [commentText(node.problem)])];
}

interface Shown {
  readonly certainty: 'seen' | 'guessed';
  readonly evidence: readonly Evidence[];
}

/** More is in the map of the proposal; a file is read by people. */
const SAID = 3;

/** Where something comes from, a sentence a line. What is only guessed says so. */
function whence({ certainty, evidence }: Shown): readonly string[] {
  const said = evidence.slice(0, SAID).map(evidenceText);
  const [first = '', ...more] = [...new Set(said)];
  return certainty === 'guessed'
    ? [say`Guessed, please check: ${first}`, ...more]
    : [first, ...more];
}

function evidenceLines(evidence: readonly Evidence[]): readonly string[] {
  return evidence.length === 0 ? [] : whence({ certainty: 'seen', evidence });
}

function evidenceText({ text, atMs }: Evidence): string {
  // Names are left as they are written.
  const said = commentText(text).replace(/^it (?=[a-z])/u, 'It ');
  return atMs === null ? `${said}.` : `${said}, ${minute(atMs)}.`;
}

/** In UTC: the file is read in other places, too. */
function minute(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function edgesOf<K extends ProposedEdge['kind']>(
  proposal: TopologyProposal,
  kind: K,
): readonly EdgeOf<K>[] {
  return proposal.edges.filter((edge): edge is EdgeOf<K> => edge.kind === kind);
}

function leaf(key: string, value: unknown): Entry {
  return { key, comments: [], value };
}

function block(key: string, entries: readonly Entry[]): readonly Entry[] {
  return entries.length === 0 ? [] : [{ key, comments: [], entries, isMap: true }];
}

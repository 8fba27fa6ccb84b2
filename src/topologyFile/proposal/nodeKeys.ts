import { isLoopback } from '../../core/endpoint';
import { redact } from '../../core/redact';
import type {
  ProposalChoices,
  ProposedNode,
  TopologyProposal,
} from '../../core/discovery/proposal';
import { say } from '../../core/say';
import type { ConnectionParams, Topology, TopologyNode } from '../../core/topology';
import { showEscaped } from '../../core/visibleText';

/** The nodes that are written, and what each is called in the file. */
export interface NodeKeys {
  /** Key in the file by proposed id; of those that are chosen and can be written. */
  readonly keys: ReadonlyMap<string, string>;
  /** Keys of those that the file has already. */
  readonly present: ReadonlySet<string>;
  /** Finished sentences. */
  readonly problems: readonly string[];
}

/**
 * Finds for each chosen node the one of the file that it is, or a name that is free. It is one of the file when it is said
 * to be, or when both are dialled at the same address for the same database.
 */
export function nodeKeys(
  file: Topology | null,
  proposal: TopologyProposal,
  choices: ProposalChoices,
): NodeKeys {
  const keys = new Map<string, string>();
  const present = new Set<string>();
  const problems: string[] = [];
  const standbys = new Set(proposal.edges.flatMap((e) => (e.kind === 'streaming' ? [e.to] : [])));
  const taken = new Set((file?.nodes ?? []).map(({ id }) => id));
  const chosen = proposal.nodes.filter(({ id }) => choices.nodeIds.has(id));
  const take = (node: ProposedNode, known: TopologyNode | undefined): void => {
    if (known === undefined || present.has(known.id)) return;
    keys.set(node.id, known.id);
    present.add(known.id);
  };
  for (const node of chosen) {
    if (node.isInFile)
      take(
        node,
        file?.nodes.find(({ id }) => id === node.id),
      );
  }
  for (const isLoose of [false, true]) {
    for (const node of chosen) {
      if (keys.has(node.id)) continue;
      const connection = connectionOf(node, choices);
      const others = file?.nodes.filter(({ id }) => !present.has(id)) ?? [];
      const isStandby = standbys.has(node.id);
      take(
        node,
        others.find(
          (known) =>
            isSame(known.connection, connection) ||
            // A standby has all databases of its primary; in which one it is watched is for the file to say.
            (isLoose &&
              (isStandby || known.standbyOf !== null) &&
              isSameServer(known.connection, connection)),
        ),
      );
    }
  }
  for (const node of chosen) {
    if (keys.has(node.id)) continue;
    const connection = connectionOf(node, choices);
    if (Object.keys(connection).length === 0) {
      problems.push(
        say`${show(node.id)} was left out: no address of it is known. Give it one first.`,
      );
      continue;
    }
    const twin = chosen.find(
      (other) => keys.has(other.id) && isSame(connection, connectionOf(other, choices)),
    );
    if (twin !== undefined) {
      problems.push(
        say`${show(node.id)} was left out: it is the same database as ${show(twin.id)}.`,
      );
      continue;
    }
    const wanted = nodeName(choices.names.get(node.id) ?? node.id);
    const key = freeName(wanted, taken);
    if (key !== wanted) {
      problems.push(say`Another node is called ${wanted}: the one that was found became ${key}.`);
    }
    taken.add(key);
    keys.set(node.id, key);
  }
  return { keys, present, problems };
}

/** How a node is dialled, with the address that a person gave in place of the proposed one. */
export function connectionOf(node: ProposedNode, choices: ProposalChoices): ConnectionParams {
  const address = choices.addresses.get(node.id);
  const params = Object.entries(node.connection).filter(
    ([keyword, value]) => value !== '' && !(address !== undefined && keyword === 'hostaddr'),
  );
  if (address === undefined) return Object.fromEntries(params);
  return { ...Object.fromEntries(params), host: address.host, port: String(address.port) };
}

/** A name of a node as people may read it in a message. */
export function show(name: string): string {
  return showEscaped(name);
}

function isSameServer(known: ConnectionParams, connection: ConnectionParams): boolean {
  const server = serverOf(connection);
  return server !== null && server === serverOf(known);
}

function isSame(known: ConnectionParams, connection: ConnectionParams): boolean {
  return isSameServer(known, connection) && databaseOf(known) === databaseOf(connection);
}

/** Host and port as one text, by which two connections to one server are known; `null` when none is named. */
function serverOf(connection: ConnectionParams): string | null {
  const host = connection['hostaddr'] ?? connection['host'];
  if (host === undefined || host === '') {
    return connection['service'] === undefined ? null : `service=${connection['service']}`;
  }
  const hosts = host.split(',').map((name) => {
    const plain = name.toLowerCase().replace(/\.$/u, '');
    return isLoopback(plain) && !plain.startsWith('/') ? 'localhost' : plain;
  });
  return `${hosts.join(',')}:${connection['port'] ?? '5432'}`;
}

function databaseOf(connection: ConnectionParams): string {
  return connection['dbname'] ?? connection['user'] ?? '';
}

/** What of a proposed name may name a node or a consumer of a file. */
export function nodeName(name: string): string {
  const plain = redact(name)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '')
    .replaceAll('/', '-')
    .trim();
  return plain === '' || plain === '__proto__' ? 'node' : plain;
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let count = 2; taken.has(name); count += 1) name = `${wanted}-${count}`;
  return name;
}

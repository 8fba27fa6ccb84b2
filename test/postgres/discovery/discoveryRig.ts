import assert from 'node:assert/strict';
import type {
  Evidence,
  ProposedEdge,
  TopologyProposal,
} from '../../../src/core/discovery/proposal';
import { SystemClock } from '../../../src/host/systemClock';
import { Crawl } from '../../../src/operations/discovery/crawl';
import type { ApprovedEndpoint } from '../../../src/operations/discovery/waitingEndpoint';
import { PgDiscoveryGateway } from '../../../src/pg/discovery/pgDiscoveryGateway';
import type { Cluster } from '../../clusters/cluster';
import { makeGateway, never } from '../pg/support';

/** A node as the test knows it: server and database. */
export interface Place {
  readonly cluster: Cluster;
  readonly database?: string;
}

/** What one discovery came to, in the names of the test. */
export interface Discovered {
  readonly proposal: TopologyProposal;
  /** `kind from -> to`, sorted; nodes as `server/database`. */
  readonly edges: readonly string[];
  /** Those of them that are seen. */
  readonly seen: readonly string[];
  readonly nodes: readonly string[];
  readonly problems: readonly string[];
  /** The beginning, and each time a person had to allow or to say something. */
  readonly questions: number;
}

/**
 * Discovers as a person would: from one connection, saying the port of what a server shows without one. All servers are on one machine,
 * where no port can be guessed.
 * @param servers all of the test's, so that ports have names
 * @param ports what the person knows: the port of a server by the name or slot that its sender shows
 */
export async function discover(
  start: Place,
  servers: readonly Cluster[],
  { ports = {}, user = 'postgres', more = [] }: DiscoverOptions = {},
): Promise<Discovered> {
  const gateway = new PgDiscoveryGateway(makeGateway().dialer, () => Date.now());
  const crawl = new Crawl({ gateway, clock: new SystemClock(), isApproved: () => false });
  let questions = 0;
  for (const one of [start, ...more]) {
    questions += 1;
    await crawl.look({ params: paramsOf(one, user), password: null }, never());
  }
  for (;;) {
    const answers = crawl.waiting().flatMap(({ key, evidence }): ApprovedEndpoint[] => {
      const port = portIn(evidence, ports);
      return port === null ? [] : [{ key, address: { host: '127.0.0.1', port } }];
    });
    if (answers.length === 0) break;
    questions += answers.length;
    await crawl.goOn(answers, never());
  }
  return named(crawl.proposal(), servers, questions);
}

interface DiscoverOptions {
  readonly ports?: Readonly<Record<string, number>>;
  readonly user?: string;
  /** Further beginnings. */
  readonly more?: readonly (Place & { readonly port?: number })[];
}

function paramsOf(place: Place & { readonly port?: number }, user: string) {
  return {
    host: '127.0.0.1',
    port: String(place.port ?? place.cluster.port),
    dbname: place.database ?? 'postgres',
    user,
  };
}

function portIn(
  evidence: readonly Evidence[],
  ports: Readonly<Record<string, number>>,
): number | null {
  const words = evidence.flatMap(({ text }) => text.split(/[\s,]+/u));
  const word = words.find((one) => Object.hasOwn(ports, one));
  return word === undefined ? null : (ports[word] ?? null);
}

function named(
  proposal: TopologyProposal,
  servers: readonly Cluster[],
  questions: number,
): Discovered {
  const places = new Map(
    proposal.nodes.map(({ id, connection }) => {
      const server = servers.find(({ port }) => String(port) === connection['port']);
      return [id, `${server?.name ?? `?${id}`}/${connection['dbname'] ?? ''}`];
    }),
  );
  // Whoever says something says it by the name that the file will give it.
  for (const { evidence } of [...proposal.nodes, ...proposal.edges, ...proposal.consumers]) {
    for (const { text } of evidence) {
      const who = / on (\S+)$/u.exec(text)?.[1];
      assert.ok(who === undefined || places.has(who), `${text}, of ${[...places.keys()].join()}`);
    }
  }
  const write = ({ kind, from, to }: ProposedEdge): string =>
    `${kind} ${places.get(from) ?? from} -> ${places.get(to) ?? to}`;
  return {
    proposal,
    edges: proposal.edges.map(write).sort(),
    seen: proposal.edges
      .filter(({ certainty }) => certainty === 'seen')
      .map(write)
      .sort(),
    nodes: [...places.values()].sort(),
    problems: proposal.nodes.flatMap(({ id, problem }) =>
      problem === null ? [] : [`${places.get(id) ?? id}: ${problem}`],
    ),
    questions,
  };
}

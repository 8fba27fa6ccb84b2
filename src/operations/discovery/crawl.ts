import { formatEndpoint, isLoopback } from '../../core/endpoint';
import { ServerFailure, type Endpoint } from '../../core/failure';
import { connectionTo, type Draft, type DraftNode } from '../../core/discovery/draft';
import { withFallback, type NameOf } from '../../core/discovery/draftEvidence';
import { furtherPlaces, type FurtherPlace } from '../../core/discovery/furtherPlaces';
import type { Answer, FileNode, ProposalOptions, SaidMember } from '../../core/discovery/look';
import { draftTopology, makeProposal } from '../../core/discovery/makeProposal';
import { NodeKeys } from '../../core/discovery/nodeKeys';
import { presentDraft } from '../../core/discovery/presentDraft';
import type { Evidence, ProposalSecrets, TopologyProposal } from '../../core/discovery/proposal';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { Clock } from '../../core/ports/clock';
import type { DiscoveryGateway } from '../../core/ports/discoveryGateway';
import { say } from '../../core/say';
import type { ConnectionParams } from '../../core/topology';
import { CrawlLooks, MOST_LOOKS } from './crawlLooks';
import { failureOf, type Wanted } from './lookOnce';
import { managersOf } from './managersOf';
import type {
  ApprovedEndpoint,
  LookedAgain,
  WaitingEndpoint,
  WantedAgain,
} from './waitingEndpoint';

export interface CrawlDeps {
  readonly gateway: DiscoveryGateway;
  readonly clock: Clock;
  /** Whether a person allowed this address before; loopback and sockets need no consent at all. */
  readonly isApproved: (endpoint: Endpoint) => boolean;
  /** Nodes of the file that is added to. */
  readonly inFile?: readonly FileNode[];
}

interface NamedPlace extends FurtherPlace {
  readonly name: string;
  readonly said: readonly Evidence[];
}

interface NodePlace {
  readonly node: DraftNode;
  readonly base: Answer;
  readonly nameOf: NameOf;
}

/**
 * Follows a topology from one connection, up and down, one look at each server and no second try. It dials by itself only what needs no
 * consent: this machine, and databases of a server that was reached; everything else waits.
 */
export class Crawl {
  readonly #looks: CrawlLooks;
  readonly #keys = new NodeKeys();
  readonly #members: SaidMember[] = [];
  /** Addresses of Patroni that were asked. */
  readonly #asked = new Set<string>();
  readonly #notes: string[] = [];

  constructor(private readonly deps: CrawlDeps) {
    this.#looks = new CrawlLooks(deps);
  }

  /**
   * Looks at the first server, whose address a person confirmed, and at what needs no consent from there. May be called again with
   * another beginning.
   * @throws ServerFailure when the first server cannot be read
   */
  async look(
    start: { readonly params: ConnectionParams; readonly password: string | null },
    signal: CancelSignal,
  ): Promise<void> {
    const { failure } = await this.#looks.begin(
      {
        connection: start.params,
        password: start.password,
        soughtKey: null,
        isOverridden: true,
        evidence: [],
        name: say`the server`,
      },
      signal,
    );
    if (failure !== null) throw new ServerFailure(failure);
    await this.#follow(signal);
  }

  /** Further nodes that need a person, in the order in which they were found. */
  waiting(): readonly WaitingEndpoint[] {
    return [...this.#servers(), ...this.#managers()];
  }

  #servers(): readonly WaitingEndpoint[] {
    return this.#further()
      .filter((place) => !this.#isFree(place))
      .map((place) => ({
        key: place.key,
        nodeId: place.name,
        endpoint: place.endpoint,
        host: place.host,
        database: place.database,
        user: place.base.connection['user'] ?? place.base.facts.role,
        isPortGuessed: place.isPortGuessed,
        evidence: place.said,
      }));
  }

  /** Looks at what a person allowed, and at what needs no consent from there. What fails stays in the proposal, marked. */
  async goOn(approved: readonly ApprovedEndpoint[], signal: CancelSignal): Promise<void> {
    const places = this.#further();
    const wanted = approved.flatMap((one) => {
      const place = places.find(({ key }) => key === one.key);
      const endpoint = one.address ?? place?.endpoint ?? null;
      return place === undefined || endpoint === null ? [] : [this.#wanted(place, endpoint, one)];
    });
    const managers = this.#managers().filter(({ key }) => approved.some((one) => one.key === key));
    for (const { endpoint } of managers) {
      if (endpoint !== null) await this.#askPatroni(endpoint, signal);
    }
    await this.#looks.lookAt(wanted, signal);
    await this.#follow(signal);
  }

  /** Whether a person has to allow this address before it may be dialled. */
  needsConsent(endpoint: Endpoint): boolean {
    const { host } = endpoint;
    return !isLoopback(host) && !this.#looks.knows(endpoint) && !this.deps.isApproved(endpoint);
  }

  /** What would be dialled there, without a secret; `null`: there is no such node, or nobody's user leads to it. */
  connectionAt({ nodeId, address }: WantedAgain): ConnectionParams | null {
    const place = this.#placeCalled(nodeId);
    return place === null ? null : connectionTo(place.base, address, place.node.database);
  }

  /** The node as one that waits for consent to an address which a person said; `null` as above. */
  placeAt(nodeId: string, endpoint: Endpoint): WaitingEndpoint | null {
    const place = this.#placeCalled(nodeId);
    if (place === null) return null;
    const { base, node, nameOf } = place;
    return {
      key: node.key,
      nodeId,
      endpoint,
      host: node.host,
      database: node.database,
      user: base.connection['user'] ?? base.facts.role,
      isPortGuessed: false,
      evidence: node.evidence.map(({ text, atMs }) => ({ text: text(nameOf), atMs })),
    };
  }

  /**
   * Looks at one node at an address that a person said and allowed, whether or not it was looked at before, and at what needs no consent
   * from there. What failed before makes room for what comes of it; a node that answered stays, whatever comes of it.
   */
  async lookAgain(wanted: WantedAgain, signal: CancelSignal): Promise<LookedAgain> {
    const place = this.#placeCalled(wanted.nodeId);
    if (place === null) return 'notLookedAt';
    const { base, node, nameOf } = place;
    const look = await this.#looks.lookAgain(
      {
        connection: connectionTo(base, wanted.address, node.database),
        password: wanted.password ?? this.#looks.passwordOf(base.facts),
        soughtKey: node.key,
        isOverridden: true,
        // One that answered before keeps its evidence by itself.
        evidence: node.answer === null ? node.evidence.map((one) => withFallback(one, nameOf)) : [],
        name: wanted.nodeId,
      },
      node,
      signal,
    );
    if (look === null) return 'notLookedAt';
    if (look.failure !== null) return look.failure;
    await this.#follow(signal);
    return 'answered';
  }

  /** What each node of the proposal as it is now is known by from one look to the next, by its id. */
  keys(): ReadonlyMap<string, string> {
    const draft = this.#draft();
    const nameOf = this.#nameOf(draft);
    return new Map(Array.from(this.#keys.follow(draft), ([key, stays]) => [nameOf(key), stays]));
  }

  proposal(): TopologyProposal {
    const proposal = makeProposal(this.#looks.all(), this.#options());
    const more = this.#looks.wasCut
      ? [
          ...this.#notes,
          say`Discovery stopped after ${MOST_LOOKS} looks; what lies further was not looked at.`,
        ]
      : this.#notes;
    return { ...proposal, skipped: [...proposal.skipped, ...more] };
  }

  /** Passwords that led to a node, by its id in the proposal as it is now. For SecretStorage alone. */
  secrets(): ProposalSecrets {
    const draft = this.#draft();
    const nameOf = this.#nameOf(draft);
    const secrets = new Map<string, string>();
    for (const { look, password } of this.#looks.found()) {
      if (password === null) continue;
      const node = [...draft.nodes.values()].find(
        ({ answer, failedLook }) => answer?.facts === look.facts || failedLook === look,
      );
      if (look.facts !== null && node !== undefined) secrets.set(nameOf(node.key), password);
    }
    return secrets;
  }

  #managers(): readonly WaitingEndpoint[] {
    if (this.#asked.size > 0) return [];
    const draft = this.#draft();
    return managersOf(draft, this.#nameOf(draft));
  }

  async #askPatroni(endpoint: Endpoint, signal: CancelSignal): Promise<void> {
    this.#asked.add(endpoint.host);
    try {
      const members = await this.deps.gateway.readMembers(endpoint, signal);
      const source = say`Patroni's /cluster at ${formatEndpoint(endpoint)}`;
      const atMs = this.deps.clock.nowMs();
      this.#members.push(...members.map((member) => ({ member, source, atMs })));
    } catch (error) {
      const facts = failureOf(error, formatEndpoint(endpoint));
      if (facts.reason !== 'cancelled') this.#notes.push(facts.text);
    }
  }

  async #follow(signal: CancelSignal): Promise<void> {
    for (;;) {
      const free = this.#further().filter((place) => this.#isFree(place));
      const wanted = free.flatMap((place) =>
        place.endpoint === null || this.#looks.isSought(place.key)
          ? []
          : [this.#wanted(place, place.endpoint, { key: place.key })],
      );
      if (wanted.length === 0 || signal.aborted || this.#looks.wasCut) return;
      await this.#looks.lookAt(wanted, signal);
    }
  }

  #further(): readonly NamedPlace[] {
    const draft = this.#draft();
    const nameOf = this.#nameOf(draft);
    return furtherPlaces(draft).map((place) => ({
      ...place,
      evidence: place.evidence.map((one) => withFallback(one, nameOf)),
      name: nameOf(place.key),
      said: place.evidence.map(({ text, atMs }) => ({ text: text(nameOf), atMs })),
    }));
  }

  #wanted(place: NamedPlace, endpoint: Endpoint, changes: ApprovedEndpoint): Wanted {
    const { base, database, key, name, evidence } = place;
    return {
      connection: {
        ...connectionTo(base, endpoint, changes.database ?? database),
        ...(changes.user === undefined ? {} : { user: changes.user }),
      },
      password: changes.password ?? this.#looks.passwordOf(base.facts),
      soughtKey: key,
      isOverridden: changes.address !== undefined,
      evidence,
      name,
    };
  }

  /** Whether nobody need be asked: an address that is known, on this machine or allowed before. */
  #isFree({ endpoint, isPortGuessed }: FurtherPlace): boolean {
    if (endpoint === null || isPortGuessed) return false;
    return !this.needsConsent(endpoint);
  }

  #draft(): Draft {
    return draftTopology(this.#looks.all(), this.#options());
  }

  #nameOf(draft: Draft): NameOf {
    const { ids } = presentDraft(draft, this.#options());
    return (key) => ids.get(key) ?? key;
  }

  /** A node by its id as it is now, with the answer whose user leads there. */
  #placeCalled(id: string): NodePlace | null {
    const draft = this.#draft();
    const nameOf = this.#nameOf(draft);
    const node = [...draft.nodes.values()].find(({ key }) => nameOf(key) === id);
    const base = node?.base ?? null;
    return node === undefined || base === null ? null : { node, base, nameOf };
  }

  #options(): ProposalOptions {
    return { inFile: this.deps.inFile ?? [], members: this.#members };
  }
}

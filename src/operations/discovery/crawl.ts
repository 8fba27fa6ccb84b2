import pLimit from 'p-limit';
import { formatEndpoint, isLoopback, isUnixSocket } from '../../core/endpoint';
import { ServerFailure, type Endpoint } from '../../core/failure';
import { connectionTo } from '../../core/discovery/draft';
import type { DraftEvidence, NameOf } from '../../core/discovery/draftEvidence';
import { furtherPlaces, type FurtherPlace } from '../../core/discovery/furtherPlaces';
import type { FileNode, Look, ProposalOptions, SaidMember } from '../../core/discovery/look';
import { draftTopology, makeProposal } from '../../core/discovery/makeProposal';
import { presentDraft } from '../../core/discovery/presentDraft';
import type { Evidence, ProposalSecrets, TopologyProposal } from '../../core/discovery/proposal';
import { isSameAddress } from '../../core/discovery/servers';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { Clock } from '../../core/ports/clock';
import type { DiscoveryGateway } from '../../core/ports/discoveryGateway';
import { say } from '../../core/say';
import type { ConnectionParams } from '../../core/topology';
import { failureOf, lookOnce, type Found, type Wanted } from './lookOnce';

/** Servers that one crawl looks at, at most. */
export const MOST_LOOKS = 64;
const AT_ONCE = 4;
const PATRONI_PORT = 8008;

export interface CrawlDeps {
  readonly gateway: DiscoveryGateway;
  readonly clock: Clock;
  /** Whether a person allowed this address before; loopback and sockets need no consent at all. */
  readonly isApproved: (endpoint: Endpoint) => boolean;
  /** Nodes of the file that is added to. */
  readonly inFile?: readonly FileNode[];
}

/** A further node that nobody has looked at yet, because a person has to allow it or to say its address. */
export interface WaitingEndpoint {
  /** For `goOn`; stays the same while the crawl goes on. */
  readonly key: string;
  /** Its id in the proposal as it is now. */
  readonly nodeId: string;
  /** What would be dialled; `null`: no address is known, and it can be looked at only by one that a person says. */
  readonly endpoint: Endpoint | null;
  /** Where a server saw it, without its port; `null`: not even that. */
  readonly host: string | null;
  readonly database: string;
  readonly user: string;
  /** Whether the port is taken over from the server that names it, and may be another. */
  readonly isPortGuessed: boolean;
  readonly evidence: readonly Evidence[];
}

/** One endpoint that a person allowed, with what they changed. */
export interface ApprovedEndpoint {
  readonly key: string;
  /** Another address than the one waiting. */
  readonly address?: Endpoint;
  readonly database?: string;
  readonly user?: string;
  /** Absent: the one of the server that names it. */
  readonly password?: string;
}

interface NamedPlace extends FurtherPlace {
  readonly name: string;
  readonly said: readonly Evidence[];
}

/**
 * Follows a topology from one connection, up and down, one look at each server and no second try. It dials by itself only what needs no
 * consent: this machine, and databases of a server that was reached; everything else waits.
 */
export class Crawl {
  readonly #looks: Found[] = [];
  readonly #sought = new Set<string>();
  readonly #members: SaidMember[] = [];
  /** Addresses of Patroni that were asked. */
  readonly #asked = new Set<string>();
  readonly #notes: string[] = [];
  #wasCut = false;

  constructor(private readonly deps: CrawlDeps) {}

  /**
   * Looks at the first server, whose address a person confirmed, and at what needs no consent from there. May be called again with
   * another beginning.
   * @throws ServerFailure when the first server cannot be read
   */
  async look(
    start: { readonly params: ConnectionParams; readonly password: string | null },
    signal: CancelSignal,
  ): Promise<void> {
    const found = await lookOnce(
      this.deps,
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
    if (found.look.failure !== null) throw new ServerFailure(found.look.failure);
    this.#looks.push(found);
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
    await this.#lookAt(wanted, signal);
    await this.#follow(signal);
  }

  proposal(): TopologyProposal {
    const proposal = makeProposal(this.#all(), this.#options());
    const more = this.#wasCut
      ? [
          ...this.#notes,
          say`Discovery stopped after ${MOST_LOOKS} looks; what lies further was not looked at.`,
        ]
      : this.#notes;
    return { ...proposal, skipped: [...proposal.skipped, ...more] };
  }

  /** Passwords that led to a node, by its id in the proposal as it is now. For SecretStorage alone. */
  secrets(): ProposalSecrets {
    const draft = draftTopology(this.#all(), this.#options());
    const { ids } = presentDraft(draft, this.#options());
    const secrets = new Map<string, string>();
    for (const { look, password } of this.#looks) {
      if (password === null) continue;
      const node = [...draft.nodes.values()].find(
        ({ answer, failedLook }) => answer?.facts === look.facts || failedLook === look,
      );
      const id = node === undefined ? undefined : ids.get(node.key);
      if (look.facts !== null && id !== undefined) secrets.set(id, password);
    }
    return secrets;
  }

  /** Where a cluster manager may be asked, while none was: every member lists all of them. */
  #managers(): readonly WaitingEndpoint[] {
    const draft = draftTopology(this.#all(), this.#options());
    const { ids } = presentDraft(draft, this.#options());
    if (this.#asked.size > 0) return [];
    const known = new Set<string>();
    return [...draft.nodes.values()].flatMap(({ answer, key }): WaitingEndpoint[] => {
      if (answer?.facts.looksLikePatroni !== true) return [];
      const host = isUnixSocket(answer.endpoint.host) ? '127.0.0.1' : answer.endpoint.host;
      if (known.has(host)) return [];
      known.add(host);
      const name = ids.get(key) ?? key;
      return [
        {
          key: `patroni:${host}`,
          nodeId: name,
          endpoint: { host, port: PATRONI_PORT },
          host,
          database: '',
          user: '',
          isPortGuessed: true,
          evidence: [
            {
              text: say`${name} has its settings as Patroni gives them; its /cluster lists the members`,
              atMs: answer.atMs,
            },
          ],
        },
      ];
    });
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
        place.endpoint === null || this.#sought.has(place.key)
          ? []
          : [this.#wanted(place, place.endpoint, { key: place.key })],
      );
      if (wanted.length === 0 || signal.aborted || this.#wasCut) return;
      await this.#lookAt(wanted, signal);
    }
  }

  #further(): readonly NamedPlace[] {
    const draft = draftTopology(this.#all(), this.#options());
    const { ids } = presentDraft(draft, this.#options());
    const nameOf = (key: string): string => ids.get(key) ?? key;
    return furtherPlaces(draft).map((place) => ({
      ...place,
      evidence: place.evidence.map((one) => withFallback(one, nameOf)),
      name: nameOf(place.key),
      said: place.evidence.map(({ text, atMs }) => ({ text: text(nameOf), atMs })),
    }));
  }

  #wanted(place: NamedPlace, endpoint: Endpoint, changes: ApprovedEndpoint): Wanted {
    const { base, database, key, name, evidence } = place;
    const led = this.#looks.find(({ look }) => look.facts === base.facts);
    return {
      connection: {
        ...connectionTo(base, endpoint, changes.database ?? database),
        ...(changes.user === undefined ? {} : { user: changes.user }),
      },
      password: changes.password ?? led?.password ?? null,
      soughtKey: key,
      isOverridden: changes.address !== undefined,
      evidence,
      name,
    };
  }

  /** Whether nobody need be asked: an address that is known, on this machine or allowed before. */
  #isFree({ endpoint, isPortGuessed }: FurtherPlace): boolean {
    if (endpoint === null || isPortGuessed) return false;
    return isLoopback(endpoint.host) || this.#isKnown(endpoint) || this.deps.isApproved(endpoint);
  }

  /** Reached already, for another database. */
  #isKnown(endpoint: Endpoint): boolean {
    return this.#looks.some(
      ({ look }) => look.endpoint !== null && isSameAddress(look.endpoint, endpoint),
    );
  }

  async #lookAt(wanted: readonly Wanted[], signal: CancelSignal): Promise<void> {
    const limit = pLimit(AT_ONCE);
    const found = await Promise.all(
      wanted.map((one) =>
        limit(async () => {
          if (signal.aborted || one.soughtKey === null) return null;
          if (this.#sought.has(one.soughtKey)) return null;
          if (this.#sought.size >= MOST_LOOKS - 1) {
            this.#wasCut = true;
            return null;
          }
          this.#sought.add(one.soughtKey);
          return lookOnce(this.deps, one, signal);
        }),
      ),
    );
    for (const one of found) {
      // What was given up was not looked at.
      if (one?.look.failure?.reason === 'cancelled') this.#sought.delete(one.look.soughtKey ?? '');
      else if (one !== null) this.#looks.push(one);
    }
  }

  #all(): readonly Look[] {
    return this.#looks.map(({ look }) => look);
  }

  #options(): ProposalOptions {
    return { inFile: this.deps.inFile ?? [], members: this.#members };
  }
}

/** Whoever it names may get another name with a later look; the present one stands where it has none then. */
function withFallback({ text, atMs }: DraftEvidence, now: NameOf): DraftEvidence {
  return {
    text: (nameOf) => text((key) => (nameOf(key) === key ? now(key) : nameOf(key))),
    atMs,
  };
}

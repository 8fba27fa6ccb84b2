import type { ClusterMember, DiscoveryFacts } from '../../core/discovery/discoveryFacts';
import { isServerFailure, ServerFailure, type Endpoint } from '../../core/failure';
import { describeFailure } from '../../core/failureText';
import type { FastFacts } from '../../core/facts';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { Clock } from '../../core/ports/clock';
import type { DiscoveryGateway } from '../../core/ports/discoveryGateway';
import { say } from '../../core/say';
import type { TopologyNode } from '../../core/topology';
import { fastStatement } from '../catalog/fastStatement';
import { identityPart } from '../catalog/identity';
import { publicationsPart } from '../catalog/publications';
import { readQueueObjects } from '../catalog/queueObjects';
import { knownQueue } from '../catalog/queueShape';
import type { NodeDialer } from '../nodeDialer';
import type { ConnectedSession } from '../session/connectNode';
import type { SessionLimits } from '../session/limits';
import { readPlace } from './conninfoPlace';
import { readPatroniCluster } from './patroniCluster';
import { discoveryNotes } from './discoveryNotes';
import { discoveryStatement, readDiscoveryRow, type DiscoveryRow } from './discoveryStatement';
import { hiddenStatement, readHidden } from './hiddenStatement';

/** One look may take longer than a poll: catalogs with many tables are read once. */
const LIMITS: SessionLimits = {
  statementMs: 5_000,
  readMs: 6_000,
  lockMs: 1_000,
  idleInTransactionMs: 10_000,
  closeMs: 800,
  cancelMs: 2_000,
};

/** Looks at servers with `pg`: a read-only session each, four statements at most, and a goodbye. */
export class PgDiscoveryGateway implements DiscoveryGateway {
  constructor(
    private readonly dialer: NodeDialer,
    private readonly nowMs: Clock['nowMs'],
  ) {}

  async endpointsOf(node: TopologyNode): Promise<readonly Endpoint[]> {
    const connection = await this.dialer.resolve(node);
    return connection.targets.map(({ endpoint, hostAddress }) =>
      hostAddress === null ? endpoint : { host: hostAddress, port: endpoint.port },
    );
  }

  async look(
    node: TopologyNode,
    password: string | null,
    signal: CancelSignal,
  ): Promise<DiscoveryFacts> {
    const connected = await this.#open(node, password, signal);
    try {
      return await this.#read(connected, signal);
    } catch (error) {
      if (isServerFailure(error)) throw error;
      const facts = { ...connected.subject, detail: say`its answer could not be read` };
      throw new ServerFailure(describeFailure('other', facts), { cause: error });
    } finally {
      await connected.session.close();
    }
  }

  readMembers(endpoint: Endpoint, signal: CancelSignal): Promise<readonly ClusterMember[]> {
    return readPatroniCluster(endpoint, signal);
  }

  async #open(node: TopologyNode, password: string | null, signal: CancelSignal) {
    const kind = { limits: LIMITS, isReadOnly: true };
    if (password === null) return this.dialer.open(node, kind, signal);
    const connection = await this.dialer.resolve(node);
    return this.dialer.connect(node, connection, kind, signal, {
      passwordFor: () => Promise.resolve(password),
      onFailure: () => undefined,
    });
  }

  async #read(connected: ConnectedSession, signal: CancelSignal): Promise<DiscoveryFacts> {
    const { session, probe, target } = connected;
    const first = await session.query(discoveryStatement(probe.features), signal);
    const row = readDiscoveryRow(first.rows[0]);
    const hidden = await this.#readHidden(connected, row, signal);
    const fast = await this.#readFast(connected, row, signal);
    const queues = (row.queues ?? []).flatMap(({ schema, name, shape }) => {
      const known = knownQueue(shape).shape;
      return known === 'current' || known === 'old'
        ? [{ table: { schema, name }, shape: known }]
        : [];
    });
    const objects = readQueueObjects(row.queueObjects, null);
    return {
      endpoint: target.endpoint,
      atMs: this.nowMs(),
      self:
        row.selfHost === null || row.selfPort === null
          ? null
          : { host: row.selfHost, port: row.selfPort },
      subscribedDatabases: row.subscribedDatabases ?? [],
      fast,
      role: row.role,
      clusterName: row.clusterName,
      publications: publicationsPart.normalise(row.publications),
      senderCommands: row.senderCommands ?? [],
      upstream: row.upstream === null ? null : definedPlace(row.upstream),
      primarySlotName: row.primarySlotName,
      publishers: hidden.publishers,
      queues,
      capturedTables: objects.triggers
        .filter(({ kind }) => kind === 'capture')
        .map(({ schema, table }) => ({ schema, name: table })),
      members: hidden.members,
      looksLikePatroni: row.looksLikePatroni,
      notes: discoveryNotes(row, fast),
    };
  }

  /** Where it leads is worth less than that there is something: a table that changed meanwhile fails nothing. */
  async #readHidden(
    { session }: ConnectedSession,
    row: DiscoveryRow,
    signal: CancelSignal,
  ): Promise<ReturnType<typeof readHidden>> {
    const nothing = { publishers: [], members: [] };
    const statement = hiddenStatement(row);
    if (statement === null) return nothing;
    try {
      const result = await session.query(statement, signal);
      return readHidden(result.rows[0]);
    } catch (error) {
      if (session.isClosed) throw error;
      return nothing;
    }
  }

  async #readFast(
    { session, probe, subject }: ConnectedSession,
    row: DiscoveryRow,
    signal: CancelSignal,
  ): Promise<FastFacts> {
    const identity = identityPart.normalise(row.identity);
    const queue = (row.queues ?? []).find(({ shape }) => knownQueue(shape).isReadable);
    const tries = [
      queue === undefined
        ? null
        : { table: { schema: queue.schema, name: queue.name }, known: knownQueue(queue.shape) },
      null,
    ];
    for (const one of tries) {
      const fast = fastStatement(probe, one);
      try {
        const result = await session.query({ text: fast.statement.text }, signal);
        const facts = fast.readRow(result.rows[0], identity);
        if (facts !== null) return facts;
      } catch (error) {
        // What is wrong with a queue must not hide the rest.
        if (one === null || session.isClosed) throw error;
      }
    }
    throw new ServerFailure(
      describeFailure('other', { ...subject, detail: say`it changed its role while it was read` }),
    );
  }
}

function definedPlace(raw: NonNullable<DiscoveryRow['upstream']>): Partial<Endpoint> {
  const { host, port } = readPlace(raw);
  return { ...(host === null ? {} : { host }), ...(port === null ? {} : { port }) };
}

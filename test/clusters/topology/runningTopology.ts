import fs from 'node:fs';
import path from 'node:path';
import { escapeIdentifier } from '../../../src/core/sql';
import { createLogin, requireTls } from '../access';
import { makeCertificate } from '../certificates';
import type { Cluster } from '../cluster';
import { Clusters, type ServerOptions } from '../clusters';
import type { Major } from '../majors';
import { createPublicationSql, createSubscriptionSql } from './declaredSql';
import { readDeclaredServers, type DeclaredServer, type DeclaredServers } from './declaredTopology';
import { pointAtServers, type ServerAddress } from './pointAtServers';
import { setUpEdge, setUpPrimary } from './queueObjects';
import { SlotReader } from './slotReader';
import type { TopologySource } from './topologySource';
import { untilHealthy } from './untilHealthy';
import { readChore, Workload } from './workload';

/** The role that watches: no superuser, no password, as little as monitoring needs. */
export const MONITOR = 'monitor';

const AUTHORITY = 'Postgres Topology test authority';

/** One node of the topology with the server behind it. */
export interface RunningNode {
  readonly id: string;
  readonly database: string;
  readonly cluster: Cluster;
}

/**
 * A topology file made real: a server for each node, with the standbys, publications, subscriptions, slots and readers that the
 * file declares, the tables of its `setup` folder, and gentle writers from its `workload` folder. It is healthy when `start` returns.
 * The owner calls `stop`.
 */
export class RunningTopology {
  readonly nodes: ReadonlyMap<string, RunningNode>;
  readonly readers: readonly SlotReader[];
  readonly workloads: readonly Workload[];
  /** The topology file with the addresses of these servers; comments and everything else as in the source. */
  readonly topologyFileText: string;
  /** The authority behind every certificate of these servers. */
  private readonly authorityFile: string;

  private constructor(
    readonly clusters: Clusters,
    parts: Built,
  ) {
    this.nodes = parts.nodes;
    this.readers = parts.readers;
    this.workloads = parts.workloads;
    this.topologyFileText = parts.topologyFileText;
    this.authorityFile = parts.authorityFile;
  }

  /** What a folder must hold to be opened in the editor, by name: it follows no path that leads out of the folder. */
  workspaceFiles(): Readonly<Record<string, string>> {
    const name = path.basename(this.authorityFile);
    const text = this.topologyFileText.replaceAll(encodeURIComponent(this.authorityFile), name);
    return { 'pg-topology.json': text, [name]: fs.readFileSync(this.authorityFile, 'utf8') };
  }

  /** Starts everything. Ends what it started when one part fails. */
  static async start(source: TopologySource, major: Major): Promise<RunningTopology> {
    const clusters = new Clusters(major);
    try {
      const builder = new Builder(source, clusters);
      return new RunningTopology(clusters, await builder.build());
    } catch (error) {
      await clusters.stop();
      throw error;
    }
  }

  /** @throws when the file has no such node */
  node(id: string): RunningNode {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`The topology has no node ${id}.`);
    return node;
  }

  /** Lets all writers rest, so that every node becomes idle. */
  async pauseWriters(): Promise<void> {
    await Promise.all(this.workloads.map((workload) => workload.pause()));
  }

  resumeWriters(): void {
    for (const workload of this.workloads) workload.resume();
  }

  /** Ends writers, readers and servers, and removes their folder. */
  async stop(): Promise<void> {
    await Promise.all([...this.workloads, ...this.readers].map((part) => part.stop()));
    await this.clusters.stop();
  }
}

interface Built extends Pick<
  RunningTopology,
  'nodes' | 'readers' | 'workloads' | 'topologyFileText'
> {
  readonly authorityFile: string;
}

/** The steps from a file to running servers, in their order. */
class Builder {
  private readonly declared: DeclaredServers;
  private readonly nodes = new Map<string, RunningNode>();
  private readonly authorityFile: string;
  private readonly authority = makeCertificate({ names: [AUTHORITY], isAuthority: true });

  constructor(
    private readonly source: TopologySource,
    private readonly clusters: Clusters,
  ) {
    this.declared = readDeclaredServers(source.topologyFileText());
    this.authorityFile = path.join(clusters.run.path, 'authority.crt');
    fs.writeFileSync(this.authorityFile, this.authority.certificate);
  }

  async build(): Promise<Built> {
    const independent = this.declared.nodes.filter((node) => node.standbyOf === null);
    // Standbys are copies from before the first start, so all data directories come first.
    await Promise.all(independent.map((node) => this.addServer(node)));
    for (const node of this.standbysInOrder()) await this.addStandby(node);
    await Promise.all(independent.map((node) => this.startIndependent(node)));
    for (const node of this.standbysInOrder()) await this.cluster(node.id).start();
    await Promise.all(this.declared.nodes.map((node) => this.subscribe(node)));
    const readers = await this.startReaders();
    await untilHealthy(this.declared, this.nodes);
    return {
      nodes: new Map(this.declared.nodes.map(({ id }) => [id, this.node(id)])),
      readers,
      workloads: this.startWorkloads(),
      topologyFileText: this.pointedFile(),
      authorityFile: this.authorityFile,
    };
  }

  private node(id: string): RunningNode {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`${this.source.name}: there is no node ${id}.`);
    return node;
  }

  private cluster(id: string): Cluster {
    return this.node(id).cluster;
  }

  /** Upstreams before their standbys. */
  private standbysInOrder(): readonly DeclaredServer[] {
    const depth = (node: DeclaredServer): number => {
      const upstream = this.declared.nodes.find((other) => other.id === node.standbyOf);
      return upstream === undefined ? 0 : 1 + depth(upstream);
    };
    return this.declared.nodes
      .filter((node) => node.standbyOf !== null)
      .sort((a, b) => depth(a) - depth(b));
  }

  private async addServer(node: DeclaredServer): Promise<void> {
    const cluster = await this.clusters.add(node.id, this.serverOptions(node));
    this.nodes.set(node.id, { id: node.id, database: node.database, cluster });
  }

  private async addStandby(node: DeclaredServer): Promise<void> {
    const upstream = this.cluster(node.standbyOf ?? '');
    const cluster = await this.clusters.addStandby(node.id, upstream, {
      ...this.serverOptions(node),
      ...(node.slot === null ? {} : { slot: node.slot }),
    });
    this.nodes.set(node.id, { id: node.id, database: node.database, cluster });
  }

  private hasTls(node: DeclaredServer): boolean {
    return this.source.tlsNodes().includes(node.id);
  }

  private serverOptions(node: DeclaredServer): ServerOptions {
    if (!this.hasTls(node)) return {};
    const issuer = { ...this.authority, name: AUTHORITY };
    return { tls: makeCertificate({ names: ['localhost', '127.0.0.1'], issuer }) };
  }

  private async startIndependent(node: DeclaredServer): Promise<void> {
    const { database } = node;
    const cluster = await this.cluster(node.id).start();
    if (this.hasTls(node)) await requireTls(cluster);
    await createLogin(cluster, MONITOR, { memberOf: ['pg_monitor'] });
    if (database !== 'postgres') {
      await cluster.query(`CREATE DATABASE ${escapeIdentifier(database)}`);
    }
    const setup = this.source.setupSql(node.id);
    if (setup !== null) await cluster.query(setup, undefined, { database });
    if (this.declared.nodes.some(({ queue }) => queue?.primary === node.id)) {
      await setUpPrimary(this.node(node.id), MONITOR);
    }
    for (const publication of node.publications) {
      await cluster.query(createPublicationSql(publication), undefined, { database });
    }
    if (node.queue === null) return;
    await setUpEdge(this.node(node.id), node, node.queue, this.declared, MONITOR);
    const waiting = this.source.queueSql(node.id);
    if (waiting !== null) await cluster.query(waiting, undefined, { database });
  }

  private async subscribe(node: DeclaredServer): Promise<void> {
    const { cluster, database } = this.node(node.id);
    for (const subscription of node.subscriptions) {
      const sql = createSubscriptionSql(
        subscription,
        this.conninfo(subscription.publisher),
        cluster.major,
      );
      await cluster.query(sql, undefined, { database });
    }
  }

  /** How one server of the set dials a node. */
  private conninfo(id: string): string {
    const { cluster, database } = this.node(id);
    return cluster.conninfo({ database });
  }

  private async startReaders(): Promise<readonly SlotReader[]> {
    const readers = this.declared.consumers.map((consumer) => {
      const node = this.declared.nodes.find((candidate) => candidate.id === consumer.node);
      const publications = node?.publications.map((publication) => publication.name) ?? [];
      const database = node?.database ?? 'postgres';
      const cluster = this.cluster(consumer.node);
      return new SlotReader({ cluster, database, slot: consumer.slot, publications });
    });
    for (const reader of readers) await reader.start();
    return readers;
  }

  private startWorkloads(): readonly Workload[] {
    return [...this.nodes.values()].flatMap(({ cluster, database, id }) => {
      const text = this.source.workloadSql(id);
      if (text === null) return [];
      const workload = new Workload(cluster, database, readChore(text));
      workload.start();
      return [workload];
    });
  }

  private pointedFile(): string {
    const addresses = new Map<string, ServerAddress>(
      this.declared.nodes.map((node) => [
        node.id,
        {
          host: '127.0.0.1',
          port: this.cluster(node.id).port,
          database: node.database,
          user: MONITOR,
          authorityFile: this.hasTls(node) ? this.authorityFile : null,
        },
      ]),
    );
    return pointAtServers(this.source.topologyFileText(), this.declared, addresses, (id) =>
      this.conninfo(id),
    );
  }
}

import fs from 'node:fs';
import path from 'node:path';
import { ensureBinaries } from './binaries';
import type { Certificate } from './certificates';
import { Cluster, type Upstream } from './cluster';
import { copyRunning, copyStopped, makeDataDirectory } from './dataDirectory';
import { freePort } from './freePort';
import type { Major } from './majors';
import { RunFolder } from './runFolder';
import { giveToServer } from './serverAccount';
import type { Conf } from './serverConf';

export interface ServerOptions {
  /** Settings above the defaults of `serverConf.ts`. */
  readonly conf?: Conf;
  /** Turns TLS on; connections without it stay possible until `requireTls`. */
  readonly tls?: Certificate;
}

export interface StandbyOptions extends ServerOptions {
  /** Physical slot at the upstream; it is made when the standby first starts. */
  readonly slot?: string;
}

/**
 * A set of servers of one major in one throw-away folder: the unit a test owns.
 * `stop` ends all and removes the folder; so does the end of the process, and after a crash the next run.
 */
export class Clusters {
  readonly major: Major;
  readonly run: RunFolder;
  private readonly members: Cluster[] = [];
  private families = 0;

  constructor(major: Major, run = RunFolder.create()) {
    this.major = major;
    this.run = run;
  }

  get all(): readonly Cluster[] {
    return this.members;
  }

  /** Makes a server with a system identifier of its own. It is not started. */
  async add(name: string, options: ServerOptions = {}): Promise<Cluster> {
    const family = this.families++;
    const cluster = await this.make(name, options, null);
    await makeDataDirectory(await ensureBinaries(this.major), cluster.dataDirectory, family);
    if (options.tls !== undefined) writeCertificate(cluster, options.tls);
    return cluster;
  }

  /**
   * Makes a standby of `upstream`, which may be a standby itself. It is not started.
   * Its data comes from the primary at the head of the chain: a plain copy while that is stopped, else a base backup.
   */
  async addStandby(
    name: string,
    upstream: Cluster,
    options: StandbyOptions = {},
  ): Promise<Cluster> {
    const cluster = await this.make(name, options, {
      cluster: upstream,
      slot: options.slot ?? null,
    });
    const primary = headOf(upstream);
    if (primary.isRunning) await backUp(primary, cluster.dataDirectory);
    else await copyStopped(primary.dataDirectory, cluster.dataDirectory);
    const mark = path.join(cluster.dataDirectory, 'standby.signal');
    fs.writeFileSync(mark, '');
    giveToServer(mark);
    if (options.tls !== undefined) writeCertificate(cluster, options.tls);
    return cluster;
  }

  /** Ends every server at once, without a checkpoint, and removes the folder. */
  async stop(): Promise<void> {
    await Promise.all(this.members.map((cluster) => cluster.stop('SIGQUIT')));
    this.run.closeNow();
  }

  private async make(
    name: string,
    options: ServerOptions,
    upstream: Upstream | null,
  ): Promise<Cluster> {
    const binaries = await ensureBinaries(this.major);
    const port = await freePort();
    const conf = { ...(options.tls === undefined ? {} : TLS_CONF), ...options.conf };
    const cluster = new Cluster({ name, binaries, run: this.run, port, conf, upstream });
    this.members.push(cluster);
    return cluster;
  }
}

/** Runs `body` with a set of servers that is gone afterwards, whatever happens. */
export async function withClusters<T>(
  major: Major,
  body: (clusters: Clusters) => Promise<T>,
): Promise<T> {
  const clusters = new Clusters(major);
  try {
    return await body(clusters);
  } finally {
    await clusters.stop();
  }
}

const TLS_CONF: Conf = { ssl: true, ssl_cert_file: 'rig.crt', ssl_key_file: 'rig.key' };

function writeCertificate(cluster: Cluster, { certificate, key }: Certificate): void {
  const certificateFile = path.join(cluster.dataDirectory, 'rig.crt');
  const keyFile = path.join(cluster.dataDirectory, 'rig.key');
  fs.writeFileSync(certificateFile, certificate);
  // The server refuses a key that others may read.
  fs.writeFileSync(keyFile, key, { mode: 0o600 });
  giveToServer(certificateFile, keyFile);
}

function headOf(cluster: Cluster): Cluster {
  return cluster.upstream === null ? cluster : headOf(cluster.upstream.cluster);
}

/** The low-level interface of a base backup, since the packages hold no pg_basebackup. Renamed in 15. */
async function backUp(primary: Cluster, folder: string): Promise<void> {
  const session = await primary.connect();
  try {
    await session.query(
      primary.major >= 15
        ? `SELECT pg_backup_start('rig', true)`
        : `SELECT pg_start_backup('rig', true, false)`,
    );
    await copyRunning(primary.dataDirectory, folder);
    const { rows } = await session.query<{ label: string }>(
      primary.major >= 15
        ? 'SELECT labelfile AS label FROM pg_backup_stop(false)'
        : 'SELECT labelfile AS label FROM pg_stop_backup(false, false)',
    );
    const label = path.join(folder, 'backup_label');
    fs.writeFileSync(label, rows[0]?.label ?? '');
    giveToServer(label);
  } finally {
    await session.end();
  }
}

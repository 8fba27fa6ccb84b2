import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { Binaries } from './binaries';
import { endServer, type StopMode } from './endServer';
import { freePort } from './freePort';
import { runProgram } from './runProgram';
import { giveToServer } from './serverAccount';

/** Values of `postgresql.conf`. */
type Conf = Readonly<Record<string, string | number | boolean>>;

export interface DemoServerParts {
  /** Folder of all servers of this demo. */
  readonly folder: string;
  readonly name: string;
  readonly binaries: Binaries;
  /** What its WAL receiver and apply workers sign in with; handed on in the environment, so that no file holds it. */
  readonly replicatorPassword: string;
}

/** So often a port may be taken by somebody else between our look at it and the server's start. */
const PORT_TRIES = 3;

/** One throw-away server on the loopback address. */
export class DemoServer {
  readonly dataDirectory: string;
  readonly logFile: string;
  #port: number | null = null;
  #conf: Conf = {};

  constructor(private readonly parts: DemoServerParts) {
    this.dataDirectory = join(parts.folder, parts.name);
    this.logFile = join(parts.folder, `${parts.name}.log`);
  }

  get name(): string {
    return this.parts.name;
  }

  /** @throws before its first start */
  get port(): number {
    if (this.#port === null) throw new Error(`${this.parts.name} has not started yet.`);
    return this.#port;
  }

  /**
   * Makes the data directory and runs these statements in it, before anybody can connect: one a line.
   * Costs about a second.
   */
  async initialise(bootstrap: string, signal: CancelSignal): Promise<void> {
    const { binaries, folder } = this.parts;
    const args = ['-D', this.dataDirectory, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8'];
    // Small segments keep a throw-away directory small.
    args.push('--locale=C', '--wal-segsize=1', '--no-sync', '--no-instructions');
    await runProgram(binaries.initdb, args, { cwd: folder, signal });
    await this.#write('pg_hba.conf', HBA);
    const alone = ['--single', '-D', this.dataDirectory, '-c', 'fsync=off', 'postgres'];
    const told = await runProgram(binaries.postgres, alone, {
      cwd: this.dataDirectory,
      input: bootstrap,
      signal,
    });
    // A failed statement does not fail the program.
    if (/\b(?:ERROR|FATAL|PANIC): /u.test(told)) throw new Error(`${this.parts.name}: ${told}`);
  }

  /** Makes the data directory as a copy of one whose server does not run. */
  async copyFrom(other: DemoServer): Promise<void> {
    await cp(other.dataDirectory, this.dataDirectory, { recursive: true });
    await this.#write('standby.signal', '');
    await giveToServer(this.dataDirectory);
  }

  /** Starts it, and returns when it takes connections. */
  async start(conf: Conf, signal: CancelSignal): Promise<void> {
    this.#conf = conf;
    for (let tries = 1; ; tries += 1) {
      this.#port = await freePort();
      try {
        await this.#launch(signal);
        return;
      } catch (error) {
        const log = await this.#log();
        if (tries < PORT_TRIES && log.includes('could not bind')) continue;
        throw new Error(`${this.name} did not start. ${log.slice(-LOG_SHOWN)}`, { cause: error });
      }
    }
  }

  /** Starts it again where it was. */
  async startAgain(signal: CancelSignal): Promise<void> {
    await this.#launch(signal);
  }

  async stop(mode: StopMode): Promise<void> {
    await endServer(this.dataDirectory, mode, this.parts.binaries.pgCtl);
  }

  async #launch(signal: CancelSignal): Promise<void> {
    const { binaries, folder, replicatorPassword } = this.parts;
    const conf = { ...defaultConf(binaries.major), ...this.#conf, port: this.port };
    await this.#write('postgresql.conf', formatConf(conf));
    const args = ['start', '-D', this.dataDirectory, '-l', this.logFile, '-w', '-t', '30', '-s'];
    await runProgram(binaries.pgCtl, args, {
      cwd: folder,
      env: { PGPASSWORD: replicatorPassword },
      leavesServer: true,
      signal,
    });
  }

  async #write(name: string, text: string): Promise<void> {
    const file = join(this.dataDirectory, name);
    await writeFile(file, text);
    await giveToServer(file);
  }

  async #log(): Promise<string> {
    return readFile(this.logFile, 'utf8').catch(() => '');
  }
}

/** The end of a log says why a server did not start; more does not fit a message. */
const LOG_SHOWN = 400;

/** Passwords always, and nobody from another machine. */
const HBA = `host all all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
`;

/** Small and quick; the folder is thrown away, so nothing needs to outlive a power cut. */
function defaultConf(major: number): Conf {
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    password_encryption: 'scram-sha-256',
    wal_level: 'logical',
    // No less than initdb's own: the standby begins before its primary has told it of less.
    max_connections: 100,
    max_wal_senders: 10,
    max_replication_slots: 10,
    max_worker_processes: 8,
    hot_standby_feedback: true,
    track_commit_timestamp: true,
    wal_retrieve_retry_interval: '200ms',
    wal_receiver_status_interval: '1s',
    wal_keep_size: '64MB',
    max_slot_wal_keep_size: '512MB',
    max_wal_size: '128MB',
    min_wal_size: '16MB',
    shared_buffers: '8MB',
    // Segments of POSIX shared memory would outlive a killed server.
    ...(process.platform === 'win32' ? {} : { dynamic_shared_memory_type: 'mmap' }),
    ...(major >= 18 ? { io_method: 'sync' } : {}),
    fsync: false,
    full_page_writes: false,
    autovacuum: false,
    jit: false,
    logging_collector: false,
    log_checkpoints: false,
  };
}

function formatConf(conf: Conf): string {
  return Object.entries(conf)
    .map(([name, value]) => `${name} = '${formatValue(value)}'\n`)
    .join('');
}

function formatValue(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return String(value).replaceAll('\\', '\\\\').replaceAll("'", "''");
}

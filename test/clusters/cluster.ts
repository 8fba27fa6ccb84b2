import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import type { Binaries } from './binaries';
import { RIG_CONF } from './dataDirectory';
import { freePort } from './freePort';
import { descendantsOf, processesIn, signal } from './processTable';
import { concernsSessions, isQuestion, QuestionSessions } from './questionSessions';
import type { RunFolder } from './runFolder';
import { giveToServer, serverAccount, serverEnvironment } from './serverAccount';
import { defaultConf, formatConf, type Conf } from './serverConf';
import { sleep, waitFor } from './waitFor';

/** How to open a session; by default the superuser `postgres` in the database `postgres`, who needs no password. */
export interface SessionOptions {
  readonly database?: string;
  readonly user?: string;
  readonly password?: string;
  readonly applicationName?: string;
  /** Opens a session of the replication protocol; `database` is the kind that logical slots need. */
  readonly replication?: 'database';
}

/** What a standby follows. */
export interface Upstream {
  readonly cluster: Cluster;
  /** Physical slot at the upstream, made when the standby first starts; `null`: without one. */
  readonly slot: string | null;
}

export interface ClusterParts {
  readonly name: string;
  readonly binaries: Binaries;
  readonly run: RunFolder;
  readonly port: number;
  readonly conf: Conf;
  readonly upstream: Upstream | null;
}

/**
 * One real server on the loopback address with a data directory of its own. Made by `Clusters`, which also ends it.
 * Its life is explicit: `start`, `stop`, `restart`; faults are in `faults.ts`.
 */
export class Cluster {
  readonly name: string;
  readonly major: number;
  readonly dataDirectory: string;
  readonly logFile: string;
  readonly upstream: Upstream | null;
  private readonly binaries: Binaries;
  private readonly run: RunFolder;
  private conf: Conf;
  private currentPort: number;
  private child: ChildProcess | null = null;
  private slotMade = false;
  /** Characters of the log that are of earlier lives. */
  private saidBefore = 0;
  private readonly questions = new QuestionSessions((database) => this.connect({ database }));

  constructor({ name, binaries, run, port, conf, upstream }: ClusterParts) {
    this.name = name;
    this.major = binaries.major;
    this.binaries = binaries;
    this.run = run;
    this.currentPort = port;
    this.upstream = upstream;
    this.conf = { ...defaultConf(binaries.major), ...conf };
    this.dataDirectory = path.join(run.serversPath, name);
    this.logFile = path.join(run.path, `${name}.log`);
  }

  /** Final once the first `start` has returned. */
  get port(): number {
    return this.currentPort;
  }

  get isRunning(): boolean {
    return this.child !== null;
  }

  /** Pid of the postmaster. @throws when the server does not run. */
  get pid(): number {
    const pid = this.child?.pid;
    if (pid === undefined) throw new Error(`${this.name} does not run.`);
    return pid;
  }

  /** Pids of backends and background processes. */
  get children(): readonly number[] {
    return descendantsOf(this.pid);
  }

  /** Starts the server and returns when it answers queries; for a standby that means when it is consistent. */
  async start(): Promise<this> {
    this.launch();
    await this.ready();
    return this;
  }

  /** Starts the server process without waiting for it. */
  launch(): void {
    if (this.child !== null) throw new Error(`${this.name} runs already.`);
    this.writeConf();
    const log = fs.openSync(this.logFile, 'a');
    this.saidBefore = fs.readFileSync(this.logFile, 'utf8').length;
    const child = spawn(this.binaries.postgres, ['-D', this.dataDirectory], {
      ...serverAccount(),
      cwd: this.dataDirectory,
      env: serverEnvironment(this.run.path),
      stdio: ['ignore', log, log],
      // Ctrl+C in a terminal goes to us alone; we end servers in order.
      detached: true,
      windowsHide: true,
    });
    fs.closeSync(log);
    this.child = child;
    const { pid } = child;
    if (pid !== undefined) this.run.adopt(pid, 'server');
    const ended = (): void => {
      if (pid !== undefined) this.run.release(pid, 'server');
      if (this.child === child) this.child = null;
    };
    child.once('exit', ended);
    child.once('error', ended);
  }

  /** Waits until a session can be opened. @throws with the end of the log when the server ends instead. */
  async ready(timeoutMs = 120_000): Promise<void> {
    await this.makeSlotAtUpstream();
    await waitFor(
      async () => {
        if (this.child === null) return 'ended';
        return (await this.answersItself()) ? 'ready' : null;
      },
      { what: `${this.name} accepts connections`, timeoutMs, everyMs: 10 },
    ).then(async (state) => {
      if (state === 'ready') return;
      if (this.lostItsPort()) this.currentPort = await freePort();
      else if (this.isHindered() && timeoutMs > 0) await sleep(HINDERED_MS);
      else throw new Error(`${this.name} ended:\n${this.lastWords()}\n${this.logTail()}`);
      this.launch();
      await this.ready(timeoutMs - HINDERED_MS);
    });
  }

  /**
   * Ends the server and waits for its end.
   * @param how SIGINT (fast shutdown), SIGQUIT (immediate), SIGTERM (waits for sessions) or SIGKILL (a crash).
   */
  async stop(how: NodeJS.Signals = 'SIGINT'): Promise<void> {
    const child = this.child;
    if (child?.pid === undefined) return;
    this.questions.forget();
    const backends = descendantsOf(child.pid);
    const end = once(child, 'exit');
    for (const pid of [child.pid, ...backends]) signal(pid, 'SIGCONT');
    signal(child.pid, how);
    await end;
    // After a crash backends notice by themselves, a moment later; a restart would find them at work. Not only those that
    // were there when we looked: one may have been started between that look and the signal.
    if (how === 'SIGKILL') {
      await waitFor(() => processesIn(fs.realpathSync(this.dataDirectory)).length === 0, {
        what: `the backends of ${this.name} noticed the crash`,
      });
    }
  }

  async restart(how: NodeJS.Signals = 'SIGINT'): Promise<void> {
    await this.stop(how);
    await this.start();
  }

  /** Opens a session that the caller ends. Its error listener is set, so that a fault in a test never ends the process. */
  async connect(options: SessionOptions = {}): Promise<pg.Client> {
    const config: pg.ClientConfig & { readonly replication?: string } = {
      host: '127.0.0.1',
      port: this.port,
      user: options.user ?? 'postgres',
      database: options.database ?? 'postgres',
      application_name: options.applicationName ?? 'rig',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      ...(options.password === undefined ? {} : { password: options.password }),
      ...(options.replication === undefined ? {} : { replication: options.replication }),
      // Said in any case: `pg` would ask PGSSLMODE otherwise.
      ssl: this.conf['ssl'] === true ? { rejectUnauthorized: false } : false,
    };
    const client = new pg.Client(config);
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /**
   * Runs one text; without values it may hold several statements. Questions of the superuser follow each other in one session, see
   * `QuestionSessions`; everything else gets a session of its own.
   * @returns the rows of the last statement.
   */
  async query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
    options: SessionOptions = {},
  ): Promise<Row[]> {
    const { database = 'postgres', ...others } = options;
    if (Object.keys(others).length === 0 && isQuestion(sql)) {
      return (await this.questions.ask<Row>(database, sql, values)).rows;
    }
    if (concernsSessions(sql)) this.questions.forget();
    const client = await this.connect(options);
    try {
      const result = await (values === undefined
        ? client.query<Row>(sql)
        : client.query<Row>(sql, [...values]));
      // Several statements give a list of results, which the types of `pg` do not tell.
      return (
        (Array.isArray(result) ? (result as pg.QueryResult<Row>[]).at(-1)?.rows : result.rows) ?? []
      );
    } finally {
      await client.end();
    }
  }

  /** Ends the sessions that wait for a question, before the server is frozen or sees other settings. */
  forgetSessions(): void {
    this.questions.forget();
  }

  /** Text for another server's `CONNECTION` or `primary_conninfo`. */
  conninfo(options: { readonly database?: string; readonly user?: string } = {}): string {
    const parts = [`host=127.0.0.1`, `port=${this.port}`, `user=${options.user ?? 'postgres'}`];
    if (options.database !== undefined) parts.push(`dbname=${options.database}`);
    return parts.join(' ');
  }

  /** Sets settings above the present ones; a running server reloads. What needs a restart waits for `restart`. */
  async setConf(conf: Conf): Promise<void> {
    this.conf = { ...this.conf, ...conf };
    this.writeConf();
    await this.reload();
  }

  /** The records of `pg_hba.conf`, one a line. */
  readHba(): readonly string[] {
    const text = fs.readFileSync(path.join(this.dataDirectory, 'pg_hba.conf'), 'utf8');
    return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  }

  /** Replaces `pg_hba.conf`, one record a line, and reloads. */
  async setHba(lines: readonly string[]): Promise<void> {
    fs.writeFileSync(path.join(this.dataDirectory, 'pg_hba.conf'), `${lines.join('\n')}\n`);
    await this.reload();
  }

  /** Tells the postmaster to read its files again, and waits until new sessions see them. Works when nobody can connect. */
  async reload(): Promise<void> {
    if (this.child === null) return;
    this.questions.forget();
    const before = this.readLog().split(RELOAD_LINE).length;
    signal(this.pid, 'SIGHUP');
    await waitFor(() => this.readLog().split(RELOAD_LINE).length > before, {
      what: `${this.name} reloads its configuration`,
    });
  }

  /** Returns when the server takes writes. @throws when it does not within two minutes. */
  async promote(): Promise<void> {
    const [row] = await this.query<{ done: boolean }>('SELECT pg_promote(true, 120) AS done');
    if (row?.done !== true) throw new Error(`${this.name} was not promoted:\n${this.logTail()}`);
  }

  /** Standard error, and what the collector writes in plain text where a test turned it on. */
  readLog(): string {
    const collected = path.join(this.dataDirectory, 'log');
    const names = fs.existsSync(collected) ? fs.readdirSync(collected).sort() : [];
    const files = names.filter((name) => name.endsWith('.log'));
    return [this.logFile, ...files.map((name) => path.join(collected, name))]
      .filter((file) => fs.existsSync(file))
      .map((file) => fs.readFileSync(file, 'utf8'))
      .join('');
  }

  private logTail(): string {
    return this.readLog().slice(-2_000);
  }

  /** Why it ended, by what it said since it was launched: a summary shows only the beginning of a message. */
  private lastWords(): string {
    const lines = fs.readFileSync(this.logFile, 'utf8').slice(this.saidBefore).split('\n');
    return lines.filter((line) => /FATAL|PANIC|DETAIL|HINT|could not/.test(line)).join('\n');
  }

  /** After a restart another process may have its port for a moment, or the kernel its old memory. */
  private isHindered(): boolean {
    return /could not bind|pre-existing shared memory block/.test(this.lastWords());
  }

  /** Another process may have taken the port between our look at it and our server's start; its server would answer in place of ours. */
  private async answersItself(): Promise<boolean> {
    const [row] = await this.query<{ folder: string }>(
      `SELECT current_setting('data_directory') AS folder`,
    );
    if (row !== undefined && path.resolve(row.folder) === path.resolve(this.dataDirectory))
      return true;
    this.questions.forget();
    return false;
  }

  /** Before anybody knows the port: it has never been ready. */
  private lostItsPort(): boolean {
    return (
      this.lastWords().includes('could not bind') && !this.readLog().includes('ready to accept')
    );
  }

  private writeConf(): void {
    const file = path.join(this.dataDirectory, RIG_CONF);
    fs.writeFileSync(file, formatConf({ ...this.conf, ...this.upstreamConf(), port: this.port }));
    giveToServer(file);
  }

  private upstreamConf(): Conf {
    if (this.upstream === null) return {};
    const { cluster, slot } = this.upstream;
    return {
      primary_conninfo: `${cluster.conninfo()} application_name=${this.name}`,
      ...(slot === null ? {} : { primary_slot_name: slot }),
    };
  }

  private async makeSlotAtUpstream(): Promise<void> {
    const { cluster, slot } = this.upstream ?? { cluster: null, slot: null };
    if (this.slotMade || cluster === null || slot === null) return;
    await cluster.query(
      `SELECT pg_create_physical_replication_slot($1, true)
         WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1)`,
      [slot],
    );
    this.slotMade = true;
  }
}

const RELOAD_LINE = 'received SIGHUP, reloading configuration files';

/** For what hangs: a busy machine may need seconds to start a backend. */
const CONNECT_TIMEOUT_MS = 30_000;

/** Until a server that was hindered is launched again. */
const HINDERED_MS = 500;

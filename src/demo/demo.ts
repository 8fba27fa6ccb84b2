import { realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { ChangeGateway, ChangeSession } from '../core/ports/changeGateway';
import type { Clock } from '../core/ports/clock';
import type { SecretStore } from '../core/ports/secretStore';
import { say } from '../core/say';
import type { Topology, TopologyNode } from '../core/topology';
import type { Binaries } from './binaries';
import { NO_FAULTS, type DemoAct, type DemoFaults } from './demoAct';
import type { DemoPlace, DemoRun } from './demoPlace';
import { DemoServer } from './demoServer';
import {
  bootstrapSql,
  centralSql,
  CONFLICTING_SQL,
  reportsSql,
  shopSql,
  standbySlotSql,
  subscribeSql,
} from './demoSql';
import {
  DEMO_ADMIN,
  DEMO_FILE,
  DEMO_HOST,
  DEMO_MONITOR,
  DEMO_NODES,
  DEMO_REPLICATOR,
  demoFileText,
  demoSecretKey,
  demoSecretKeys,
  STANDBY_SLOT,
  type DemoNode,
  type DemoPorts,
} from './demoTopology';
import { DemoCancelled } from './runProgram';
import { DemoWriter } from './writer';

export interface DemoDeps {
  readonly place: DemoPlace;
  readonly binaries: Binaries;
  readonly gateway: Pick<ChangeGateway, 'openChange'>;
  readonly secrets: SecretStore;
  readonly clock: Pick<Clock, 'schedule'>;
  readonly parse: (text: string) => Topology | null;
  /** A password nobody has seen before. */
  readonly randomPassword: () => string;
  /** What a server keeps of a password. */
  readonly verifierOf: (password: string) => string;
}

type Roles = Readonly<Record<'admin' | 'monitor' | 'replicator', string>>;

/**
 * Four real servers on this machine, from nothing. Whoever starts it closes it; what a crash leaves is found by its `DemoPlace`.
 * Passwords are random, and in no file: the servers keep verifiers, the secret store keeps what signs in.
 */
export class Demo {
  readonly #deps: DemoDeps;
  readonly #run: DemoRun;
  readonly #servers: Readonly<Record<DemoNode, DemoServer>>;
  readonly #passwords: Roles;
  #nodes: ReadonlyMap<string, TopologyNode> = new Map();
  #writer: DemoWriter | null = null;
  #blocker: ChangeSession | null = null;
  #faults: DemoFaults = NO_FAULTS;
  #closing: Promise<void> | null = null;
  /** Where passwords are kept for. */
  #kept: readonly number[] = [];
  readonly #ended = new AbortController();

  private constructor(deps: DemoDeps, run: DemoRun, folder: string) {
    this.#deps = deps;
    this.#run = run;
    const { randomPassword, binaries } = deps;
    this.#passwords = {
      admin: randomPassword(),
      monitor: randomPassword(),
      replicator: randomPassword(),
    };
    const replicatorPassword = this.#passwords.replicator;
    const server = (name: DemoNode) =>
      new DemoServer({ folder, name, binaries, replicatorPassword });
    this.#servers = {
      central: server('central'),
      'central-read': server('central-read'),
      reports: server('reports'),
      shop: server('shop'),
    };
  }

  /**
   * Makes and starts everything. Costs a few seconds.
   * @param tell what is done now, in a few words
   * @throws when any of it fails or was cancelled; then nothing is left
   */
  static async start(
    deps: DemoDeps,
    signal: CancelSignal,
    tell: (doing: string) => void,
  ): Promise<Demo> {
    const run = await deps.place.claim(deps.binaries.pgCtl);
    // The server writes its folder down with all links followed; it is compared with ours later.
    const demo = new Demo(deps, run, await realpath(run.servers));
    try {
      await demo.#make(signal, tell);
      return demo;
    } catch (error) {
      await demo.close();
      throw signal.aborted ? new DemoCancelled() : error;
    }
  }

  /** Path of the topology file. */
  get file(): string {
    return join(this.#run.folder, DEMO_FILE);
  }

  get faults(): DemoFaults {
    return this.#faults;
  }

  /** Puts something out of order, or in order again. Done twice it changes nothing. */
  async act(act: DemoAct, signal: CancelSignal): Promise<void> {
    switch (act) {
      case 'pauseStandby':
        await this.#query('central-read', ['SELECT pg_wal_replay_pause()'], signal);
        this.#note({ isStandbyPaused: true });
        return;
      case 'resumeStandby':
        await this.#query('central-read', ['SELECT pg_wal_replay_resume()'], signal);
        this.#note({ isStandbyPaused: false });
        return;
      case 'stopPrimary':
        // As a crash would: an orderly end waits for a subscriber that is held up.
        await this.#servers.central.stop('immediate');
        this.#note({ isPrimaryStopped: true });
        return;
      case 'startPrimary':
        if (this.#faults.isPrimaryStopped) await this.#servers.central.startAgain(signal);
        this.#note({ isPrimaryStopped: false });
        return;
      case 'blockApply':
        await this.#block(signal);
        this.#note({ isApplyBlocked: true });
        return;
      case 'unblockApply':
        await this.#blocker?.close();
        this.#blocker = null;
        this.#note({ isApplyBlocked: false });
        return;
    }
  }

  /** Forgets what signs in. Sessions that are open go on. */
  async forgetPasswords(): Promise<void> {
    const { secrets } = this.#deps;
    for (const key of this.#kept.flatMap(demoSecretKeys)) await secrets.delete(key);
    this.#kept = [];
  }

  /** Takes everything away: sessions, passwords, servers, folders. Safe to call twice. @throws when a server does not end */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #make(signal: CancelSignal, tell: (doing: string) => void): Promise<void> {
    const { central, reports, shop } = this.#servers;
    const standby = this.#servers['central-read'];
    tell(say`making the servers`);
    const verifiers = {
      admin: this.#deps.verifierOf(this.#passwords.admin),
      monitor: this.#deps.verifierOf(this.#passwords.monitor),
      replicator: this.#deps.verifierOf(this.#passwords.replicator),
    };
    const bootstrap = bootstrapSql(verifiers);
    await all([central, reports, shop].map(async (server) => server.initialise(bootstrap, signal)));
    await standby.copyFrom(central);
    tell(say`starting the servers`);
    await all([central, reports, shop].map(async (server) => server.start({}, signal)));
    const follows = `host=${DEMO_HOST} port=${central.port} user=${DEMO_REPLICATOR} application_name=central-read sslmode=disable`;
    await standby.start({ primary_conninfo: follows, primary_slot_name: STANDBY_SLOT }, signal);
    await this.#introduce();
    tell(say`setting up replication`);
    await this.#query('central', [standbySlotSql(), ...centralSql()], signal);
    await all([
      this.#query('reports', reportsSql(), signal),
      this.#query('shop', shopSql(), signal),
    ]);
    // Not in one transaction: CREATE SUBSCRIPTION waits for the publisher.
    await all([
      this.#query(
        'reports',
        [subscribeSql('reports_sub', 'orders_pub', central.port, true)],
        signal,
      ),
      this.#query('shop', [subscribeSql('shop_sub', 'stock_pub', central.port, false)], signal),
    ]);
    await this.#query('central', [CONFLICTING_SQL], signal);
    this.#writer = new DemoWriter(
      async () => this.#open('central', this.#ended.signal),
      this.#deps.clock,
    );
    this.#writer.start();
  }

  /** Writes the topology file and keeps the passwords, so that everything else of the extension can sign in. */
  async #introduce(): Promise<void> {
    const { place, secrets, parse } = this.#deps;
    const ports = this.#ports();
    this.#kept = Object.values(ports);
    await place.notePorts(this.#run, this.#kept);
    const { admin, monitor } = this.#passwords;
    for (const port of this.#kept) {
      await secrets.store(demoSecretKey(DEMO_ADMIN, port), admin);
      await secrets.store(demoSecretKey(DEMO_MONITOR, port), monitor);
    }
    const text = demoFileText(ports);
    await writeFile(this.file, text);
    this.#nodes = new Map((parse(text)?.nodes ?? []).map((node) => [node.id, node]));
  }

  #ports(): DemoPorts {
    const { central, reports, shop } = this.#servers;
    return {
      central: central.port,
      'central-read': this.#servers['central-read'].port,
      reports: reports.port,
      shop: shop.port,
    };
  }

  /** A lock on what reports applies to, held by a session that does nothing else. */
  async #block(signal: CancelSignal): Promise<void> {
    if (this.#blocker?.isClosed === false) return;
    const session = await this.#open('reports', signal);
    this.#blocker = session;
    // A session of ours gives its locks back after a while by itself; this one is meant to keep it.
    await session.query({ text: 'SET idle_in_transaction_session_timeout = 0' }, signal);
    await session.query({ text: 'BEGIN' }, signal);
    await session.query({ text: 'LOCK TABLE public.orders IN EXCLUSIVE MODE' }, signal);
  }

  async #query(id: DemoNode, statements: readonly string[], signal: CancelSignal): Promise<void> {
    const session = await this.#open(id, signal);
    try {
      for (const text of statements) await session.query({ text }, signal);
    } finally {
      await session.close();
    }
  }

  async #open(id: DemoNode, signal: CancelSignal): Promise<ChangeSession> {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`The demo has no ${id}.`);
    return this.#deps.gateway.openChange(node, { user: DEMO_ADMIN, mayWrite: true }, signal);
  }

  #note(changed: Partial<DemoFaults>): void {
    this.#faults = { ...this.#faults, ...changed };
  }

  async #close(): Promise<void> {
    this.#ended.abort();
    // Servers first: a window that closes leaves little time.
    const ended = all(DEMO_NODES.map(async (name) => this.#servers[name].stop('immediate')));
    await this.#writer?.close();
    await this.#blocker?.close();
    await ended;
    await this.#deps.place.remove(this.#run);
    await this.forgetPasswords();
  }
}

/** Waits for all of them, also after the first failure: what is under way must have ended before it is cleaned away. */
async function all(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

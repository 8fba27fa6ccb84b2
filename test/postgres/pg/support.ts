import { isServerFailure, type FailureFacts, type FailureReason } from '../../../src/core/failure';
import type { Log } from '../../../src/core/ports/log';
import type { SecretStore } from '../../../src/core/ports/secretStore';
import type { DeclaredQueue, TopologyNode } from '../../../src/core/topology';
import type { LocalEnvironment } from '../../../src/pg/libpq/environment';
import { PgNodeGateway, type PgNodeGatewayOptions } from '../../../src/pg/pgNodeGateway';
import type { Cluster } from '../../clusters/cluster';
import { BEFORE_UNUSED_CLOSE_MS, waitFor } from '../../clusters/waitFor';
import { PATIENT_LIMITS } from '../monitor/patience';

/** A secret store in memory that counts what it was asked. */
export class MemorySecrets implements SecretStore {
  readonly values = new Map<string, string>();
  reads = 0;

  get(key: string): Promise<string | undefined> {
    this.reads += 1;
    return Promise.resolve(this.values.get(key));
  }

  store(key: string, value: string): Promise<void> {
    this.values.set(key, value);
    return Promise.resolve();
  }

  delete(key: string): Promise<void> {
    this.values.delete(key);
    return Promise.resolve();
  }
}

/** Keeps what was logged. */
export class MemoryLog implements Log {
  readonly lines: string[] = [];

  debug(message: string): void {
    this.lines.push(message);
  }

  info(message: string): void {
    this.lines.push(message);
  }

  warn(message: string): void {
    this.lines.push(message);
  }

  error(message: string): void {
    this.lines.push(message);
  }
}

/** Nothing of the tester's own home and environment. */
export function testEnvironment(variables: LocalEnvironment['variables'] = {}): LocalEnvironment {
  return {
    variables,
    homeDirectory: '/nonexistent',
    userName: 'postgres',
    platform: process.platform,
  };
}

/** A gateway that sees nothing of the tester's own home and environment. */
export function makeGateway(options: Partial<PgNodeGatewayOptions> = {}): PgNodeGateway {
  return new PgNodeGateway({
    environment: testEnvironment(),
    secrets: new MemorySecrets(),
    paths: { baseDirectory: () => null, isAllowed: () => true },
    log: new MemoryLog(),
    ...options,
  });
}

/** Seconds that a test waits for a connection: five, as the extension does, are too few where others use the processor. */
export const PATIENT = { PGCONNECT_TIMEOUT: '30' };

/** The same for tests of what servers say, not of how soon they say it: neither dialling nor reading is given up early. */
export function makePatientGateway(options: Partial<PgNodeGatewayOptions> = {}): PgNodeGateway {
  return makeGateway({
    environment: testEnvironment(PATIENT),
    limits: PATIENT_LIMITS,
    ...options,
  });
}

export interface NodeOptions {
  readonly id?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly passwordSource?: TopologyNode['passwordSource'];
  readonly pendingSync?: DeclaredQueue | null;
}

/** A node that is this address, as the file would declare it. */
export function nodeAt(target: { readonly port: number }, options: NodeOptions = {}): TopologyNode {
  return {
    id: options.id ?? 'central',
    connection: {
      host: '127.0.0.1',
      port: String(target.port),
      user: 'postgres',
      dbname: 'postgres',
      ...options.params,
    },
    adminUser: null,
    passwordSource: options.passwordSource ?? { kind: 'auto' },
    standbyOf: null,
    slot: null,
    publications: [],
    subscriptions: [],
    pendingSync: options.pendingSync ?? null,
  };
}

export function never(): AbortSignal {
  return new AbortController().signal;
}

/** Waits until no session of ours is left on a server. */
export async function untilNoSessions(cluster: Cluster): Promise<void> {
  await waitFor(
    async () => {
      const rows = await cluster.query(
        `SELECT FROM pg_stat_activity WHERE application_name = 'pg-topology'`,
      );
      return rows.length === 0;
    },
    { what: `${cluster.name} has no session of ours`, timeoutMs: BEFORE_UNUSED_CLOSE_MS },
  );
}

/** The facts of the failure that a promise ends with. */
export async function failureOf(outcome: Promise<unknown>): Promise<FailureFacts> {
  try {
    await outcome;
  } catch (error) {
    if (isServerFailure(error)) return error.facts;
    throw error;
  }
  throw new Error('It did not fail.');
}

/** The reason of a caught failure; anything else is thrown on. */
export function reasonOf(error: unknown): FailureReason {
  if (isServerFailure(error)) return error.facts.reason;
  throw error;
}

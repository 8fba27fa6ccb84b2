import { randomUUID } from 'node:crypto';
import type { CheckResult } from '../../../src/core/checks/checkResult';
import { groupChecks } from '../../../src/core/checks/checkTargets';
import { SystemClock } from '../../../src/host/systemClock';
import { CheckRound } from '../../../src/operations/checks/checkRound';
import { CheckSessions } from '../../../src/operations/checks/checkSessions';
import type { Cluster } from '../../clusters/cluster';
import { MemoryLog, never } from '../pg/support';
import { sayResult, type CheckRig } from './checkRig';

const WRITERS = 8;
const LIMIT_MS = 10_000;

export interface LoadParts {
  readonly rig: CheckRig;
  readonly central: Cluster;
  readonly replica: Cluster;
  readonly genesis: Cluster;
  readonly rounds: number;
  /** The sentinel table of jobs_sub, which the standby is checked by as well. */
  readonly table: string;
}

export interface Tally {
  /** Results that said "arrived" while the row was not there, or said something else that is wrong. */
  readonly lies: readonly string[];
  readonly arrived: number;
  readonly late: number;
  /** Rows that the writers wrote meanwhile. */
  readonly written: number;
}

/** Checks one round after the other while writers do what they can, and holds every "arrived" against a session of its own. */
export async function checkUnderLoad(parts: LoadParts): Promise<Tally> {
  const { central, replica, genesis, rounds, table } = parts;
  const stop = new AbortController();
  const writers = Array.from({ length: WRITERS }, () => write(central, stop.signal));
  const witnesses = { replica: await replica.connect(), genesis: await genesis.connect() };
  const snapshot = parts.rig.snapshot();
  const [group] = groupChecks(snapshot, null).groups;
  if (group === undefined) throw new Error('there is nothing to check');
  const clock = new SystemClock();
  const sessions = new CheckSessions(snapshot.id, {
    gateway: parts.rig.gateway,
    clock,
    mayContact: () => Promise.resolve(true),
  });
  const lies: string[] = [];
  let arrived = 0;
  let late = 0;
  let token = '';
  const judge = async (result: CheckResult): Promise<void> => {
    if (result.kind !== 'row') lies.push(sayResult(result));
    if (result.outcome === 'notArrived') late += 1;
    else if (result.outcome !== 'arrived') lies.push(sayResult(result));
    else {
      arrived += 1;
      // Tokens of the insert-only publication are pruned as soon as they were seen.
      if (result.edgeId.endsWith('log_sub')) return;
      const witness = result.edgeId.startsWith('streaming/')
        ? witnesses.replica
        : witnesses.genesis;
      const { rows } = await witness.query<{ seen: boolean }>(
        `SELECT EXISTS (SELECT FROM ${table} WHERE token = '${token}') AS seen`,
      );
      if (rows[0]?.seen !== true) lies.push(`${sayResult(result)}: not there`);
    }
  };
  const spent = new Map<string, readonly string[]>();
  try {
    for (let round = 0; round < rounds; round += 1) {
      const judged: Promise<void>[] = [];
      const deps = {
        clock,
        log: new MemoryLog(),
        limitMs: LIMIT_MS,
        randomUuid: () => (token = randomUUID()),
        verdictOf: () => Promise.resolve(null),
      };
      const report = (result: CheckResult): void => void judged.push(judge(result));
      await new CheckRound(deps, {
        group,
        snapshot,
        sessions,
        spent,
        signal: never(),
        report,
      }).run();
      await Promise.all(judged);
    }
  } finally {
    stop.abort();
    await sessions.close();
    await Promise.all([witnesses.replica.end(), witnesses.genesis.end()]);
  }
  const written = (await Promise.all(writers)).reduce((sum, rows) => sum + rows, 0);
  return { lies, arrived, late, written };
}

async function write(central: Cluster, signal: AbortSignal): Promise<number> {
  const client = await central.connect({ applicationName: 'writer' });
  let written = 0;
  try {
    while (!signal.aborted) {
      await client.query({ name: 'write', text: `INSERT INTO jobs (filler) VALUES ('x')` });
      written += 1;
    }
    return written;
  } finally {
    await client.end();
  }
}

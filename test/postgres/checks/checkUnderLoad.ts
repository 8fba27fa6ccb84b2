import type { CheckResult } from '../../../src/core/checks/checkResult';
import type { Cluster } from '../../clusters/cluster';
import { sayResult, type CheckRig } from './checkRig';
import { RoundLoop } from './roundLoop';

const WRITERS = 8;

export interface LoadParts {
  readonly rig: CheckRig;
  readonly primary: Cluster;
  readonly rounds: number;
  /** What each writer does, over and over. */
  readonly writes: string;
  /** Where the row of an arrival must be seen, by edge; others are not looked at. */
  readonly witnesses: Readonly<Record<string, Cluster>>;
  /** The sentinel table that the witnesses look at. */
  readonly table: string;
}

export interface Tally {
  /** Results that said "arrived" while the row was not there, or said something else that is wrong. */
  readonly lies: readonly string[];
  readonly arrived: number;
  readonly late: number;
  /** Statements of the writers meanwhile. */
  readonly written: number;
}

/** Checks one round after the other while writers do what they can, and holds every "arrived" against a session of its own. */
export async function checkUnderLoad(parts: LoadParts): Promise<Tally> {
  const stop = new AbortController();
  const writers = Array.from({ length: WRITERS }, () => write(parts, stop.signal));
  const witnesses = await openAll(parts.witnesses);
  const loop = new RoundLoop(parts.rig.snapshot(), parts.rig.gateway);
  const lies: string[] = [];
  let arrived = 0;
  let late = 0;
  const judge = async (result: CheckResult, token: string): Promise<void> => {
    if (result.outcome === 'notArrived') late += 1;
    else if (result.outcome !== 'arrived' || result.kind !== 'row') lies.push(sayResult(result));
    else {
      arrived += 1;
      const { rows } =
        (await witnesses.get(result.edgeId)?.query<{ seen: boolean }>({
          text: `SELECT EXISTS (SELECT FROM ${parts.table} WHERE token = $1) AS seen`,
          values: [token],
        })) ?? {};
      if (rows !== undefined && rows[0]?.seen !== true) {
        lies.push(`${sayResult(result)}: not there`);
      }
    }
  };
  try {
    for (let round = 0; round < parts.rounds; round += 1) {
      const judged: Promise<void>[] = [];
      let token = '';
      await loop.round(
        null,
        (result) => judged.push(judge(result, token)),
        (made) => (token = made),
      );
      await Promise.all(judged);
    }
  } finally {
    stop.abort();
    await loop.close();
    await Promise.all([...witnesses.values()].map((witness) => witness.end()));
  }
  const written = (await Promise.all(writers)).reduce((sum, count) => sum + count, 0);
  return { lies, arrived, late, written };
}

async function openAll(clusters: LoadParts['witnesses']) {
  const opened = Object.entries(clusters).map(
    async ([edgeId, cluster]) => [edgeId, await cluster.connect()] as const,
  );
  return new Map(await Promise.all(opened));
}

async function write({ primary, writes }: LoadParts, signal: AbortSignal): Promise<number> {
  const client = await primary.connect({ applicationName: 'writer' });
  let written = 0;
  try {
    while (!signal.aborted) {
      await client.query({ name: 'write', text: writes });
      written += 1;
    }
    return written;
  } finally {
    await client.end();
  }
}

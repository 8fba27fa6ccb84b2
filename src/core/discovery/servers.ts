import type { FastFacts } from '../facts';
import type { Endpoint } from '../failure';
import { sameHost } from './saidAddress';
import { isAnswer, type Answer, type Look } from './look';

/** One running server, by whichever addresses and databases it was reached. */
export interface Server {
  readonly key: string;
  /** First the one that sees most; never empty. */
  readonly answers: readonly Answer[];
  /** Of the answer that sees most. Senders, slots and the receiver are of the whole server; subscriptions are not. */
  readonly fast: FastFacts;
  readonly isInRecovery: boolean;
  /** `null` where our role may not read it. */
  readonly systemIdentifier: string | null;
}

/**
 * Puts together what is one server: same system and started at the same microsecond. A copy has the system of its original, and
 * yet a start of its own.
 */
export function recogniseServers(looks: readonly Look[]): readonly Server[] {
  const groups = new Map<string, Answer[]>();
  for (const look of looks) {
    if (!isAnswer(look)) continue;
    const key = serverKeyOf(look.facts.fast, groups);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [look]);
    else group.push(look);
  }
  return Array.from(groups, ([key, answers]) => {
    const sorted = answers.toSorted((a, b) => insight(b) - insight(a));
    const best = sorted[0] ?? answers[0];
    if (best === undefined) throw new Error('A server without an answer.');
    const identified = sorted.find(({ facts }) => facts.fast.systemIdentifier !== null);
    return {
      key,
      answers: sorted,
      fast: best.facts.fast,
      isInRecovery: best.facts.fast.isInRecovery,
      systemIdentifier: identified?.facts.fast.systemIdentifier ?? null,
    };
  });
}

/** One role may read the system identifier, another not; the start alone is as good as unique. */
function serverKeyOf(fast: FastFacts, groups: ReadonlyMap<string, unknown>): string {
  const start = String(fast.postmasterStartedAtMs);
  const own = `${fast.systemIdentifier ?? '?'}/${start}`;
  if (groups.has(own)) return own;
  const sameStart = [...groups.keys()].filter((key) => key.endsWith(`/${start}`));
  const fitting = sameStart.find((key) => key.startsWith('?/') || fast.systemIdentifier === null);
  return fitting ?? own;
}

function insight({ facts }: Answer): number {
  return (facts.fast.canSeeReplication ? 2 : 0) + (facts.fast.receiver?.isVisible === true ? 1 : 0);
}

/** The answer of one database of a server; `null` when that was not looked at. */
export function answerOf(server: Server, database: string): Answer | null {
  return server.answers.find(({ facts }) => facts.fast.database === database) ?? null;
}

/** Whether a server was reached by this address, or has it itself where no other says the same. */
export function serverAt(servers: readonly Server[], address: Endpoint): Server | null {
  const dialled = servers.find(({ answers }) =>
    answers.some(({ endpoint }) => isSameAddress(endpoint, address)),
  );
  if (dialled !== undefined) return dialled;
  const own = servers.filter(({ answers }) =>
    answers.some(({ facts }) => facts.self !== null && isSameAddress(facts.self, address)),
  );
  return own.length === 1 ? (own[0] ?? null) : null;
}

export function isSameAddress(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && sameHost(a.host, b.host);
}

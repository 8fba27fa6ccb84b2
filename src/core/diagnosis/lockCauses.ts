import type { BlockerFacts } from '../causeFacts';
import { formatDuration } from '../format';
import { say } from '../say';
import { statement } from './actions';
import { causePlace, waitingSentence, type EdgeCase } from './edgeParts';
import { fact, type Finding } from './makeDiagnosis';
import { listed } from './names';

/** The apply worker waits for a lock: who holds it, since when, with which statement, as far as our role may see that. */
export function blockedFinding(one: EdgeCase): Finding {
  const { edge, target, picture } = one;
  const worker = picture.subscription(edge)?.workerPid ?? null;
  const pids = edge.verdict.params.pids ?? [];
  const holders = (picture.causes(edge.to)?.blockers ?? []).filter(({ waitingPid, pid }) =>
    worker === null || pids.length === 0 ? waitingPid === worker : pids.includes(pid),
  );
  const [first] = holders;
  const now = serverTime(one);
  const named =
    first === undefined ? listed(pids.map((pid) => say`pid ${pid}`)) : holderWords(first);
  const who = first === undefined && pids.length === 0 ? say`another session` : named;
  const relation = first?.relation ?? null;
  return {
    code: 'blocked',
    title: say`The apply worker of ${edge.name} on ${target} waits for ${who}${relation === null ? '' : say`, for a lock on ${relation}`}.`,
    detail: [
      first === undefined ? null : sinceWords(first, now),
      first?.query === null || first?.query === undefined
        ? null
        : say`Its last statement: ${first.query}`,
      waitingSentence(one),
      say`Nothing is applied until it commits, rolls back or is ended.`,
    ],
    evidence: holders.map((holder) => {
      const parts = [
        holder.user,
        holder.applicationName,
        holder.clientAddress,
        holder.state,
        holder.mode === null
          ? null
          : `${holder.mode}${holder.relation === null ? '' : say` on ${holder.relation}`}`,
        holder.query,
      ].filter((part) => part !== null);
      const value = parts.join(', ') || say`hidden from our role`;
      return fact(
        say`Held by pid ${holder.pid}`,
        value,
        'pg_blocking_pids()',
        causePlace(one, edge.to),
      );
    }),
    actions: (first === undefined ? pids : [first.pid])
      .filter((pid) => pid > 0)
      .map((pid) =>
        statement(
          edge.to,
          () => `SELECT pg_terminate_backend(${pid});`,
          say`Ends the session of pid ${pid}; its transaction is rolled back, and the worker goes on.`,
        ),
      ),
  };
}

function holderWords({ pid, user, state }: BlockerFacts): string {
  if (pid === 0) return say`a prepared transaction`;
  const parts = [user, state].filter((part) => part !== null);
  return parts.length === 0 ? say`pid ${pid}` : say`pid ${pid} (${parts.join(', ')})`;
}

function sinceWords(
  { pid, transactionStartedAtMs: began }: BlockerFacts,
  now: number | null,
): string | null {
  if (began === null || now === null) return null;
  const whose = pid === 0 ? say`It was prepared` : say`Its transaction began`;
  return say`${whose} ${formatDuration(Math.max(1_000, now - began), 'fine')} ago.`;
}

/** Now, by the subscriber's clock. */
function serverTime({ picture, edge }: EdgeCase): number | null {
  const atMs = picture.causesAtMs(edge.to);
  return atMs === null ? null : atMs + (picture.node(edge.to)?.clockSkewMs ?? 0);
}

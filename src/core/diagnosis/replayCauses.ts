import type { StandbyQueryFacts } from '../causeFacts';
import { formatCount, formatDuration } from '../format';
import { say } from '../say';
import { command, configuration, statement } from './actions';
import { causePlace, pollPlace, waitingSentence, type EdgeCase } from './edgeParts';
import { lagWords } from './lagWords';
import { fact, type Finding } from './makeDiagnosis';
import { parseDuration } from './settingDuration';

/** A shorter query holds back nothing that a person would notice. */
const LONG_QUERY_MS = 10_000;

/** Why a standby that receives replays late; `null` where that is not known. */
export function replayCause(one: EdgeCase): Finding | null {
  if (one.edge.verdict.code === 'paused') return null;
  return recoveryConflict(one) ?? applyDelay(one) ?? longQuery(one);
}

/** Replay waits until a query that still needs what it would remove ends, or cancels it. */
function recoveryConflict(one: EdgeCase): Finding | null {
  const { edge, target, picture } = one;
  const replay = picture.causes(edge.to)?.replay ?? null;
  if (replay === null) return null;
  const { waitEventType: type, waitEvent: event } = replay;
  const waits = event?.startsWith('RecoveryConflict') === true;
  if (!waits && type !== 'Lock' && type !== 'BufferPin') return null;
  const oldest = replay.queries[0] ?? null;
  const blockers = picture.causes(edge.to)?.blockers ?? [];
  const pid = blockers[0]?.pid ?? oldest?.pid ?? null;
  const at = causePlace(one, edge.to);
  const limit = replay.maxStandbyStreamingDelayMs;
  return {
    code: 'recoveryConflict',
    title:
      pid === null
        ? say`Replay on ${target} waits for a query that needs what it would change.`
        : say`Replay on ${target} waits for pid ${pid}${ofUser(blockers[0]?.user ?? oldest?.user ?? null)}, which still reads what it would change.`,
    detail: [
      limit === null
        ? null
        : limit < 0
          ? say`max_standby_streaming_delay is -1: replay waits for as long as the query runs.`
          : say`After ${formatDuration(limit, 'fine')} (max_standby_streaming_delay) the query is cancelled and replay goes on.`,
      waitingSentence(one),
    ],
    evidence: [
      fact(say`Replay waits for`, `${type ?? '?'}: ${event ?? '?'}`, 'startup process', at),
      ...queryRows(one, replay.queries),
      ...cancelledRow(one, replay.cancelled),
    ],
    actions: [...endQuery(one, pid), ...settings(one)],
  };
}

function applyDelay(one: EdgeCase): Finding | null {
  const { edge, source, target, picture } = one;
  const value = picture.setting(edge.to, 'recovery_min_apply_delay');
  const ms = parseDuration(value);
  const waits = picture.causes(edge.to)?.replay?.waitEvent === 'RecoveryApplyDelay';
  if (!waits && (ms === null || ms === 0)) return null;
  const node = picture.node(edge.to);
  return {
    code: 'applyDelay',
    title: say`${target} replays ${ms === null ? say`later` : say`${formatDuration(ms, 'fine')} later`} than ${source} on purpose.`,
    detail: [
      say`recovery_min_apply_delay holds each commit back for that long; the WAL itself is received at once.`,
      edge.lagMs === null && edge.lagBytes === null
        ? null
        : say`It is ${lagWords(edge)} behind now.`,
    ],
    evidence: [
      fact('recovery_min_apply_delay', value ?? say`not known`, 'pg_settings', {
        ...pollPlace(one, edge.to),
        atMs: node?.sample.slowAtMs ?? null,
      }),
      ...(waits
        ? [
            fact(
              say`Replay waits for`,
              'RecoveryApplyDelay',
              'startup process',
              causePlace(one, edge.to),
            ),
          ]
        : []),
    ],
    actions: [
      configuration(
        edge.to,
        'recovery_min_apply_delay = 0',
        say`Replays at once, after a reload; the time to step in after a mistake is gone then.`,
      ),
      command('openTopologyFile', edge.to),
    ],
  };
}

/** What replay waits for is not visible, or nothing: an old snapshot is named, not blamed. */
function longQuery(one: EdgeCase): Finding | null {
  const { edge, source, target, picture } = one;
  const { code } = edge.verdict;
  const causes = picture.causes(edge.to);
  const replay = causes?.replay ?? null;
  if (replay?.waitEvent !== null) return null;
  if (code !== 'stuck' && code !== 'lagging') return null;
  const readAtMs = serverTime(one);
  if (readAtMs === null) return null;
  const query = replay.queries.find(
    ({ startedAtMs }) => startedAtMs !== null && readAtMs - startedAtMs >= LONG_QUERY_MS,
  );
  const began = query?.startedAtMs ?? null;
  if (query === undefined || began === null) return null;
  const running = formatDuration(readAtMs - began, 'fine');
  return {
    code: 'longQuery',
    title: say`${target} is behind ${source} while pid ${query.pid}${ofUser(query.user)} has been reading there for ${running}.`,
    detail: [
      say`Replay has to wait for such a query where it needs rows that replay would remove. Whether it waits for it now is not visible from here.`,
      waitingSentence(one),
    ],
    evidence: [...queryRows(one, replay.queries), ...cancelledRow(one, replay.cancelled)],
    actions: [...endQuery(one, query.pid), ...settings(one)],
  };
}

/** Now, by the standby's clock. */
function serverTime({ picture, edge }: EdgeCase): number | null {
  const atMs = picture.causesAtMs(edge.to);
  return atMs === null ? null : atMs + (picture.node(edge.to)?.clockSkewMs ?? 0);
}

function queryRows(one: EdgeCase, queries: readonly StandbyQueryFacts[]) {
  const at = causePlace(one, one.edge.to);
  return queries.slice(0, 3).map((query) => {
    const parts = [
      query.user,
      query.applicationName,
      query.state,
      query.snapshotAge === null
        ? null
        : say`snapshot ${formatCount(query.snapshotAge)} transactions old`,
      query.query,
    ].filter((part) => part !== null && part !== '');
    return fact(
      say`Query of pid ${query.pid}`,
      parts.join(', ') || say`hidden from our role`,
      'snapshots of queries',
      at,
    );
  });
}

function cancelledRow(one: EdgeCase, cancelled: Readonly<Record<string, number>> | null) {
  const counted = Object.entries(cancelled ?? {}).filter(([, count]) => count > 0);
  if (counted.length === 0) return [];
  const value = counted.map(([kind, count]) => say`${formatCount(count)} by ${kind}`).join(', ');
  const at = causePlace(one, one.edge.to);
  return [fact(say`Queries cancelled so far`, value, 'pg_stat_database_conflicts', at)];
}

function endQuery({ edge }: EdgeCase, pid: number | null) {
  if (pid === null || pid <= 0) return [];
  return [
    statement(
      edge.to,
      () => `SELECT pg_cancel_backend(${pid});`,
      say`Cancels what pid ${pid} runs; its user gets error 57014. One that idles in a transaction goes on: it needs pg_terminate_backend.`,
    ),
    statement(
      edge.to,
      () => `SELECT pg_terminate_backend(${pid});`,
      say`Ends the session of pid ${pid}; its transaction is rolled back.`,
    ),
  ];
}

function settings({ edge }: EdgeCase) {
  return [
    configuration(
      edge.to,
      'hot_standby_feedback = on',
      say`The upstream then keeps rows that queries of this standby still see, so that they do not conflict; it can remove less. Needs a reload.`,
    ),
    configuration(
      edge.to,
      'max_standby_streaming_delay = 30s',
      say`So long replay waits for queries before it cancels them; less keeps the standby nearer. Needs a reload.`,
    ),
  ];
}

function ofUser(user: string | null): string {
  return user === null ? '' : say` of ${user}`;
}

import { DEPTH_CAP } from '../facts';
import { formatCount, formatCounted, formatDuration } from '../format';
import { say } from '../say';
import { escapeIdentifier } from '../sql';
import type { QueueSnapshot } from '../snapshot';
import { command, statement } from './actions';
import type { Diagnosis, DiagnosisEvidence } from './diagnosis';
import { fact, makeDiagnosis, speakFor, type About, type Finding } from './makeDiagnosis';
import { trimStop } from './names';
import { isUnasked, type Picture } from './picture';
import { NO_SCOPE } from './evidenceQuery';

/** Operations that can be drained and are as old as this wait for something else than the next drain. */
const STUCK_AFTER_MS = 5 * 60_000;
/** The same where no drain has failed: perhaps nobody drains it. */
const LEFT_AFTER_MS = 60 * 60_000;

/** What is said of an edge's queue. */
export function diagnoseQueue(picture: Picture, queue: QueueSnapshot): readonly Diagnosis[] {
  const about: About = { subject: queue.id, nodeId: queue.nodeId, verdict: queue.verdict };
  const evidence = factsOf(queue);
  const own = speakFor(about, { evidence, ...findingOf(picture, queue) });
  const also = [poisoned(queue), offline(picture, queue), stuck(picture, queue)].filter(
    (found) => found !== null && found.code !== own.code,
  );
  return [
    own,
    ...also.flatMap((found) =>
      found === null ? [] : [makeDiagnosis(about, { evidence, ...found })],
    ),
  ];
}

function findingOf(picture: Picture, queue: QueueSnapshot): Finding {
  const { nodeId, primaryId, verdict, id } = queue;
  const { code } = verdict;
  const waiting = queue.facts?.waiting ?? 0;
  const kept = `${formatCount(waiting, DEPTH_CAP)} ${waiting === 1 ? say`operation waits` : say`operations wait`}`;
  if (isUnasked(code)) {
    return {
      code,
      title: say`The queue of ${nodeId} is unknown: its server has not been asked.`,
      actions: [command(code === 'restricted' ? 'openTopologyFile' : 'connect', nodeId)],
    };
  }
  switch (code) {
    case 'queueEmpty':
      return { code, title: say`Nothing waits in the queue of ${nodeId} for ${primaryId}.` };
    case 'queueWaiting':
    case 'queueGrowing':
      return (
        offline(picture, queue) ??
        stuck(picture, queue) ?? {
          code,
          title: say`${kept} on ${nodeId} for ${primaryId}${growth(queue)}.`,
          detail: [
            say`They exist on the edge alone until they are drained.`,
            code === 'queueGrowing' ? say`More are written than are drained.` : null,
          ],
          actions: [command('drainQueue', id), command('setAutomaticDraining', id)],
        }
      );
    case 'queueDraining':
      return {
        code,
        title: say`The queue of ${nodeId} is drained to ${primaryId}${pidWords(verdict.params.pids)}.`,
        detail: [say`${kept} still.`],
      };
    case 'queueFailedOver':
      return {
        code,
        title: say`Another server was promoted since the queue of ${nodeId} was drained last.`,
        detail: [
          say`What the former primary took with it is told, and sent again, by the next drain.`,
          say`Nothing is done twice: each operation is known by its id.`,
        ],
        actions: [command('drainQueue', id)],
      };
    case 'queueConflicts': {
      const count = queue.facts?.conflicts ?? 0;
      return {
        code,
        title: say`${formatCounted(count, 'conflict')} in the queue of ${nodeId} ${count === 1 ? say`waits` : say`wait`} for a decision.`,
        detail: [
          say`The row was changed on ${nodeId} and on ${primaryId}; later changes of it wait behind.`,
        ],
        actions: [command('showConflict', id), command('drainQueue', id)],
      };
    }
    case 'queueDead':
      return (
        poisoned(queue) ?? {
          code,
          title: say`${primaryId} refused operations of the queue of ${nodeId} for ever.`,
        }
      );
    case 'queueAbsent':
      return {
        code,
        title:
          verdict.params.reason === undefined
            ? say`The file declares a queue on ${nodeId}, but ${queue.table} is not there.`
            : say`The queue of ${nodeId} cannot be used: ${verdict.params.reason}.`,
        detail: [say`Set Up Edge… makes it, with what captures changes.`],
        actions: [command('setUpEdge', nodeId), command('showDifferences', nodeId)],
      };
    case 'unreachable':
    case 'starting':
    case 'stale':
      return (
        offline(picture, queue) ?? {
          code,
          title: say`What waits in the queue of ${nodeId} is not known now.`,
          detail: [queue.facts === null ? null : say`When it was read last, ${kept}.`],
          followsFrom: nodeId,
          actions: [command('refresh', nodeId)],
        }
      );
    default:
      return {
        code,
        title: say`The state of the queue of ${nodeId} is unknown.`,
        detail: [picture.slow(nodeId)?.queueProblem ?? null],
        actions: [command('refresh', nodeId), command('checkSetup', nodeId)],
      };
  }
}

/** It could be drained, and is not. */
function stuck(picture: Picture, queue: QueueSnapshot): Finding | null {
  const { facts, isOnline, nodeId, primaryId, id, verdict } = queue;
  if (facts === null || facts.waiting === 0 || isOnline !== true) return null;
  if (verdict.code === 'queueDraining' || facts.oldestAtMs === null) return null;
  const now = edgeTime(picture, queue);
  const age = now - facts.oldestAtMs;
  const hasFailed = facts.failed > 0 && facts.lastError !== null;
  const doneAtMs = Math.max(facts.lastDoneAtMs ?? 0, facts.identity?.drainedAtMs ?? 0);
  const isLeft = doneAtMs <= facts.oldestAtMs || now - doneAtMs >= LEFT_AFTER_MS;
  if (age < (hasFailed ? STUCK_AFTER_MS : LEFT_AFTER_MS) || !isLeft) return null;
  return {
    code: 'queueStuck',
    health: 'warning',
    title: say`${formatCount(facts.waiting, DEPTH_CAP)} ${facts.waiting === 1 ? say`operation waits` : say`operations wait`} on ${nodeId} for ${primaryId} though both answer; the oldest for ${formatDuration(age)}.`,
    detail: [
      hasFailed ? say`The last try failed: ${trimStop(facts.lastError)}.` : say`Nobody drains it.`,
      say`They exist on the edge alone.`,
    ],
    actions: [command('drainQueue', id), command('setAutomaticDraining', id)],
  };
}

/** Operations that fail whenever they are tried. */
function poisoned(queue: QueueSnapshot): Finding | null {
  const { facts, nodeId, primaryId, id } = queue;
  if (facts === null) return null;
  if (facts.dead > 0) {
    return {
      code: 'queuePoisoned',
      health: 'error',
      title: say`${primaryId} refuses ${formatCounted(facts.dead, 'operation')} of the queue of ${nodeId} for good.`,
      detail: [
        facts.lastError === null ? null : say`Its last words: ${trimStop(facts.lastError)}.`,
        say`The others go on, but later changes of the same rows wait behind.`,
      ],
      actions: [command('showDeadOperation', id), command('drainQueue', id)],
    };
  }
  if (facts.failed === 0 || facts.lastError === null) return null;
  return {
    code: 'queuePoisoned',
    health: 'warning',
    title: say`${formatCounted(facts.failed, 'operation')} of the queue of ${nodeId} failed on ${primaryId} and ${facts.failed === 1 ? say`waits` : say`wait`} to be tried again.`,
    detail: [say`The last try failed: ${trimStop(facts.lastError)}.`],
    actions: [
      command('drainQueue', id),
      queue.facts?.shape === 'current'
        ? statement(
            nodeId,
            () =>
              `SELECT id, table_name, operation, attempts, error_sqlstate, error FROM ${quotedTable(queue.table)} WHERE error IS NOT NULL AND synced_at IS NULL ORDER BY seq LIMIT 20;`,
            say`Shows which ones and why; changes nothing.`,
          )
        : null,
    ],
  };
}

/** It cannot be drained from here. */
function offline(picture: Picture, queue: QueueSnapshot): Finding | null {
  const { facts, isOnline, nodeId, primaryId } = queue;
  if (isOnline !== false || facts === null || facts.waiting === 0) return null;
  const away = [nodeId, primaryId].find((id) => {
    const node = picture.node(id);
    return node !== null && node.sample.contact === 'failed';
  });
  const kept = formatCounted(facts.waiting, 'operation');
  return {
    code: 'edgeOffline',
    health: 'warning',
    title: say`${kept} of ${nodeId} cannot be drained to ${primaryId}: ${away ?? say`one of them`} is unreachable from here.`,
    detail: [
      away === nodeId ? say`How many wait now is not known; that is what was read last.` : null,
      say`They exist on the edge alone until both can be reached.`,
    ],
    followsFrom: away ?? null,
    actions: [command('refresh', away ?? nodeId), command('checkSetup', away ?? nodeId)],
  };
}

function growth({ perMinute }: QueueSnapshot): string {
  return perMinute === null || perMinute < 1 ? '' : say`, ${formatCount(perMinute)} more a minute`;
}

function pidWords(pids: readonly number[] | undefined): string {
  return pids?.[0] === undefined ? '' : say` by pid ${pids[0]}`;
}

/** When it was read, by the edge's clock: its times are those of that clock. */
function edgeTime(picture: Picture, queue: QueueSnapshot): number {
  const node = picture.node(queue.nodeId);
  return (queue.atMs ?? picture.snapshot.takenAtMs) + (node?.clockSkewMs ?? 0);
}

function quotedTable(table: string): string {
  return table.split('.').map(escapeIdentifier).join('.');
}

function factsOf(queue: QueueSnapshot): readonly DiagnosisEvidence[] {
  const { facts, table } = queue;
  if (facts === null) return [];
  const at = { nodeId: queue.nodeId, atMs: queue.atMs, scope: NO_SCOPE };
  const rows: readonly (readonly [string, string | null])[] = [
    [say`Waiting`, formatCount(facts.waiting, DEPTH_CAP)],
    [say`Conflicts`, facts.conflicts === 0 ? null : formatCount(facts.conflicts)],
    [say`Dead`, facts.dead === 0 ? null : formatCount(facts.dead)],
    [say`With an error`, facts.failed === 0 ? null : formatCount(facts.failed)],
    [say`Last error`, facts.lastError],
  ];
  return rows.flatMap(([label, value]) => (value === null ? [] : [fact(label, value, table, at)]));
}

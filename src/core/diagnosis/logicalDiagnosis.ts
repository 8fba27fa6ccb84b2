import { formatBytes, formatCount } from '../format';
import { nameCopying } from '../join/tableStates';
import { say } from '../say';
import type { EdgeSnapshot } from '../snapshot';
import { command, configuration, statement } from './actions';
import { applyCause } from './applyCauses';
import { applyLog } from './applyLog';
import type { Diagnosis } from './diagnosis';
import {
  awayEnd,
  edgeCase,
  refreshAction,
  unjudged,
  waitingSentence,
  type EdgeCase,
} from './edgeParts';
import { lagWords } from './lagWords';
import { logEvidence } from './logEntries';
import { blockedFinding } from './lockCauses';
import { makeDiagnosis, speakFor, type Finding } from './makeDiagnosis';
import { trimStop } from './names';
import type { Picture } from './picture';
import { beginCause, skippedPublication } from './beginCauses';
import { sequencesBehind } from './sequenceCauses';

/** What is said of a subscription: the verdict, or the cause of it where it is known; beside it what goes wrong though it works. */
export function diagnoseLogical(picture: Picture, edge: EdgeSnapshot): readonly Diagnosis[] {
  const one = edgeCase(picture, edge);
  const finding = findingOf(one);
  const evidence = [...(finding.evidence ?? []), ...one.rows];
  const own = speakFor(one.about, { ...finding, evidence });
  const beside = [skippedPublication(one), sequencesBehind(one)];
  return [
    own,
    ...beside.flatMap((found) => (found === null ? [] : [makeDiagnosis(one.about, found)])),
  ];
}

/** `patterns_sub on singularity` */
export function nameOf({ edge, target }: EdgeCase): string {
  return say`${edge.name} on ${target}`;
}

function findingOf(one: EdgeCase): Finding {
  const { edge, source, target } = one;
  const { code, params } = edge.verdict;
  const name = nameOf(one);
  const open = unjudged(one, say`subscription ${name}`);
  if (open !== null) return { ...open, followsFrom: awayEnd(one) };
  switch (code) {
    case 'streaming':
      return {
        code,
        title:
          edge.lagMs === null && edge.lagBytes === null
            ? say`${name} applies what ${source} publishes.`
            : say`${name} applies what ${source} publishes, ${lagWords(edge)} later.`,
        detail: [
          edge.lagBytes === null && edge.unknownBecause !== null
            ? say`Its lag is unknown: ${edge.unknownBecause}.`
            : null,
        ],
      };
    case 'idle':
      return { code, title: say`${name} has applied all that ${source} published.` };
    case 'catchingUp':
      return {
        code,
        title: say`${name} works through what it missed and comes closer to ${source}.`,
        detail: [waitingSentence(one)],
      };
    case 'lagging':
      return {
        code,
        title: say`${name} is ${lagWords(edge)} behind ${source}.`,
        detail: [
          say`It applies, but later than the warning in the topology file, or later with every look.`,
          say`One worker applies what many sessions wrote; a missing index for UPDATE and DELETE makes it slow.`,
        ],
        actions: [command('runChecks', edge.id), refreshAction(one)],
      };
    case 'stuck':
      return {
        code,
        title: say`${name} is stuck: what waits on ${source} does not get less, though the link is up.`,
        detail: [waitingSentence(one), say`The worker may be busy with one large transaction.`],
        actions: [
          statement(
            edge.to,
            () =>
              "SELECT pid, state, wait_event_type, wait_event FROM pg_stat_activity WHERE backend_type LIKE 'logical replication%worker';",
            say`Shows what the apply worker waits for; changes nothing.`,
          ),
          command('runChecks', edge.id),
        ],
      };
    case 'blocked':
      return blockedFinding(one);
    case 'copying':
      return applyCause(one) ?? copying(one);
    case 'stoppedByError':
    case 'applyErrorLoop':
      return applyCause(one) ?? stopped(one);
    case 'disabled':
      return {
        code,
        title: say`Subscription ${name} is disabled.`,
        detail: [
          say`Somebody disabled it; nothing is applied.`,
          edge.retainedWalBytes === null
            ? say`${source} keeps WAL for it until it is enabled or its slot is dropped.`
            : say`${source} keeps ${formatBytes(edge.retainedWalBytes)} of WAL for it until it is enabled or its slot is dropped.`,
        ],
        actions: [command('enableSubscription', edge.id), command('dropSubscription', edge.id)],
      };
    case 'noWorker': {
      const { workersUsed, workersMax } = params;
      const counts =
        workersUsed === undefined || workersMax === undefined
          ? say`all are in use`
          : say`${workersUsed} of ${workersMax} are in use`;
      return {
        code,
        title: say`${target} has no logical replication worker free for ${edge.name}: ${counts}.`,
        detail: [
          say`The subscription is enabled, but nothing applies its changes until a worker is free.`,
          waitingSentence(one),
        ],
        actions: [
          configuration(
            edge.to,
            `max_logical_replication_workers = ${2 * (workersMax ?? 4)}`,
            say`More workers, after a restart; they count against max_worker_processes, too.`,
          ),
          refreshAction(one),
        ],
      };
    }
    case 'notStreaming':
      return applyCause(one) ?? beginCause(one) ?? notStreaming(one);
    case 'slotLost':
      return {
        code,
        title: say`${name} lost its slot ${edge.slotName ?? ''} on ${source}: changes that it had not applied are gone.`,
        detail: [
          params.reason === undefined ? null : say`The server says ${params.reason}.`,
          say`It must be made anew, and its tables copied again.`,
        ],
        actions: [
          command('dropSubscription', edge.id),
          command('planChanges', edge.to),
          edge.from === null
            ? null
            : configuration(
                edge.from,
                'max_slot_wal_keep_size = -1',
                say`No limit for what slots keep, so that none is lost; a slot that nobody reads then fills the disk.`,
              ),
        ],
      };
    case 'notFound':
      return {
        code,
        title: say`The file declares subscription ${edge.name} on ${target}, but it is not there.`,
        detail: [say`Plan Changes… makes it, and copies its tables.`],
        actions: [command('planChanges', edge.to), command('showDifferences', edge.to)],
      };
    case 'noPrivilege':
      return {
        code,
        title: say`Lag of ${name} is unknown: ${params.role === undefined ? say`our role` : say`role ${params.role}`} may not see replication state.`,
        actions: [command('copyGrant', edge.to), command('checkSetup', edge.to)],
      };
    default:
      return { code, title: say`The state of subscription ${name} is unknown.` };
  }
}

function copying(one: EdgeCase): Finding {
  const { edge, source } = one;
  const { readyTables, totalTables, queuedTables = 0 } = edge.verdict.params;
  const words =
    readyTables === undefined || totalTables === undefined
      ? say`copying its tables`
      : nameCopying({ readyTables, totalTables, queuedTables });
  return {
    code: 'copying',
    title: say`${nameOf(one)} is ${words} from ${source}.`,
    detail: [
      say`Their changes follow after the copy.`,
      queuedTables > 0
        ? say`${formatCount(queuedTables)} of them wait for a worker: few tables are copied at a time (max_sync_workers_per_subscription).`
        : null,
    ],
  };
}

/** An error keeps it from going on, and its text is not known. */
function stopped(one: EdgeCase): Finding {
  const { edge, target, picture } = one;
  const { code, params } = edge.verdict;
  const isLoop = code === 'applyErrorLoop';
  const problem = picture.causes(edge.to)?.log?.problem ?? null;
  const retries = params.retries ?? null;
  return {
    code: isLoop ? 'applyErrorLoop' : 'stoppedByError',
    title: isLoop
      ? say`${nameOf(one)} cannot apply a change: its worker starts, fails and starts again.`
      : say`${nameOf(one)} was stopped by an error and disabled itself.`,
    detail: [
      retries === null || retries === 0
        ? null
        : isLoop
          ? say`${formatCount(retries)} errors were counted in the last minute.`
          : null,
      say`Nothing is applied until that is resolved.`,
      waitingSentence(one),
      problem ??
        say`The text of the error is in the server log of ${target}; look for "logical replication" there.`,
    ],
    actions: [
      command('resolveSubscription', edge.id),
      statement(
        edge.to,
        () => 'SELECT pg_current_logfile();',
        say`Shows which file the server writes its log to; changes nothing.`,
      ),
    ],
  };
}

function notStreaming(one: EdgeCase): Finding {
  const { edge, source, target, picture } = one;
  const away = awayEnd(one);
  const { reason } = edge.verdict.params;
  const problem = picture.causes(edge.to)?.log?.problem ?? null;
  const log = applyLog(one);
  return {
    code: 'notStreaming',
    title:
      reason === undefined
        ? say`${nameOf(one)} is not connected to ${source}: nobody reads its slot.`
        : say`${nameOf(one)} receives nothing: ${reason}.`,
    detail: [
      waitingSentence(one),
      edge.retainedWalBytes === null
        ? null
        : say`Slot ${edge.slotName ?? ''} keeps ${formatBytes(edge.retainedWalBytes)} of WAL on ${source}.`,
      log === null ? null : say`Its server log says: ${trimStop(log.message)}.`,
      away === null && log === null
        ? say`Why ${target} does not connect is in its server log. ${problem ?? ''}`.trim()
        : null,
    ],
    followsFrom: away,
    evidence: log === null ? [] : [logEvidence(one, log)],
    actions: [
      command('checkSetup', edge.to),
      command('resolveSubscription', edge.id),
      command('alterSubscription', edge.id),
      refreshAction(one),
    ],
  };
}

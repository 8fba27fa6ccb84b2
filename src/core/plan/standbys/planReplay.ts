import { say } from '../../say';
import { escapeIdentifier } from '../../sql';
import { catalogsOf, makePlan, planWithoutCatalog } from '../makePlan';
import { errorFinding, noteFinding } from '../findingParts';
import type { Finding } from '../finding';
import { roleWords } from '../nodeFindings';
import type { NodeCatalog } from '../nodeCatalog';
import type { Plan, PlanStep } from '../plan';
import type { PlanContext } from '../requests';
import { sqlStatement } from '../sqlText';

export interface StandbyRequest {
  readonly nodeId: string;
}

/** Keeps a standby at the position that it has reached. Needs its catalog and its set-up. */
export function planPauseReplay(request: StandbyRequest, context: PlanContext): Plan {
  return planReplay(request, context, true);
}

/** Lets a paused standby go on. Needs its catalog and its set-up. */
export function planResumeReplay(request: StandbyRequest, context: PlanContext): Plan {
  return planReplay(request, context, false);
}

function planReplay({ nodeId }: StandbyRequest, context: PlanContext, pauses: boolean): Plan {
  const head = {
    kind: pauses ? 'pauseReplay' : 'resumeReplay',
    title: say`${pauses ? say`Pause` : say`Resume`} replay on ${nodeId}`,
  };
  const [catalog] = catalogsOf(context, [nodeId]) ?? [];
  if (catalog === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const setup = context.setup?.get(nodeId);
  const state = setup?.wal.replayPauseState ?? null;
  const isSo = pauses ? state === 'paused' : state === 'not paused';
  const isStandby = catalog.server.isInRecovery;
  return makePlan(context, {
    ...head,
    steps: isStandby && !isSo ? [replayStep(nodeId, pauses)] : [],
    findings: [
      ...notStandbyFindings(catalog),
      ...(isStandby && isSo
        ? [
            noteFinding(
              'nothingToDo',
              nodeId,
              `${nodeId} ${pauses ? say`is paused already` : say`replays already`}.`,
            ),
          ]
        : []),
      ...(setup?.mayPauseReplay === false ? [executeFinding(catalog, pauses)] : []),
    ],
    privileges: [
      say`${nodeId}: the role must be a superuser or have EXECUTE on the function. It runs as ${roleWords(catalog)}.`,
    ],
  });
}

/** What is asked of a standby makes no sense on a primary. */
export function notStandbyFindings({ nodeId, server }: NodeCatalog): readonly Finding[] {
  if (server.isInRecovery) return [];
  return [
    errorFinding(
      'standby',
      nodeId,
      say`${nodeId} is no standby: it replays nothing (55000).`,
      say`Choose a standby.`,
    ),
  ];
}

function executeFinding({ nodeId, role }: NodeCatalog, pauses: boolean): Finding {
  const name = `pg_catalog.pg_wal_replay_${pauses ? 'pause' : 'resume'}()`;
  return errorFinding(
    'privilege',
    nodeId,
    say`${role.name} on ${nodeId} may not call ${name} (42501).`,
    {
      text: say`Let a superuser grant it on the primary.`,
      copy: `GRANT EXECUTE ON FUNCTION ${name} TO ${escapeIdentifier(role.name)};`,
    },
  );
}

function replayStep(nodeId: string, pauses: boolean): PlanStep {
  const [word, opposite] = pauses ? ['pause', 'resume'] : ['resume', 'pause'];
  const state = pauses ? 'paused' : 'not paused';
  const isSo = `SELECT pg_catalog.pg_is_in_recovery() AND pg_catalog.pg_get_wal_replay_pause_state() = '${state}'`;
  return {
    nodeId,
    title: say`${pauses ? say`Pause` : say`Resume`} replay`,
    effect: pauses
      ? say`${nodeId} stays as it is now: it goes on receiving WAL and keeps it, its readers see older and older data, and what streams from it stands still too.`
      : say`${nodeId} replays what has waited, and follows again.`,
    risk: pauses ? 'interrupts' : 'safe',
    statements: [sqlStatement(`SELECT pg_catalog.pg_wal_replay_${word}()`)],
    isTransactional: false,
    statementLimitMs: null,
    precondition: {
      sql: 'SELECT pg_catalog.pg_is_in_recovery()',
      otherwise: say`${nodeId} is no standby any more.`,
    },
    effectCheck: {
      sql: isSo,
      otherwise: say`${nodeId} is not ${pauses ? say`paused` : say`replaying`}.`,
    },
    settle: {
      sql: isSo,
      otherwise: pauses
        ? say`${nodeId} was asked to pause and has not done so yet.`
        : say`${nodeId} was asked to resume and has not done so yet.`,
      limitMs: 30_000,
    },
    undo: [sqlStatement(`SELECT pg_catalog.pg_wal_replay_${opposite}()`)],
    undoNote: null,
  };
}

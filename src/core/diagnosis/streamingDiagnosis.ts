import { say } from '../say';
import type { EdgeSnapshot } from '../snapshot';
import { command, configuration, statement } from './actions';
import type { Diagnosis } from './diagnosis';
import { awayEnd, edgeCase, unjudged, waitingSentence, type EdgeCase } from './edgeParts';
import { lagWords } from './lagWords';
import { speakFor, type Finding } from './makeDiagnosis';
import { listed } from './names';
import type { Picture } from './picture';
import { replayCause } from './replayCauses';
import { absenceCause } from './standbyCauses';

/** What is said of a standby's WAL: the verdict, or the cause of it where it is known. */
export function diagnoseStreaming(picture: Picture, edge: EdgeSnapshot): readonly Diagnosis[] {
  const one = edgeCase(picture, edge);
  const finding = findingOf(one);
  const evidence = [...(finding.evidence ?? []), ...one.rows];
  return [speakFor(one.about, { ...finding, evidence })];
}

function findingOf(one: EdgeCase): Finding {
  const { edge, source, target } = one;
  const { code, params } = edge.verdict;
  const open = unjudged(one, say`the link from ${source} to ${target}`);
  if (open !== null) return { ...open, followsFrom: awayEnd(one) };
  switch (code) {
    case 'streaming':
      return {
        code,
        title:
          edge.lagMs === null && edge.lagBytes === null
            ? say`${target} streams from ${source}.`
            : say`${target} replays what ${source} writes, ${lagWords(edge)} later.`,
        detail: [otherWay(edge), unknownLag(edge), relative(one)],
        ...differencesOf(one),
      };
    case 'idle':
      return {
        code,
        title: say`${target} has all that ${source} wrote.`,
        detail: [otherWay(edge), relative(one)],
        ...differencesOf(one),
      };
    case 'catchingUp':
    case 'lagging':
    case 'stuck':
    case 'paused':
      return replayCause(one) ?? behind(one);
    case 'notStreaming':
      return absenceCause(one) ?? notStreaming(one);
    case 'sourceCutOff':
      return {
        code,
        title: say`How far ${target} is behind is unknown: ${source}, which feeds it, is cut off itself.`,
        detail: [
          say`${target} receives what ${source} has; what ${source} misses, ${target} misses too.`,
        ],
        followsFrom: edge.from === null ? null : `streaming/${edge.from}`,
        actions: edge.from === null ? [] : [command('refresh', edge.from)],
      };
    case 'slotLost':
      return slotLost(one);
    case 'diverged':
      return {
        code,
        title: say`${target} has diverged from ${source}: ${timelines(edge)}.`,
        detail: [
          say`${target} holds WAL that ${source} never had, so it cannot follow.`,
          say`Bring it back by pg_rewind, or clone it anew by pg_basebackup: what only it has is lost by that.`,
        ],
        actions: [
          command('showDifferences', edge.to),
          edge.from === null
            ? null
            : statement(
                edge.from,
                () => 'SELECT pg_walfile_name(pg_current_wal_lsn());',
                say`Shows the timeline of ${source} in its first 8 digits; changes nothing.`,
              ),
        ],
      };
    case 'roleMismatch':
      return {
        code,
        title: say`${target} is declared a standby of ${source}, but is a ${params.role ?? say`primary`}.`,
        detail: [say`Nothing streams to it.`],
        followsFrom: edge.to,
        actions: [command('showDifferences', edge.to), command('openTopologyFile', edge.to)],
      };
    case 'wrongSystem':
      return {
        code,
        title: say`${target} belongs to another system than ${source}.`,
        detail: [say`A standby is a copy of its upstream and has its system identifier.`],
        followsFrom: edge.to,
        actions: [command('openTopologyFile', edge.to), command('acceptServer', edge.to)],
      };
    case 'ambiguous':
      return ambiguous(one);
    case 'noPrivilege': {
      const at = params.otherNodes?.[0] ?? edge.from ?? edge.to;
      return {
        code,
        title: say`Lag of ${target} is unknown: ${params.role === undefined ? say`our role` : say`role ${params.role}`} may not see replication state on ${at}.`,
        detail: [say`Hidden positions are unknown, not zero.`],
        nodeId: at,
        followsFrom: one.picture.node(at)?.verdict.code === 'noPrivilege' ? at : null,
        actions: [command('copyGrant', at), command('checkSetup', at)],
      };
    }
    case 'notFound':
      return {
        code,
        title: say`No server has shown the link from ${source} to ${target} so far.`,
        actions: [command('refresh', edge.to), command('openTopologyFile', edge.to)],
      };
    default:
      return { code, title: say`The state of the link from ${source} to ${target} is unknown.` };
  }
}

/** Bytes wait, and why is not known. */
function behind(one: EdgeCase): Finding {
  const { edge, source, target } = one;
  const { code } = edge.verdict;
  switch (code) {
    case 'catchingUp':
      return {
        code,
        title: say`${target} works through what it missed and comes closer to ${source}.`,
        detail: [waitingSentence(one), relative(one)],
      };
    case 'lagging':
      return {
        code,
        title: say`${target} is ${lagWords(edge)} behind ${source}.`,
        detail: [
          say`It receives and replays, but later than the warning in the topology file, or later with every look.`,
          relative(one),
        ],
        actions: [
          command('runChecks', edge.id),
          statement(
            edge.to,
            () =>
              "SELECT pid, wait_event_type, wait_event FROM pg_stat_activity WHERE backend_type = 'startup';",
            say`Shows what replay waits for; changes nothing.`,
          ),
        ],
      };
    case 'paused':
      return {
        code,
        title: say`Replay on ${target} is paused.`,
        detail: [
          say`It goes on receiving WAL and keeps it; who reads there sees old data.`,
          waitingSentence(one),
        ],
        actions: [
          command('resumeReplay', edge.to),
          statement(
            edge.to,
            () => 'SELECT pg_wal_replay_resume();',
            say`Goes on with replay at once.`,
          ),
        ],
      };
    default:
      return {
        code,
        title: say`${target} is stuck: what waits on ${source} does not get less.`,
        detail: [
          waitingSentence(one),
          say`The link is up; something on the standby holds replay back.`,
        ],
        actions: [
          statement(
            edge.to,
            () =>
              "SELECT pid, wait_event_type, wait_event FROM pg_stat_activity WHERE backend_type = 'startup';",
            say`Shows what replay waits for; changes nothing.`,
          ),
          command('runChecks', edge.id),
        ],
      };
  }
}

/** No sender, or no receiver, and why is not known. */
function notStreaming(one: EdgeCase): Finding {
  const { edge, source, target, picture } = one;
  const away = awayEnd(one);
  const { reason } = edge.verdict.params;
  return {
    code: 'notStreaming',
    title: say`${target} is not streaming from ${source}.`,
    detail: [
      reason === undefined
        ? say`${source} has no sender for it, and nothing arrives.`
        : `${reason}.`,
      waitingSentence(one),
      say`What the standby alone says is not lag: it compares only what it received.`,
      away === edge.to ? say`${target} itself is unreachable from here.` : null,
    ],
    followsFrom: away,
    actions: [
      picture.node(edge.to) === null ? null : command('checkSetup', edge.to),
      statement(
        edge.to,
        () => "SELECT setting FROM pg_settings WHERE name = 'primary_slot_name';",
        say`Shows by which slot it asks; its primary_conninfo says where, and holds a password. Changes nothing.`,
      ),
      command('showDifferences', edge.to),
      command('refresh', edge.to),
    ],
  };
}

function slotLost(one: EdgeCase): Finding {
  const { edge, source, target } = one;
  const slot = edge.slotName ?? say`its slot`;
  return {
    code: 'slotLost',
    title: say`${target} lost its slot ${slot} on ${source}: the WAL that it needs next is gone.`,
    detail: [
      say`${target} cannot catch up by streaming. Clone it again by pg_basebackup, or let it fetch the WAL from an archive by restore_command.`,
    ],
    actions: [
      edge.from === null || edge.slotName === null
        ? null
        : command('dropSlot', `slot/${edge.from}/${edge.slotName}`),
      edge.from === null
        ? null
        : configuration(
            edge.from,
            'max_slot_wal_keep_size = -1',
            say`No limit for what slots keep, so that none is lost; a slot that nobody reads then fills the disk.`,
          ),
    ],
  };
}

function ambiguous(one: EdgeCase): Finding {
  const { edge, source, target } = one;
  return {
    code: 'ambiguous',
    title: say`Several senders of ${source} could be that of ${target}.`,
    detail: [say`So no lag is said. A slot or a cluster_name of its own tells each standby apart.`],
    actions: [
      configuration(
        edge.to,
        `cluster_name = '${edge.to.replaceAll("'", "''")}'`,
        say`Names its sender on the upstream; needs a restart of the standby.`,
      ),
      command('openTopologyFile', edge.to),
    ],
  };
}

function timelines({ verdict }: EdgeSnapshot): string {
  const { upstreamTimeline, downstreamTimeline } = verdict.params;
  return upstreamTimeline === undefined || downstreamTimeline === undefined
    ? say`their timelines differ`
    : say`timeline ${downstreamTimeline} against ${upstreamTimeline}`;
}

function relative({ edge, source, picture }: EdgeCase): string | null {
  const feeds = edge.isRelativeToUpstream && picture.node(edge.from) !== null;
  return feeds ? say`That is measured against ${source}, not against the root.` : null;
}

function unknownLag({ lagBytes, unknownBecause }: EdgeSnapshot): string | null {
  return lagBytes === null && unknownBecause !== null
    ? say`Its lag is unknown: ${unknownBecause}.`
    : null;
}

/** It streams, but not from where the file says. */
function otherWay({ verdict }: EdgeSnapshot): string | null {
  const declared = verdict.params.otherNodes ?? [];
  return verdict.health === 'warning' && declared.length > 0
    ? say`The file says that it is a standby of ${listed(declared)}.`
    : null;
}

function differencesOf({ edge }: EdgeCase): Pick<Finding, 'actions'> {
  return otherWay(edge) === null
    ? {}
    : { actions: [command('showDifferences', edge.to), command('openTopologyFile', edge.to)] };
}

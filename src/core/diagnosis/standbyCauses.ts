import { formatPart } from '../format';
import { endOfWal } from '../join/scene';
import { formatLsn } from '../lsn';
import { say } from '../say';
import { command, configuration } from './actions';
import { causePlace, pollPlace, type EdgeCase } from './edgeParts';
import { logEntries, logEvidence } from './logEntries';
import { fact, type Finding } from './makeDiagnosis';
import { sendersUsedUp } from './serverTroubles';

/** Why a standby does not stream; `null` where that is not known. */
export function absenceCause(one: EdgeCase): Finding | null {
  return walRemoved(one) ?? noSender(one) ?? toldByLog(one);
}

/** What the standby needs next is no longer on its upstream: by the oldest segment there, or in the servers' own words. */
function walRemoved(one: EdgeCase): Finding | null {
  const { edge, source, target, picture } = one;
  if (edge.from === null) return null;
  const oldest = picture.causes(edge.from)?.oldestWalLsn ?? null;
  const fast = picture.fast(edge.to);
  const reached = fast === null ? null : endOfWal(fast);
  const isGone = oldest !== null && reached !== null && oldest > reached;
  const told = [edge.to, edge.from].flatMap((id) =>
    logEntries(one, id, ({ text }) => REMOVED.test(text)),
  );
  if (!isGone && told.length === 0) return null;
  const slot = edge.slotName;
  return {
    code: 'walRemoved',
    health: 'error',
    title: say`${target} cannot catch up: ${source} has removed the WAL that it needs next.`,
    detail: [
      say`Clone it again by pg_basebackup, or let it fetch the WAL from an archive by restore_command, where there is one.`,
      slot === null ? say`It has no slot, so nothing kept the WAL for it.` : null,
    ],
    evidence: [
      ...(oldest === null
        ? []
        : [fact(say`Oldest WAL`, formatLsn(oldest), 'pg_ls_waldir()', causePlace(one, edge.from))]),
      ...(reached === null
        ? []
        : [
            fact(
              say`Needs from`,
              formatLsn(reached),
              'pg_last_wal_replay_lsn()',
              pollPlace(one, edge.to),
            ),
          ]),
      ...told.slice(0, 1).map((found) => logEvidence(one, found)),
    ],
    actions: [
      configuration(
        edge.to,
        `restore_command = 'cp /path/to/archive/%f %p'`,
        say`Lets it fetch the missing WAL from an archive, if the upstream archives it; give the path of yours.`,
      ),
      configuration(
        edge.to,
        `primary_slot_name = '${(slot ?? edge.to.replaceAll('-', '_')).replaceAll("'", "''")}'`,
        say`With a slot of that name on ${source} the WAL is kept while it is away; for after it was cloned again.`,
      ),
      configuration(
        edge.from,
        'wal_keep_size = 1GB',
        say`Keeps that much WAL for standbys without a slot. Needs a reload.`,
      ),
    ],
  };
}

const REMOVED = /requested WAL segment \S+ has already been removed/u;

function noSender(one: EdgeCase): Finding | null {
  const { edge, target, picture } = one;
  const node = picture.node(edge.from);
  const used = picture.fast(edge.from)?.senders.length ?? 0;
  const max = Number(picture.setting(edge.from, 'max_wal_senders') ?? Number.NaN);
  if (node === null || !Number.isFinite(max) || max === 0 || used < max) return null;
  const found = sendersUsedUp(node, used, max);
  return {
    ...found,
    title: say`${target} cannot stream: ${node.id} has no WAL sender left (${formatPart(used, max)} are in use).`,
    health: 'error',
  };
}

/** The receiver's own words; the verdict stays, since words alone are no state. */
function toldByLog(one: EdgeCase): Finding | null {
  const { edge, source, target } = one;
  const [found] = logEntries(
    one,
    edge.to,
    ({ level, text }) => level !== 'LOG' && CONNECTING.test(text),
  );
  if (found === undefined) return null;
  return {
    code: 'notStreaming',
    title: say`${target} is not streaming from ${source}: its server log says why.`,
    detail: [found.message],
    evidence: [logEvidence(one, found)],
    actions: [
      command('checkSetup', edge.to),
      command('showDifferences', edge.to),
      command('refresh', edge.to),
    ],
  };
}

const CONNECTING =
  /could not (?:connect to|receive data from|start WAL streaming)|primary server|replication terminated/u;

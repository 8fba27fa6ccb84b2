import { formatCounted } from '../format';
import { DEPTH_CAP } from '../facts';
import { say } from '../say';
import type {
  EdgeSnapshot,
  NodeSnapshot,
  QueueSnapshot,
  SlotSnapshot,
  VerdictCode,
} from '../snapshot';

type Phrases = Readonly<Partial<Record<VerdictCode, string>>>;

const EDGE: Phrases = {
  wrongSystem: say`is of another system than its upstream`,
  diverged: say`has diverged from its upstream`,
  slotLost: say`lost its slot`,
  disabled: say`was disabled`,
  stoppedByError: say`stopped by an error`,
  applyErrorLoop: say`cannot apply a change and tries again and again`,
  noWorker: say`finds no free worker`,
  notFound: say`is not there`,
  ambiguous: say`cannot be told from other senders`,
  paused: say`replay was paused`,
  blocked: say`waits for a lock`,
  lagging: say`lags`,
  stuck: say`is stuck: what waits does not get less`,
  noPrivilege: say`cannot be seen: pg_monitor is missing`,
  catchingUp: say`is catching up`,
  copying: say`copies its tables`,
};

/** `patterns_sub stopped by an error`. @returns `null` for a state that tells nothing by itself */
export function edgePhrase({ name, kind, verdict }: EdgeSnapshot): string | null {
  const { code, health } = verdict;
  const who = plain(name);
  if (code === 'notStreaming') {
    return kind === 'streaming' ? say`${who} stopped streaming` : say`${who} stopped reading`;
  }
  if (code === 'streaming' || code === 'idle') {
    return kind === 'streaming' ? say`${who} streams again` : say`${who} receives again`;
  }
  // That its source is cut off is told of the source.
  if (code === 'sourceCutOff' || health === 'unknown') return null;
  return phrase(who, EDGE, code);
}

const NODE: Phrases = {
  unreachable: say`is unreachable from here`,
  passwordNeeded: say`refused the password`,
  tooOld: say`is too old to be watched`,
  notPostgres: say`does not speak Postgres`,
  noPrivilege: say`shows no replication: pg_monitor is missing`,
  splitBrain: say`takes writes beside another node of its system`,
  roleMismatch: say`has another role than the file declares`,
  wrongSystem: say`is another system than before`,
  diverged: say`has diverged`,
  healthy: say`is well again`,
};

/** `central is unreachable from here` */
export function nodePhrase({ id, verdict }: NodeSnapshot): string | null {
  return phrase(plain(id), NODE, verdict.code);
}

/** Slots whose reader is away are told with the reader. */
const SLOT: Phrases = {
  slotLost: say`was invalidated`,
  nearLimit: say`is near its limit`,
  orphan: say`is kept for nobody`,
  healthy: say`is well again`,
};

/** `Slot patterns_sub on central is near its limit` */
export function slotPhrase({ name, nodeId, verdict }: SlotSnapshot): string | null {
  return phrase(say`Slot ${name} on ${nodeId}`, SLOT, verdict.code);
}

const QUEUE: Phrases = {
  queueFailedOver: say`has to be drained again after a failover`,
  queueAbsent: say`is not installed`,
  queueEmpty: say`is empty again`,
  queueDraining: say`is drained`,
};

/** `Queue of vengeance grows: 412 operations wait` */
export function queuePhrase({ nodeId, facts, verdict }: QueueSnapshot): string | null {
  const who = say`Queue of ${nodeId}`;
  if (facts === null) return phrase(who, QUEUE, verdict.code);
  const waiting = formatCounted(facts.waiting, 'operation waits', 'operations wait', DEPTH_CAP);
  switch (verdict.code) {
    case 'queueGrowing':
      return say`${who} grows: ${waiting}`;
    case 'queueWaiting':
      return verdict.health === 'healthy'
        ? say`${who} is well again`
        : say`${who} is deep: ${waiting}`;
    case 'queueConflicts':
      return say`${who} has ${formatCounted(facts.conflicts, 'conflict', 'conflicts', DEPTH_CAP)}`;
    case 'queueDead':
      return say`${who} has ${formatCounted(facts.dead, 'dead operation', 'dead operations', DEPTH_CAP)}`;
    default:
      return phrase(who, QUEUE, verdict.code);
  }
}

function phrase(who: string, phrases: Phrases, code: VerdictCode): string | null {
  const words = Object.hasOwn(phrases, code) ? phrases[code] : undefined;
  return words === undefined ? null : `${who} ${words}`;
}

function plain(id: string): string {
  return id.replace(/^undeclared\//u, '');
}

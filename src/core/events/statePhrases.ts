import { formatCount } from '../format';
import { DEPTH_CAP } from '../facts';
import type {
  EdgeSnapshot,
  NodeSnapshot,
  QueueSnapshot,
  SlotSnapshot,
  VerdictCode,
} from '../snapshot';

type Phrases = Readonly<Partial<Record<VerdictCode, string>>>;

const EDGE: Phrases = {
  wrongSystem: 'is of another system than its upstream',
  diverged: 'has diverged from its upstream',
  slotLost: 'lost its slot',
  disabled: 'was disabled',
  stoppedByError: 'stopped by an error',
  applyErrorLoop: 'cannot apply a change and tries again and again',
  noWorker: 'finds no free worker',
  notFound: 'is not there',
  ambiguous: 'cannot be told from other senders',
  paused: 'replay was paused',
  blocked: 'waits for a lock',
  lagging: 'lags',
  stuck: 'is stuck: what waits does not get less',
  noPrivilege: 'cannot be seen: pg_monitor is missing',
  catchingUp: 'is catching up',
  copying: 'copies its tables',
};

/** `patterns_sub stopped by an error`. @returns `null` for a state that tells nothing by itself */
export function edgePhrase({ name, kind, verdict }: EdgeSnapshot): string | null {
  const { code, health } = verdict;
  const who = plain(name);
  if (code === 'notStreaming') {
    return kind === 'streaming' ? `${who} stopped streaming` : `${who} stopped reading`;
  }
  if (code === 'streaming' || code === 'idle') {
    return kind === 'streaming' ? `${who} streams again` : `${who} receives again`;
  }
  // That its source is cut off is told of the source.
  if (code === 'sourceCutOff' || health === 'unknown') return null;
  return phrase(who, EDGE, code);
}

const NODE: Phrases = {
  unreachable: 'is unreachable from here',
  passwordNeeded: 'refused the password',
  tooOld: 'is too old to be watched',
  notPostgres: 'does not speak Postgres',
  noPrivilege: 'shows no replication: pg_monitor is missing',
  splitBrain: 'takes writes beside another node of its system',
  roleMismatch: 'has another role than the file declares',
  wrongSystem: 'is another system than before',
  diverged: 'has diverged',
  healthy: 'is well again',
};

/** `central is unreachable from here` */
export function nodePhrase({ id, verdict }: NodeSnapshot): string | null {
  return phrase(plain(id), NODE, verdict.code);
}

/** Slots whose reader is away are told with the reader. */
const SLOT: Phrases = {
  slotLost: 'was invalidated',
  nearLimit: 'is near its limit',
  orphan: 'is kept for nobody',
  healthy: 'is well again',
};

/** `Slot patterns_sub on central is near its limit` */
export function slotPhrase({ name, nodeId, verdict }: SlotSnapshot): string | null {
  return phrase(`Slot ${name} on ${nodeId}`, SLOT, verdict.code);
}

const QUEUE: Phrases = {
  queueFailedOver: 'has to be drained again after a failover',
  queueAbsent: 'is not installed',
  queueEmpty: 'is empty again',
  queueDraining: 'is drained',
};

/** `Queue of vengeance grows: 412 operations wait` */
export function queuePhrase({ nodeId, facts, verdict }: QueueSnapshot): string | null {
  const who = `Queue of ${nodeId}`;
  const count = (value: number | undefined) =>
    value === undefined ? '' : `${formatCount(value, DEPTH_CAP)} `;
  switch (verdict.code) {
    case 'queueGrowing':
      return `${who} grows: ${count(facts?.waiting)}operations wait`;
    case 'queueWaiting':
      return verdict.health === 'healthy'
        ? `${who} is well again`
        : `${who} is deep: ${count(facts?.waiting)}operations wait`;
    case 'queueConflicts':
      return `${who} has ${count(facts?.conflicts)}conflicts`;
    case 'queueDead':
      return `${who} has ${count(facts?.dead)}dead operations`;
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

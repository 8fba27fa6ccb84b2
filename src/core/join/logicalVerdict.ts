import type { FastFacts, SlotFacts, SubscriptionFacts } from '../facts';
import { lagBytesBetween } from '../lsn';
import { say } from '../say';
import type { VerdictParams } from '../snapshot';
import { withLastKnown, type EdgeDraft, type VerdictDraft } from './draft';
import { logicalEvidence, measuredEvidence, waitsForLock } from './logicalEvidence';
import { unmeasured, type LogicalCase } from './logicalCase';
import { judgeMeasure, measureLag } from './measure';
import { followProgress, rememberProgress, standingSince, type Progress } from './progress';
import { endOfWal, whyUnreadable } from './scene';
import { inactiveSince, isSlotLost } from './slotState';
import { followErrors, type ErrorFinding } from './subscriptionErrors';
import { countTables, nameCopying } from './tableStates';
import { judgeUnread } from './unread';
import { workersOf } from './workers';

/** Default of wal_receiver_timeout: a worker that heard nothing for longer proves nothing. */
const QUIET_LIMIT_MS = 60_000;

/** Holds publisher and subscriber together and says what is known of one subscription now. Pure. */
export function judgeLogical(input: LogicalCase): EdgeDraft {
  const { scene, subscriber, publisher } = input;
  const facts = subscriber.fast?.subscriptions.find((found) => found.name === input.name) ?? null;
  const source = publisher?.fast ?? null;
  const slot = source === null ? null : findSlot(source, facts?.slotName ?? input.slotName);
  const errors =
    facts === null
      ? null
      : followErrors(input.past.subscription, facts, subscriber.atMs, scene.pollIntervalMs, slot);
  const past = errors === null ? input.past : { ...input.past, subscription: errors.memory };
  const edge = { ...input, past, rows: logicalEvidence(input, facts, slot) };
  if (subscriber.fast === null && source === null) {
    const unread = judgeUnread(publisher === null ? [subscriber] : [publisher, subscriber]);
    return unmeasured(edge, slot, unread.verdict, unread.because);
  }
  if (subscriber.fast !== null && facts === null) {
    const reason = say`subscription ${input.name} does not exist on ${subscriber.node.id}`;
    return unmeasured(
      edge,
      slot,
      { code: 'notFound', health: 'warning', params: { reason } },
      reason,
    );
  }
  const halt = findHalt(edge, facts, slot, errors);
  if (halt !== null) return unmeasured(edge, slot, halt, say`nothing is applied`);
  return judgeRunning(edge, facts, slot);
}

type Found = LogicalCase & { readonly rows: EdgeDraft['evidence'] };

/** Why nothing is applied; `null` when, as far as can be seen, it runs. */
function findHalt(
  edge: Found,
  facts: SubscriptionFacts | null,
  slot: SlotFacts | null,
  errors: ErrorFinding | null,
): VerdictDraft | null {
  const { publisher, subscriber } = edge;
  const source = publisher?.fast ?? null;
  if (slot !== null && isSlotLost(slot)) {
    return {
      code: 'slotLost',
      params: { reason: slot.invalidationReason ?? slot.walStatus ?? 'lost' },
    };
  }
  if (facts?.isEnabled === false) {
    const isByError = facts.disablesOnError === true && errors?.hasFailed === true;
    return { code: isByError ? 'stoppedByError' : 'disabled', params: countErrors(facts) };
  }
  if (errors?.isLooping === true) {
    const { retries } = errors;
    return { code: 'applyErrorLoop', params: retries === null ? {} : { retries } };
  }
  if (source !== null && slot === null) {
    const name = facts?.slotName ?? edge.slotName;
    const reason =
      facts?.slotName === null
        ? say`${edge.name} has no slot`
        : say`slot ${name} does not exist on ${publisher?.node.id ?? say`the publisher`}`;
    return { code: 'notStreaming', params: { reason } };
  }
  const hasNoWorker = facts !== null && facts.workerPid === null;
  if (hasNoWorker) {
    const workers = workersOf(edge.scene, subscriber);
    if (workers !== null && workers.used >= workers.max) {
      return { code: 'noWorker', params: { workersUsed: workers.used, workersMax: workers.max } };
    }
  }
  // A worker that started after the subscriber was read is seen by the publisher first.
  const isSeenLater = slot?.isActive === true && (publisher?.atMs ?? 0) > subscriber.atMs;
  if (slot?.isActive === false || (hasNoWorker && !isSeenLater)) {
    return {
      code: 'notStreaming',
      ...(publisher === null || source === null ? {} : inactiveSince(slot, publisher, source)),
    };
  }
  return null;
}

function judgeRunning(
  edge: Found,
  facts: SubscriptionFacts | null,
  slot: SlotFacts | null,
): EdgeDraft {
  const { scene, subscriber, publisher } = edge;
  const source = publisher?.fast ?? null;
  const known = facts ?? lastFacts(edge);
  const bytes =
    source === null || slot === null
      ? null
      : lagBytesBetween(endOfWal(source), slot.confirmedFlushLsn);
  const position = slot?.confirmedFlushLsn ?? null;
  const received = facts?.receivedLsn ?? null;
  const progress =
    bytes === null || publisher === null || position === null
      ? null
      : followProgress(edge.past, { atMs: publisher.atMs, bytes, position, received });
  const followed = { ...edge, past: rememberProgress(edge.past, progress) };
  const sender = source?.senders.find((row) => row.pid === slot?.activePid) ?? null;
  const reading = {
    bytes,
    replayLagMs: sender?.replayLagMs ?? null,
    senderState: sender?.state ?? null,
  };
  const { thresholds } = scene.topology;
  const measure = measureLag(reading, progress, thresholds);
  const blocked = facts === null ? null : findLock(facts, bytes, progress);
  const tables = known === null ? null : countTables(known.tableStates);
  if (blocked === null && tables !== null && tables.readyTables < tables.totalTables) {
    // The slot's position says nothing of tables that are still being copied.
    return unmeasured(followed, slot, { code: 'copying', params: tables }, nameCopying(tables));
  }
  if (publisher === null || source === null) {
    const alone = judgeSubscriberAlone(edge, facts);
    return unmeasured(followed, slot, blocked ?? alone.verdict, alone.because);
  }
  if (known === null) {
    return unmeasured(followed, slot, { code: 'unknown' }, whyUnreadable(subscriber));
  }
  const verdict = blocked ?? judgeMeasure(measure, reading, progress, thresholds);
  const timed = blocked === null ? measure : { ...measure, lagMs: null };
  return {
    ...unmeasured(followed, slot, verdict, ''),
    measure: timed,
    atMs: publisher.atMs,
    unknownBecause: bytes === null ? say`the position of slot ${edge.slotName} is not known` : null,
    syncState: sender?.syncState ?? null,
    evidence: [...measuredEvidence(timed, publisher, sender), ...edge.rows],
    memory: withLastKnown(followed.past, timed, publisher.atMs),
  };
}

/** The subscriber was read before and is away now: its tables were as they were then. */
function lastFacts(edge: LogicalCase): SubscriptionFacts | null {
  const { fast } = edge.subscriber.sample;
  return fast?.subscriptions.find((found) => found.name === edge.name) ?? null;
}

function judgeSubscriberAlone(
  edge: LogicalCase,
  facts: SubscriptionFacts | null,
): { readonly verdict: VerdictDraft; readonly because: string } {
  const { publisher, subscriber } = edge;
  const because =
    publisher === null ? say`the publisher is not in the file` : whyUnreadable(publisher);
  if (publisher?.readability === 'stale') {
    return { verdict: { code: 'stale', sinceMs: publisher.sample.fastAtMs }, because };
  }
  const heardAtMs = facts?.lastMessageAtMs ?? null;
  const now = subscriber.fast?.serverTimeMs ?? null;
  const isHeard = heardAtMs !== null && now !== null && now - heardAtMs <= QUIET_LIMIT_MS;
  return { verdict: { code: isHeard ? 'streaming' : 'unknown' }, because };
}

/** The apply worker waits for a lock, changes wait for it, and nothing has moved since the last look. */
function findLock(
  facts: SubscriptionFacts,
  bytes: number | null,
  progress: Progress | null,
): VerdictDraft | null {
  if (!waitsForLock(facts) || bytes === 0) return null;
  const isFirstLook = progress === null || progress.readings.length < 2;
  if (!isFirstLook && !progress.isStill) return null;
  return { code: 'blocked', params: { pids: facts.blockingPids }, ...standingSince(progress) };
}

function countErrors(facts: SubscriptionFacts): VerdictParams {
  const { applyErrorCount, syncErrorCount } = facts;
  return applyErrorCount === null ? {} : { retries: applyErrorCount + (syncErrorCount ?? 0) };
}

function findSlot(source: FastFacts, name: string): SlotFacts | null {
  const found = source.slots.find(
    (slot) => slot.name === name && slot.type === 'logical' && slot.database === source.database,
  );
  return found ?? null;
}

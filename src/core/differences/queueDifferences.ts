import type { QueueObjectFacts, QueueTriggerFacts } from '../facts';
import type { FileChange } from '../plan/plan';
import { isSameTable } from '../plan/tableLookup';
import { CONFLICTS, EDGE_REGISTER, LEDGER, METRICS } from '../queue/queueNames';
import { say } from '../say';
import { formatTableName } from '../tableName';
import type { DeclaredQueue, TableName, TopologyNode } from '../topology';
import type { ComparedNode, Comparison } from './comparedNodes';
import type { Difference } from './difference';
import { listShort, makeDifference } from './makeDifference';

/** What an edge lacks of its queue, or has otherwise. Of one whose queue is not there at all that alone is said. */
export function queueDifferences(node: ComparedNode): readonly Difference[] {
  const { slow } = node.snapshot.sample;
  const { pendingSync: queue } = node.declared;
  // A standby shows its primary's catalog: said there.
  if (slow === null || node.fast.isInRecovery || node.declared.standbyOf !== null) return [];
  const objects = slow.queueObjects;
  if (queue === null) return objects === undefined ? [] : undeclaredQueue(node, objects);
  // The file may name another table since.
  if (objects === undefined || objects.queue === null) return [];
  if (!isSameTable(objects.queue, queue.table)) return [];
  const place: Place = { nodeId: node.declared.id, queue };
  if (slow.queueShape === 'absent') return [missingQueue(place)];
  const subscribed = slow.subscriptionTables;
  return [
    ...(slow.queueShape === 'current' ? [] : queueShape(place, slow.queueShape)),
    ...(queue.capture === 'trigger' ? captureDifferences(place, objects) : []),
    ...(queue.capture === 'application' ? doubleCapture(place, objects) : []),
    ...queue.tables
      .filter((table) => subscribed.some((one) => isSameTable(one, table)))
      .flatMap((table) => guardDifference(place, table, objects)),
  ];
}

/** What both ends lack so that edges can be drained; told at the edge, also while that one cannot be read. */
export function drainDifferences({ snapshot, nodes }: Comparison): readonly Difference[] {
  return snapshot.topology.nodes.flatMap((edge) => {
    const { pendingSync: queue } = edge;
    if (queue === null) return [];
    const objectsOf = (id: string): QueueObjectFacts | null =>
      nodes.get(id)?.snapshot.sample.slow?.queueObjects ?? null;
    const primary = objectsOf(queue.primary);
    return [
      ...(primary === null ? [] : missingLedger(edge.id, queue, primary)),
      ...[edge.id, queue.primary].flatMap((id) => {
        const objects = objectsOf(id);
        return objects === null ? [] : missingDrainUser(edge, queue, id, objects);
      }),
    ];
  });
}

interface Place {
  readonly nodeId: string;
  readonly queue: DeclaredQueue;
}

function queuePath(nodeId: string, ...keys: readonly string[]): readonly string[] {
  return ['nodes', nodeId, 'pendingSync', ...keys];
}

function subjectOf({ queue }: Place) {
  return { kind: 'queue' as const, name: formatTableName(queue.table) };
}

function missingQueue(place: Place): Difference {
  const { nodeId, queue } = place;
  const name = formatTableName(queue.table);
  const path = queuePath(nodeId);
  return makeDifference({
    code: 'missingQueue',
    nodeId,
    subject: subjectOf(place),
    path,
    message: say`Queue ${name} is in the file, but not on ${nodeId}.`,
    declared: say`queue ${name}, drained to ${queue.primary}`,
    byPlan: true,
    fileChanges: [{ path, value: undefined }],
  });
}

function queueShape(place: Place, shape: 'old' | 'other' | null): readonly Difference[] {
  if (shape === null) return [];
  const { nodeId, queue } = place;
  const name = formatTableName(queue.table);
  const shared = {
    code: 'queueShape' as const,
    nodeId,
    subject: subjectOf(place),
    path: queuePath(nodeId),
    declared: say`a queue that can be drained`,
  };
  return [
    shape === 'old'
      ? makeDifference({
          ...shared,
          message: say`Queue ${name} on ${nodeId} has the shape that applications make: it is watched, but cannot be drained.`,
          live: say`a queue of an application`,
          byPlan: true,
        })
      : makeDifference({
          ...shared,
          message: say`${name} on ${nodeId} is no queue: it lacks columns that every queue has.`,
          live: say`another table of that name`,
        }),
  ];
}

/** Its writes wait for nobody. */
function undeclaredQueue(
  { declared: { id: nodeId } }: ComparedNode,
  { triggers }: QueueObjectFacts,
): readonly Difference[] {
  const captured = triggers.filter(({ kind, fires }) => kind === 'capture' && fires !== 'D');
  if (captured.length === 0) return [];
  const names = listShort(captured.map((one) => formatTableName(tableOf(one))));
  return [
    makeDifference({
      code: 'extraQueue',
      nodeId,
      subject: { kind: 'queue', name: '' },
      path: ['nodes', nodeId],
      message: say`Writes to ${names} on ${nodeId} are queued, but the file gives ${nodeId} no queue: nobody drains them.`,
      live: say`capture triggers on ${names}`,
    }),
  ];
}

function captureDifferences(place: Place, { triggers }: QueueObjectFacts): readonly Difference[] {
  const { nodeId, queue } = place;
  const captured = triggers.filter(({ kind }) => kind === 'capture');
  const extra = captured.filter(
    (one) => !queue.tables.some((table) => isSameTable(tableOf(one), table)),
  );
  return [
    ...queue.tables.flatMap((table) => [
      ...missingTrigger(place, table, 'capture', triggers),
      ...missingTrigger(place, table, 'refuseTruncate', triggers),
    ]),
    ...extra.map((one) => {
      const name = formatTableName(tableOf(one));
      return makeDifference({
        code: 'extraCapture',
        nodeId,
        subject: subjectOf(place),
        detail: name,
        path: queuePath(nodeId, 'tables'),
        severity: 'information',
        message: say`Writes to ${name} on ${nodeId} are queued, but the file does not list it: in a conflict the primary wins.`,
        live: say`capture trigger on ${name}`,
        fileChanges: [{ path: queuePath(nodeId, 'tables', name), value: 'primary-wins' }],
      });
    }),
  ];
}

const MISSING = {
  capture: {
    detail: '',
    what: (table: string, nodeId: string) => say`Writes to ${table} on ${nodeId} are not queued`,
    trigger: say`its capture trigger`,
  },
  refuseTruncate: {
    detail: ' truncate',
    what: (table: string, nodeId: string) =>
      say`TRUNCATE of ${table} on ${nodeId} is neither queued nor refused`,
    trigger: say`the trigger that refuses it`,
  },
} as const;

function missingTrigger(
  place: Place,
  table: TableName,
  kind: keyof typeof MISSING,
  triggers: readonly QueueTriggerFacts[],
): readonly Difference[] {
  const found = triggerOn(table, kind, triggers);
  if (found?.fires === 'O') return [];
  const { nodeId } = place;
  const name = formatTableName(table);
  const { detail, what, trigger } = MISSING[kind];
  const path = queuePath(nodeId, 'tables', name);
  return [
    makeDifference({
      code: 'missingCapture',
      nodeId,
      subject: subjectOf(place),
      detail: `${name}${detail}`,
      path,
      message: `${what(name, nodeId)}: ${trigger} ${stateWords(found)}.`,
      declared: say`queued by a trigger`,
      live: found === null ? null : say`trigger ${stateWords(found)}`,
      byPlan: true,
      fileChanges: [{ path, value: undefined }],
    }),
  ];
}

/** The application queues, and so does a trigger of ours. */
function doubleCapture(place: Place, { triggers }: QueueObjectFacts): readonly Difference[] {
  const { nodeId, queue } = place;
  const fileChanges: readonly FileChange[] = [
    { path: queuePath(nodeId, 'capture'), value: undefined },
  ];
  return triggers
    .filter(({ kind, fires }) => kind === 'capture' && fires !== 'D')
    .map((one) => {
      const name = formatTableName(tableOf(one));
      const isListed = queue.tables.some((table) => isSameTable(tableOf(one), table));
      return makeDifference({
        code: 'doubleCapture',
        nodeId,
        subject: subjectOf(place),
        detail: name,
        path: isListed ? queuePath(nodeId, 'tables', name) : queuePath(nodeId, 'capture'),
        message: say`${name} on ${nodeId} has a capture trigger, while the file says that the application fills the queue: together they queue each write twice.`,
        declared: say`queued by the application`,
        live: say`queued by a trigger`,
        byPlan: true,
        fileChanges,
      });
    });
}

function guardDifference(
  place: Place,
  table: TableName,
  { triggers }: QueueObjectFacts,
): readonly Difference[] {
  const found = triggerOn(table, 'echoGuard', triggers);
  if (found?.fires === 'R') return [];
  const { nodeId } = place;
  const name = formatTableName(table);
  return [
    makeDifference({
      code: 'missingGuard',
      nodeId,
      subject: subjectOf(place),
      detail: name,
      path: queuePath(nodeId, 'tables', name),
      message: say`${name} on ${nodeId} is queued and subscribed, but its echo guard ${stateWords(found)}: a row that comes back would stop the subscription.`,
      declared: say`queued and subscribed`,
      live: found === null ? say`no echo guard` : say`echo guard ${stateWords(found)}`,
      byPlan: true,
    }),
  ];
}

function missingLedger(
  nodeId: string,
  queue: DeclaredQueue,
  { tables }: QueueObjectFacts,
): readonly Difference[] {
  const { primary } = queue;
  const missing = [LEDGER, CONFLICTS, EDGE_REGISTER, METRICS].filter(
    ({ name }) => !tables.includes(name),
  );
  if (missing.length === 0) return [];
  const names = listShort(missing.map(formatTableName));
  return [
    makeDifference({
      code: 'missingLedger',
      nodeId,
      subject: subjectOf({ nodeId, queue }),
      detail: primary,
      path: queuePath(nodeId, 'primary'),
      message: say`The queue of ${nodeId} cannot be drained to ${primary}, which lacks ${names}.`,
      declared: say`drained to ${primary}`,
      byPlan: true,
    }),
  ];
}

function missingDrainUser(
  { id: nodeId }: TopologyNode,
  queue: DeclaredQueue,
  at: string,
  { missingRoles }: QueueObjectFacts,
): readonly Difference[] {
  const { drainUser } = queue;
  if (drainUser === undefined || !missingRoles.includes(drainUser)) return [];
  const path = queuePath(nodeId, 'drainUser');
  return [
    makeDifference({
      code: 'missingDrainUser',
      nodeId,
      subject: subjectOf({ nodeId, queue }),
      detail: at,
      path,
      message: say`Role ${drainUser}, which drains the queue of ${nodeId}, does not exist on ${at}.`,
      declared: say`role ${drainUser} on ${at}`,
      byPlan: true,
      fileChanges: [{ path, value: undefined }],
    }),
  ];
}

function triggerOn(
  table: TableName,
  kind: QueueTriggerFacts['kind'],
  triggers: readonly QueueTriggerFacts[],
): QueueTriggerFacts | null {
  return triggers.find((one) => one.kind === kind && isSameTable(tableOf(one), table)) ?? null;
}

function tableOf({ schema, table }: QueueTriggerFacts): TableName {
  return { schema, name: table };
}

/** The end of a sentence about a trigger that is not there, or does not fire as it has to. */
function stateWords(found: QueueTriggerFacts | null): string {
  if (found === null) return say`is missing`;
  return found.fires === 'D' ? say`is disabled` : say`fires for other writes than it should`;
}

import { say } from '../say';
import type { TableName } from '../topology';
import { formatTableName } from '../tableName';
import type { Draft, DraftNode } from './draft';
import type { DraftEvidence } from './draftEvidence';
import type { Answer } from './look';
import type { Certainty } from './proposal';

/** Edges whose queues are drained somewhere: as the last drain says, else where they subscribe. */
export function joinQueues(draft: Draft): void {
  for (const node of [...draft.nodes.values()]) {
    const { answer, server } = node;
    if (answer === null || server === null || server.isInRecovery) continue;
    const { queues } = answer.facts;
    const queue = queues.find(({ shape }) => shape === 'current') ?? queues[0];
    if (queue === undefined) continue;
    const table = formatTableName(queue.table);
    const found = primaryOf(draft, node, answer);
    if (found === null) {
      draft.skipped.push(
        (nameOf) =>
          say`${nameOf(node.key)} has the queue ${table}, and where it is drained to could not be told; it was left out.`,
      );
      continue;
    }
    const own: DraftEvidence = {
      text: (nameOf) => say`table ${table} on ${nameOf(node.key)} has the columns of a queue`,
      atMs: answer.atMs,
    };
    draft.queues.set(node.key, {
      table: queue.table,
      capture: answer.facts.capturedTables.length > 0 ? 'trigger' : 'application',
      tables: queuedTables(answer),
      evidence: [own],
    });
    draft.edges.push({
      kind: 'queue',
      from: node.key,
      to: found.primary.key,
      certainty: found.certainty,
      evidence: [found.evidence, own],
    });
  }
}

interface Found {
  readonly primary: DraftNode;
  readonly certainty: Certainty;
  readonly evidence: DraftEvidence;
}

function primaryOf(draft: Draft, node: DraftNode, answer: Answer): Found | null {
  const publishers = draft.edges.flatMap((edge) =>
    edge.kind === 'logical' && edge.to === node.key ? [draft.nodes.get(edge.from)] : [],
  );
  const sources = [...new Set(publishers)].filter((source) => source !== undefined);
  const drainedTo = answer.facts.fast.queue?.identity?.drainedTo ?? null;
  if (drainedTo !== null) {
    const system = drainedTo.systemIdentifier;
    const servers = draft.servers.filter(
      (server) => server.systemIdentifier === system && !server.isInRecovery,
    );
    const [only] = servers;
    const primary =
      only === undefined || servers.length > 1
        ? null
        : (sources.find(({ server }) => server === only) ?? draft.nodeOf(only, node.database));
    if (primary === null) return null;
    return {
      primary,
      certainty: 'seen',
      evidence: {
        text: (nameOf) => say`the last drain of ${nameOf(node.key)} went to system ${system}`,
        atMs: answer.atMs,
      },
    };
  }
  const [source, ...others] = sources;
  // A standby takes no writes: its primary is meant.
  if (source === undefined || others.length > 0 || source.server?.isInRecovery === true)
    return null;
  return {
    primary: source,
    certainty: 'guessed',
    evidence: {
      text: (nameOf) => say`${nameOf(node.key)} subscribes from ${nameOf(source.key)}`,
      atMs: answer.atMs,
    },
  };
}

/** Tables with our triggers; without them those that open operations name. */
function queuedTables({ facts }: Answer): readonly TableName[] {
  if (facts.capturedTables.length > 0) return facts.capturedTables;
  const named = facts.fast.queue?.tables ?? [];
  return named.map(({ schema, name }) => ({ schema: schema ?? 'public', name }));
}

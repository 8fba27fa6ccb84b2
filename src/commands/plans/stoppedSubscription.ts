import { ViewColumn, window, workspace } from 'vscode';
import { contentWords, transactionSql } from '../../core/decoding/transactionSql';
import type { DecodedTransaction } from '../../core/decoding/pgoutput';
import type { Lsn } from '../../core/lsn';
import type { CatalogSubscription } from '../../core/plan/nodeCatalog';
import { driftOf, driftWords } from '../../core/plan/planRepairDrift';
import type { PlanContext } from '../../core/plan/requests';
import { say } from '../../core/say';
import type { StopRecord } from '../../core/stopRecord';
import type { StopReason } from '../../operations/stoppedReader';
import type { CommandDeps } from '../commandDeps';
import { readForChange } from './changeSubscription';
import type { SubscriptionChoice } from './pickSubscription';
import { whileReading } from './progress';

/** A subscription that stopped, with what both ends say. */
export interface FoundStop {
  readonly context: PlanContext;
  readonly subscription: CatalogSubscription;
  readonly reason: StopReason;
  /** What the subscriber's tables lack, in words. */
  readonly missing: readonly string[];
}

/**
 * Reads both ends of a subscription and why it stopped, and notes it for its row and details.
 * @param finishLsn of the transaction to look at; `null`: the one that fails
 * @returns `null` when the user gave up, or it is gone, which is said
 */
export async function readStop(
  deps: Pick<CommandDeps, 'plans' | 'stopped' | 'stops' | 'monitor' | 'files' | 'clock' | 'redact'>,
  title: string,
  chosen: SubscriptionChoice,
  finishLsn: Lsn | null,
): Promise<FoundStop | null> {
  const { topologyId, nodeId, name, publisherId } = chosen;
  const { nodeIds } = readForChange(deps, chosen);
  const context = await deps.plans.begin(title, topologyId).read(nodeIds);
  if (context === null) return null;
  const { nodes } = context.topology;
  const subscriber = nodes.find(({ id }) => id === nodeId);
  const subscription = context.catalogs
    .get(nodeId)
    ?.subscriptions.find((each) => each.name === name);
  if (subscriber === undefined || subscription === undefined) {
    void window.showInformationMessage(say`${nodeId} has no subscription ${name} any more.`);
    return null;
  }
  const publisher = nodes.find(
    ({ id, access }) => id === publisherId && nodeIds.includes(id) && access !== 'readOnly',
  );
  const reason = await whileReading(title, async (signal) =>
    deps.stopped.read(
      { subscriber, publisher: publisher ?? null, subscription },
      finishLsn,
      signal,
    ),
  );
  const missing = missingOf(chosen, subscription, context);
  const stop = { context, subscription, reason, missing };
  const edgeId = edgeOf(chosen, context);
  if (edgeId !== null) {
    deps.stops.note(topologyId, recordOf(edgeId, stop, deps.clock.nowMs(), deps.redact));
  }
  return stop;
}

function missingOf(
  { nodeId, publisherId }: SubscriptionChoice,
  subscription: CatalogSubscription,
  { catalogs }: PlanContext,
): readonly string[] {
  const publisher = publisherId === null ? undefined : catalogs.get(publisherId);
  const subscriber = catalogs.get(nodeId);
  if (publisher === undefined || subscriber === undefined) return [];
  return driftWords(driftOf(subscription, publisher, subscriber));
}

/** The edge that stands for a subscription; `null` when the snapshot has none. */
export function edgeOf({ nodeId, name }: SubscriptionChoice, context: PlanContext): string | null {
  const edges = context.snapshot?.edges ?? [];
  const edge = edges.find(
    (each) => each.kind === 'logical' && each.to === nodeId && each.name === name,
  );
  return edge?.id ?? null;
}

function recordOf(
  edgeId: string,
  { reason: { error, transaction }, missing }: FoundStop,
  readAtMs: number,
  redact: (text: string) => string,
): StopRecord {
  return {
    edgeId,
    readAtMs,
    error:
      error === null
        ? null
        : {
            ...error,
            message: redact(error.message),
            detail: error.detail === null ? null : redact(error.detail),
          },
    missing,
    waits: transaction === null ? [] : contentWords(transaction),
  };
}

/** Opens a transaction as statements that do the same, for the user to read, to save and to run where it is wanted. */
export async function showTransaction(
  transaction: DecodedTransaction,
  { nodeId, name, publisherId }: SubscriptionChoice,
): Promise<void> {
  const text = transactionSql(transaction, [
    say`What ${name} on ${nodeId} would apply next, as ${publisherId ?? say`its publisher`} sends it. Nothing of it has run.`,
    say`Run on ${nodeId}, it does by hand what was skipped.`,
  ]);
  const document = await workspace.openTextDocument({ language: 'sql', content: text });
  await window.showTextDocument(document, {
    viewColumn: ViewColumn.Beside,
    preserveFocus: true,
    preview: false,
  });
}

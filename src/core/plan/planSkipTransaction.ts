import type { VerdictCode } from '../snapshot';
import { escapeIdentifier, escapeLiteral } from '../sql';
import { formatLsn, parseLsn } from '../lsn';
import { say } from '../say';
import type { Finding } from './finding';
import { errorFinding, warningFinding } from './findingParts';
import { publisherOf } from './knownSubscribers';
import { catalogsOf, makePlan, planWithoutCatalog } from './makePlan';
import { isQuotable, majorOf, roleWords } from './nodeFindings';
import type { CatalogSubscription, NodeCatalog } from './nodeCatalog';
import type { Plan, PlanCondition, PlanStep } from './plan';
import type { PlanContext, SubscriptionRequest } from './requests';
import { sqlStatement } from './sqlText';
import { existingSubscriptionFindings, subscriptionOf } from './subscriptionFindings';

export interface SkipTransactionRequest extends SubscriptionRequest {
  /** `X/Y`, as the subscriber's log says "finished at". */
  readonly finishLsn: string;
  /** What it holds, `1 row of public.jobs` each; `null`: it could not be looked at. */
  readonly content: readonly string[] | null;
  /** `X/Y` behind its commit; only versions that cannot skip ask for it. `null`: not known. */
  readonly endLsn: string | null;
}

/** A worker that failed comes back after `wal_retrieve_retry_interval`. */
const SKIP_LIMIT_MS = 60_000;

/**
 * Skips one whole transaction that cannot be applied, and enables the subscription when it was disabled. Needs the
 * catalog of its node.
 * @see ALTER SUBSCRIPTION … SKIP, 15 and newer
 */
export function planSkipTransaction(request: SkipTransactionRequest, context: PlanContext): Plan {
  const { nodeId, name } = request;
  const head = {
    kind: 'skipTransaction',
    title: say`Skip one transaction in ${name} on ${nodeId}`,
  };
  const [catalog] = catalogsOf(context, [nodeId]) ?? [];
  if (catalog === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const subscription = subscriptionOf(request, catalog);
  const lsn = parseLsn(request.finishLsn);
  const publisher = publisherOf(context, nodeId, name) ?? say`The publisher`;
  const canBeSaid = subscription !== null && isQuotable(name) && lsn !== null && lsn > 0n;
  return makePlan(context, {
    ...head,
    steps:
      canBeSaid && majorOf(catalog) >= 15
        ? stepsOf({ ...request, finishLsn: formatLsn(lsn) }, subscription, publisher)
        : [],
    findings: [
      ...existingSubscriptionFindings(request, context, catalog),
      ...skipFindings(request, catalog, subscription, context),
    ],
    impacts:
      subscription === null
        ? []
        : [
            {
              kind: 'losesRows',
              nodeId,
              subscription: name,
              text: say`${name} never gets the transaction ending at ${request.finishLsn}: ${contentOf(request)}.`,
            },
          ],
    privileges: [say`${nodeId}: the role must be a superuser. It runs as ${roleWords(catalog)}.`],
  });
}

function stepsOf(
  request: SkipTransactionRequest,
  subscription: CatalogSubscription,
  publisher: string,
): readonly PlanStep[] {
  const { nodeId, name, finishLsn } = request;
  const quoted = escapeIdentifier(name);
  const isDisabled = !subscription.isEnabled;
  const skip: PlanStep = {
    nodeId,
    title: say`Skip the transaction ending at ${finishLsn}`,
    effect: say`The whole transaction ending at ${finishLsn} is dropped on ${nodeId}: ${contentOf(request)}.${isDisabled ? say` Then the subscription is enabled.` : ''} ${publisher} keeps it; the two will differ.`,
    risk: 'losesData',
    statements: [
      sqlStatement(`ALTER SUBSCRIPTION ${quoted} SKIP (lsn = ${escapeLiteral(finishLsn)})`),
    ],
    isTransactional: false,
    statementLimitMs: null,
    precondition: null,
    effectCheck: condition(name, `s.subskiplsn = ${escapeLiteral(finishLsn)}`, say`It is not set.`),
    settle: isDisabled ? null : skipped(request),
    undo: [sqlStatement(`ALTER SUBSCRIPTION ${quoted} SKIP (lsn = NONE)`)],
    undoNote: say`It can be taken back only until it was skipped; afterwards its rows can be written by hand.`,
  };
  if (!isDisabled) return [skip];
  return [
    skip,
    {
      nodeId,
      title: say`Enable subscription ${name}`,
      effect: say`${name} connects to ${publisher}, skips that transaction and takes what has waited behind it.`,
      risk: 'safe',
      statements: [sqlStatement(`ALTER SUBSCRIPTION ${quoted} ENABLE`)],
      isTransactional: false,
      statementLimitMs: null,
      precondition: null,
      effectCheck: condition(name, 's.subenabled', say`${name} on ${nodeId} is not enabled.`),
      settle: skipped(request),
      undo: [sqlStatement(`ALTER SUBSCRIPTION ${quoted} DISABLE`)],
      undoNote: say`Disabled again, it keeps what it has taken on ${nodeId}.`,
    },
  ];
}

/** The server takes the LSN away when the transaction was skipped. */
function skipped({ nodeId, name, finishLsn }: SkipTransactionRequest): PlanStep['settle'] {
  return {
    ...condition(
      name,
      `s.subskiplsn = '0/0' AND s.subenabled`,
      say`${name} on ${nodeId} has not skipped a transaction ending at ${finishLsn} yet. If it still fails, the failing one ends elsewhere: its server's log says where ("finished at").`,
    ),
    limitMs: SKIP_LIMIT_MS,
  };
}

function condition(name: string, what: string, otherwise: string): PlanCondition {
  return {
    sql: `SELECT EXISTS (SELECT FROM pg_catalog.pg_subscription AS s
      JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid
     WHERE d.datname = pg_catalog.current_database() AND s.subname = ${escapeLiteral(name)}
       AND ${what})`,
    otherwise,
  };
}

function contentOf({ content }: SkipTransactionRequest): string {
  if (content === null) return say`what it holds is not known`;
  return content.length === 0 ? say`no row of these publications` : content.join(', ');
}

function skipFindings(
  request: SkipTransactionRequest,
  catalog: NodeCatalog,
  subscription: CatalogSubscription | null,
  context: PlanContext,
): readonly Finding[] {
  const { nodeId, name, finishLsn } = request;
  if (subscription === null) return [];
  const lsn = parseLsn(finishLsn);
  if (lsn === null || lsn === 0n) {
    return [
      errorFinding(
        'illegalName',
        nodeId,
        say`"${finishLsn}" is no position in WAL such as 0/157E708.`,
        say`Take the one behind "finished at" in the log of ${nodeId}.`,
      ),
    ];
  }
  if (majorOf(catalog) < 15) return [cannotSkip(request, catalog, subscription)];
  return [
    ...healthyFindings(request, context, subscription),
    ...(catalog.role.isSuperuser
      ? []
      : [
          errorFinding(
            'privilege',
            nodeId,
            say`${catalog.role.name} may not skip a transaction on ${nodeId}: only a superuser may (42501).`,
            say`Name a superuser as "adminUser" in the file.`,
          ),
        ]),
    ...(request.content === null
      ? [
          warningFinding(
            'stoppedByError',
            nodeId,
            say`What the transaction ending at ${finishLsn} holds could not be looked at: ${name} loses all of it.`,
          ),
        ]
      : []),
  ];
}

/** What waits for a subscription that takes it will arrive by itself: skipped, it is lost for nothing. */
function healthyFindings(
  { nodeId, name, finishLsn }: SkipTransactionRequest,
  { snapshot }: PlanContext,
  { isEnabled }: CatalogSubscription,
): readonly Finding[] {
  const edge = snapshot?.edges.find(
    (candidate) =>
      candidate.kind === 'logical' && candidate.name === name && candidate.to === nodeId,
  );
  if (!isEnabled || edge === undefined || !FLOWING.has(edge.verdict.code)) return [];
  return [
    warningFinding(
      'losesChanges',
      nodeId,
      say`${name} on ${nodeId} does not fail: it takes what waits, and the transaction ending at ${finishLsn} arrives by itself unless it is skipped.`,
      say`Skip only what stops it. What fails is in the log of its server, with "finished at".`,
    ),
  ];
}

/** Verdicts of an edge whose changes arrive, late or not. */
const FLOWING: ReadonlySet<VerdictCode> = new Set<VerdictCode>([
  'streaming',
  'idle',
  'catchingUp',
  'lagging',
]);

/** Before 15 a person may move on by hand, and only with the end of the transaction. */
function cannotSkip(
  { nodeId, name, endLsn }: SkipTransactionRequest,
  catalog: NodeCatalog,
  { oid }: CatalogSubscription,
): Finding {
  const quoted = escapeIdentifier(name);
  return errorFinding(
    'unsupportedOption',
    nodeId,
    say`${nodeId} runs Postgres ${majorOf(catalog)}: a transaction can be skipped from 15 on. Change or delete the row that is in the way.`,
    endLsn === null
      ? null
      : {
          text: say`Or move the subscription behind that transaction by hand, as a superuser; all of it is lost there.`,
          copy: [
            `ALTER SUBSCRIPTION ${quoted} DISABLE;`,
            `SELECT pg_catalog.pg_replication_origin_advance('pg_${oid}', ${escapeLiteral(endLsn)});`,
            `ALTER SUBSCRIPTION ${quoted} ENABLE;`,
          ].join('\n'),
        },
  );
}

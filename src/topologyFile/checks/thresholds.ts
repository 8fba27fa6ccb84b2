import { say } from '../../core/say';
import { DEFAULT_THRESHOLDS } from '../../core/topology';
import { removeValue } from '../edits';
import { editFix, problemAt } from '../fileContext';
import type { FileContext } from '../fileContext';
import type { TopologyFile } from '../fileSchema';
import type { JsonPath, Problem, ProblemFix, TextRange } from '../problem';
import { parseDuration, parseSize } from '../quantities';

type RetainedWal = NonNullable<TopologyFile['thresholds']>['retainedWal'];

/**
 * A warning level above the critical one would never show; the defaults stand in for what is not said. Limits and budgets of
 * nothing are no use either.
 */
export function checkThresholds(context: FileContext): readonly Problem[] {
  const { lag, queueDepth, retainedWal } = context.file.thresholds ?? {};
  const isLagWrong =
    (parseDuration(lag?.warning ?? '') ?? DEFAULT_THRESHOLDS.lagWarningMs) >
    (parseDuration(lag?.critical ?? '') ?? DEFAULT_THRESHOLDS.lagCriticalMs);
  const isDepthWrong =
    (queueDepth?.warning ?? DEFAULT_THRESHOLDS.queueDepthWarning) >
    (queueDepth?.critical ?? DEFAULT_THRESHOLDS.queueDepthCritical);
  return [
    ...(isLagWrong
      ? [orderProblem(context, 'lag', lag?.warning ?? '5s', lag?.critical ?? '30s')]
      : []),
    ...(isDepthWrong
      ? [
          orderProblem(
            context,
            'queueDepth',
            String(queueDepth?.warning ?? DEFAULT_THRESHOLDS.queueDepthWarning),
            String(queueDepth?.critical ?? DEFAULT_THRESHOLDS.queueDepthCritical),
          ),
        ]
      : []),
    ...checkRetainedWal(context, retainedWal),
    ...checkBudgets(context),
    ...zeroProblem(context, ['routing', 'maxLag'], context.file.routing?.maxLag),
  ];
}

function checkRetainedWal(context: FileContext, said: RetainedWal): readonly Problem[] {
  if (typeof said !== 'object') {
    return said === undefined ? [] : zeroProblem(context, ['thresholds', 'retainedWal'], said);
  }
  const { warning, critical } = said;
  const zeros = Object.entries(said).flatMap(([key, size]) =>
    zeroProblem(context, ['thresholds', 'retainedWal', key], size),
  );
  if (zeros.length > 0 || warning === undefined || critical === undefined) return zeros;
  if ((parseSize(warning) ?? 0) <= (parseSize(critical) ?? 0)) return [];
  return [
    problemAt(context, ['thresholds', 'retainedWal', 'warning'], {
      severity: 'error',
      code: 'threshold-order',
      message: say`The warning level of "retainedWal" (${warning}) is above the critical one (${critical}).`,
      fixes: swapped(context, 'retainedWal'),
    }),
  ];
}

/** Nothing arrives, and no slot is kept, within nothing. */
function checkBudgets(context: FileContext): readonly Problem[] {
  return Object.entries(context.file.nodes).flatMap(([id, { expect, subscriptions = {} }]) => [
    ...zeroProblem(context, ['nodes', id, 'expect', 'arrivesWithin'], expect?.arrivesWithin),
    ...Object.entries(subscriptions).flatMap(([name, subscription]) =>
      zeroProblem(
        context,
        ['nodes', id, 'subscriptions', name, 'expect', 'arrivesWithin'],
        subscription.expect?.arrivesWithin,
      ),
    ),
  ]);
}

function zeroProblem(
  context: FileContext,
  path: JsonPath,
  said: string | undefined,
): readonly Problem[] {
  if (said === undefined || (parseDuration(said) ?? parseSize(said) ?? 1) > 0) return [];
  return [
    problemAt(context, path, {
      severity: 'warning',
      code: 'threshold-zero',
      message: say`"${String(path.at(-1))}" is ${said}, which nothing can stay below. It is ignored.`,
      fixes: [editFix(say`Remove it`, removeValue(context.text, path))],
    }),
  ];
}

function orderProblem(
  context: FileContext,
  key: 'lag' | 'queueDepth',
  warning: string,
  critical: string,
): Problem {
  const said = context.file.thresholds?.[key]?.warning === undefined ? 'critical' : 'warning';
  return problemAt(context, ['thresholds', key, said], {
    severity: 'error',
    code: 'threshold-order',
    message: say`The warning level of "${key}" (${warning}) is above the critical one (${critical}). The defaults are used until it is put right.`,
    fixes: swapped(context, key),
  });
}

/** The two levels in each other's place, where both are written. */
function swapped(context: FileContext, key: string): readonly ProblemFix[] {
  const { positions, text } = context;
  const place = (level: string): JsonPath => ['thresholds', key, level];
  const warning = positions.valueAt(place('warning'));
  const critical = positions.valueAt(place('critical'));
  if (warning === null || critical === null) return [];
  const written = (range: TextRange): string =>
    text.slice(range.offset, range.offset + range.length);
  const edits = [
    { ...warning, text: written(critical) },
    { ...critical, text: written(warning) },
  ];
  return [editFix(say`Swap the two`, edits)];
}

import { DEFAULT_THRESHOLDS } from '../../core/topology';
import { problemAt } from '../fileContext';
import type { FileContext } from '../fileContext';
import type { Problem } from '../problem';
import { parseDuration } from '../quantities';

/** A warning level above the critical one would never show. The defaults stand in for what is not said. */
export function checkThresholds(context: FileContext): readonly Problem[] {
  const { lag, queueDepth } = context.file.thresholds ?? {};
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
    message: `The warning level of "${key}" (${warning}) is above the critical one (${critical}). The defaults are used until it is put right.`,
  });
}

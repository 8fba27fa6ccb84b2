import { say } from '../say';
import { showEscaped } from '../visibleText';
import { findingsText } from './findingsText';
import { hurtsSubscriptions, impactsText } from './impactsText';
import { nodesOfPlan, type Plan } from './plan';
import { scriptOf } from './planDocument';
import { planSize } from './reportSentence';

/** What the user is asked before a plan runs. */
export interface PlanConfirmation {
  /** Names the object and the node. */
  readonly message: string;
  /** What was found, who notices, what happens, what cannot be undone, and the statements. */
  readonly detail: string;
  /** The verb with its object; `Run Plan` where the plan lies open beside the question. */
  readonly button: string;
  /** What must be typed before it runs; `null`: nothing. */
  readonly mustType: string | null;
  /** Only for what destroys something, stops a subscription, will stop again or touches production. */
  readonly isModal: boolean;
}

/** The question for a plan that may run. In production a name is typed: the node's, or the topology's where there are several. */
export function confirmationOf(plan: Plan): PlanConfirmation {
  const isProduction = plan.environment === 'production';
  const isModal =
    isProduction ||
    willStopAgain(plan) ||
    hurtsSubscriptions(plan) ||
    plan.steps.some(({ risk }) => risk === 'losesData');
  const label = plan.environment === 'development' ? '' : ` (${plan.environment})`;
  return {
    message: isModal
      ? showEscaped(`${plan.title}${label}?`)
      : showEscaped(`${plan.title}${label}: ${planSize(plan)}.`),
    detail: detailOf(plan),
    button: isModal
      ? willStopAgain(plan)
        ? say`Enable Anyway`
        : (BUTTONS[plan.kind] ?? say`Run Plan`)
      : say`Run Plan`,
    mustType: isProduction ? nameToType(plan) : null,
    isModal,
  };
}

/** Enabling what an error stopped: as far as anybody knows, it fails again with the same row. */
function willStopAgain({ kind, findings }: Plan): boolean {
  return (
    kind === 'enableSubscription' &&
    findings.some(({ code, severity }) => code === 'stoppedByError' && severity === 'warning')
  );
}

function nameToType(plan: Plan): string {
  const [first, ...others] = nodesOfPlan(plan);
  return first === undefined || others.length > 0 ? plan.topologyName : first;
}

/** By the kind of the plan. */
const BUTTONS: Readonly<Record<string, string>> = {
  alterPublication: say`Alter Publication`,
  alterSubscription: say`Alter Subscription`,
  applyChanges: say`Apply Changes`,
  createPublication: say`Create Publication`,
  createReplicationRole: say`Create Replication Role`,
  createSubscription: say`Create Subscription`,
  disableSubscription: say`Disable Subscription`,
  dropPublication: say`Drop Publication`,
  dropSlot: say`Drop Slot`,
  dropSubscription: say`Drop Subscription`,
  dropSubscriptionKeepingSlot: say`Drop, Keep Slot`,
  enableSubscription: say`Enable Subscription`,
  giveNewIdentity: say`Give New Identity`,
  installPendingSync: say`Install pending_sync Schema`,
  installSentinel: say`Install Sentinel Table`,
  pauseReplay: say`Pause Replay`,
  promoteStandby: say`Promote Anyway`,
  refreshSubscription: say`Refresh Subscription`,
  removeQueue: say`Remove Queue`,
  renamePublication: say`Rename Publication`,
  resolveSubscription: say`Resolve Subscription`,
  resumeReplay: say`Resume Replay`,
  resyncTable: say`Resync Table`,
  retryFromHere: say`Retry From Here`,
  setUpEdge: say`Set Up Edge`,
  skipTransaction: say`Skip Transaction`,
  undoPlan: say`Undo Plan`,
  uninstallSentinel: say`Uninstall Sentinel Table`,
};

function detailOf(plan: Plan): string {
  const findings = plan.findings.filter(({ severity }) => severity !== 'note');
  const blocks = [
    findingsText(findings),
    impactsText(plan.impacts),
    ...plan.steps.map((step) =>
      [
        showEscaped(`${step.nodeId}: ${step.effect}`),
        ...(step.undoNote === null ? [] : [showEscaped(step.undoNote)]),
      ].join('\n'),
    ),
    plan.steps.flatMap((step) => scriptOf(step.statements, step.isTransactional)).join('\n'),
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

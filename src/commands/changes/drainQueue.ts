import { ProgressLocation, window } from 'vscode';
import { formatClock, formatCount, formatDay } from '../../core/format';
import type { DrainPreview, DrainReport, QueueAddress } from '../../core/queue/drain';
import { drainConfirmation } from '../../core/queue/drainConfirmation';
import { drainReportDocument, previewDocument } from '../../core/queue/drainDocument';
import { doneOf, drainSentence, progressWords } from '../../core/queue/drainWords';
import { say } from '../../core/say';
import { showEscaped } from '../../core/visibleText';
import type { CommandDeps } from '../commandDeps';
import { signalOf } from '../plans/progress';
import { confirmAct } from '../queue/confirmAct';
import { refreshEnds } from '../queue/decide';
import { CHOOSE_PRIMARY, enterQueue, isSplit } from '../queue/enterQueue';
import { pickQueue } from '../queue/pickQueue';
import type { Change } from './change';

const TITLE = say`Drain Queue`;
const SHOW = say`Show`;

/** Tries what a drain would do, lets the user confirm it, drains, and tells what became of it. */
export const drainQueue: Change = async (deps, target) => {
  const chosen = await pickQueue(deps, target, TITLE);
  if (chosen === null) return;
  const { topologyId, nodeId } = chosen;
  const address = { topologyId, nodeId };
  if (isUnderWay(deps, address)) return;
  const entered = await enterQueue(deps, address, {
    title: TITLE,
    changes: true,
    mayPrimaryBeAway: true,
  });
  if (entered === null) return;
  const preview = await tryOut(deps, address);
  if (!(await isWanted(deps, preview))) return;
  const report = await drain(deps, address, preview.total + preview.missing);
  tell(deps, report);
  await refreshEnds(deps, address, report.primaryId === '' ? [] : [report.primaryId]);
};

function isUnderWay({ drains }: CommandDeps, { topologyId, nodeId }: QueueAddress): boolean {
  const state = drains.of(topologyId).find(({ address }) => address.nodeId === nodeId);
  if (state?.progress === undefined || state.progress === null) return false;
  const words = progressWords(state.progress);
  void window.showInformationMessage(
    say`${showEscaped(nodeId)} is being drained by this window: ${words}.`,
  );
  return true;
}

async function tryOut({ drains }: CommandDeps, address: QueueAddress): Promise<DrainPreview> {
  return window.withProgress(
    {
      location: ProgressLocation.Notification,
      title: say`Dry run of ${showEscaped(address.nodeId)}`,
      cancellable: true,
    },
    async (_progress, token) => drains.preview(address, signalOf(token)),
  );
}

/** Shows the dry run beside the question. */
async function isWanted(deps: CommandDeps, preview: DrainPreview): Promise<boolean> {
  const edge = showEscaped(preview.edgeId);
  if (preview.total + preview.missing === 0 && preview.refusals.length === 0) {
    void window.showInformationMessage(say`Nothing waits on ${edge}.`);
    return false;
  }
  const nowMs = deps.clock.nowMs();
  const text = previewDocument(preview, `${formatDay(nowMs)} ${formatClock(nowMs)}`);
  await deps.documents.show(say`Dry run of ${preview.edgeId}`, deps.redact(text), 'markdown');
  if (preview.refusals.length > 0) {
    const why = deps.redact(showEscaped(preview.refusals.join(' ')));
    const buttons = isSplit(deps, preview.address.topologyId) ? [CHOOSE_PRIMARY] : [];
    follow(deps, preview.address, async () =>
      window.showWarningMessage(say`${edge} cannot be drained. ${why}`, ...buttons),
    );
    return false;
  }
  return confirmAct({ ...drainConfirmation(preview), purpose: say`drain its queue in production` });
}

async function drain(
  { drains }: CommandDeps,
  address: QueueAddress,
  total: number,
): Promise<DrainReport> {
  return window.withProgress(
    {
      location: ProgressLocation.Notification,
      title: say`Draining ${showEscaped(address.nodeId)}`,
      cancellable: true,
    },
    async (progress, token) => {
      let shown = 0;
      progress.report({ message: say`0 of ${formatCount(total)}` });
      return drains.drain(address, signalOf(token), (now) => {
        const share = now.total === 0 ? 0 : Math.min(100, (now.done / now.total) * 100);
        progress.report({ message: progressWords(now), increment: Math.max(0, share - shown) });
        shown = Math.max(shown, share);
      });
    },
  );
}

function tell(deps: CommandDeps, report: DrainReport): void {
  const sentence = deps.redact(drainSentence(report));
  const isRefusedBySplit =
    report.end.kind === 'refused' && isSplit(deps, report.address.topologyId);
  const buttons = [
    ...(doneOf(report.counts) + report.verdicts.length > 0 ? [SHOW] : []),
    ...(isRefusedBySplit ? [CHOOSE_PRIMARY] : []),
  ];
  const tell = {
    drained: window.showInformationMessage,
    cancelled: window.showInformationMessage,
    busy: window.showWarningMessage,
    refused: window.showWarningMessage,
    stopped: window.showErrorMessage,
  }[report.end.kind];
  follow(deps, report.address, async () => {
    const choice = await tell(sentence, ...buttons);
    if (choice === SHOW) {
      const text = deps.redact(drainReportDocument(report));
      await deps.documents.show(say`Drain of ${report.address.nodeId}`, text, 'markdown');
    }
    return choice;
  });
}

/** Nobody waits for the answer: the command is over when its end is told. */
function follow(
  deps: CommandDeps,
  { topologyId }: QueueAddress,
  tell: () => Promise<string | undefined> | Thenable<string | undefined>,
): void {
  const act = async (): Promise<void> => {
    if ((await tell()) !== CHOOSE_PRIMARY) return;
    await deps.runCommand('choosePrimary', { topologyId, subject: null });
  };
  act().catch((error: unknown) => {
    deps.log.error(`What a drain said could not be followed: ${String(error)}`);
  });
}

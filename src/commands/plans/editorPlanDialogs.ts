import { ProgressLocation, window } from 'vscode';
import { isServerFailure } from '../../core/failure';
import { findingLine } from '../../core/plan/findingsText';
import type { Plan } from '../../core/plan/plan';
import { planDocument } from '../../core/plan/planDocument';
import { isComplete, type PlanReport } from '../../core/plan/report';
import { reportDocument } from '../../core/plan/reportDocument';
import { reportSentence } from '../../core/plan/reportSentence';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import { say } from '../../core/say';
import type { PlanDocuments } from '../../host/planDocuments';
import type { CommandFiles } from '../commandFile';
import { askNodePassword } from './askNodePassword';
import { confirmPlan } from './confirmPlan';
import { lacksChanges, writeFileChanges } from './offerFileChanges';
import type { FindingsChoice, PlanDialogs, StepProgress, WaysOn } from './planDialogs';
import { signalOf, whileReading } from './progress';
import { showFindings } from './showFindings';

const REPORT = say`Show Report`;
const RETRY = say`Retry From Here`;
const UNDO = say`Undo Plan…`;
const WRITE = say`Write to Topology File`;

export interface EditorPlanDialogsDeps {
  readonly documents: Pick<PlanDocuments, 'show' | 'openAsFile'>;
  readonly files: Pick<CommandFiles, 'find'>;
  /** Takes secrets out of what servers say before it is shown. */
  readonly redact: (text: string) => string;
  /** Where an error in a dialog that nobody waits for goes. */
  readonly onError: (error: unknown) => void;
}

/** What a notification is about, for whatever button of it is used. */
interface Told {
  readonly plan: Plan;
  readonly report?: PlanReport;
  readonly ways?: WaysOn;
}

/** The dialogs of a plan in VS Code: quick picks, documents beside, notifications. */
export class EditorPlanDialogs implements PlanDialogs {
  constructor(private readonly deps: EditorPlanDialogsDeps) {}

  async askPassword(nodeId: string, user: string, wasRefused: boolean): Promise<string | null> {
    return askNodePassword(nodeId, user, wasRefused);
  }

  async showFindings(plan: Plan): Promise<FindingsChoice> {
    await this.deps.documents.show(plan.title, planDocument(plan));
    return showFindings(plan);
  }

  async askRole(nodeId: string, present: string): Promise<string | null> {
    const role = await window.showInputBox({
      title: say`Run as which role on ${nodeId}?`,
      prompt: say`${present === '' ? say`The present role` : present} lacks a privilege. "adminUser" in the topology file keeps the answer.`,
      ignoreFocusOut: true,
    });
    return role === undefined || role === '' ? null : role;
  }

  /** The document is shown as it is: it holds no secret, and what is confirmed must be what runs. */
  async confirm(plan: Plan): Promise<boolean> {
    const text = planDocument(plan);
    await this.deps.documents.show(plan.title, text);
    const choice = await confirmPlan(plan);
    if (choice === 'openAsFile') await this.deps.documents.openAsFile(text);
    return choice === 'run';
  }

  async whileReading<T>(title: string, read: (signal: CancelSignal) => Promise<T>): Promise<T> {
    return whileReading(say`${title}: reading`, read);
  }

  async whileRunning<T>(
    plan: Plan,
    run: (progress: StepProgress, signal: CancelSignal) => Promise<T>,
  ): Promise<T> {
    const { steps } = plan;
    return window.withProgress(
      { location: ProgressLocation.Notification, title: plan.title, cancellable: true },
      async (progress, token) =>
        run((index, state, words) => {
          const step = steps[index];
          if (step === undefined) return;
          const place = say`step ${index + 1} of ${steps.length}`;
          progress.report({
            message: `${place}: ${step.title}${state === 'settling' ? `, ${words ?? say`waiting until it is so`}` : ''}`,
            ...(state === 'done' ? { increment: 100 / steps.length } : {}),
          });
        }, signalOf(token)),
    );
  }

  tellReport(report: PlanReport, ways: WaysOn): void {
    const sentence = this.deps.redact(reportSentence(report));
    const { plan } = report;
    if (isComplete(report)) {
      const buttons = [...this.#writeButton(plan), REPORT];
      this.#answer(window.showInformationMessage(sentence, ...buttons), { plan, report });
      return;
    }
    const buttons = [
      ...(ways.retry === null ? [] : [RETRY]),
      ...(ways.undo === null ? [] : [UNDO]),
      REPORT,
    ];
    this.#answer(window.showErrorMessage(sentence, ...buttons), { plan, report, ways });
  }

  tellNothingToDo(plan: Plan): void {
    const words = plan.findings.map(findingLine).join(' ');
    const message = words === '' ? say`${plan.title}: there is nothing to do.` : words;
    this.#answer(
      window.showInformationMessage(this.deps.redact(message), ...this.#writeButton(plan)),
      { plan },
    );
  }

  tell(message: string): void {
    void window.showInformationMessage(message);
  }

  #writeButton({ topologyId, fileChanges }: Plan): readonly string[] {
    return lacksChanges(this.deps.files, topologyId, fileChanges) ? [WRITE] : [];
  }

  /** Nobody waits for the answer: the command is over when its report is told. */
  #answer(asked: Thenable<string | undefined>, { plan, report, ways }: Told): void {
    const { documents, files, redact, onError } = this.deps;
    const act = async (): Promise<void> => {
      const choice = await asked;
      const file = files.find(plan.topologyId);
      if (choice === WRITE && file !== null) await writeFileChanges(file.uri, plan.fileChanges);
      if (choice === RETRY) await ways?.retry?.();
      if (choice === UNDO) await ways?.undo?.();
      if (choice === REPORT && report !== undefined) {
        await documents.show(say`Report of ${plan.title}`, redact(reportDocument(report)));
      }
    };
    act().catch((error: unknown) => {
      onError(error);
      // The ways on look at servers again, which may be away by now.
      if (!isServerFailure(error) || error.facts.reason === 'cancelled') return;
      const { text, advice } = error.facts;
      void window.showErrorMessage(redact(advice === null ? text : `${text} ${advice}`));
    });
  }
}
